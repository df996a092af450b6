"""The family of a browser, as its owner would call it, from the User-Agent header."""

# In this order: most browsers also claim to be those below them.
_FAMILIES = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "华为浏览器"),
    ("QQBrowser", "QQ浏览器"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("OPR", "Opera"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_family(user_agent: str) -> str:
    """Firefox, Windows; empty where neither is known."""
    parts = (
        next((name for mark, name in kinds if mark in user_agent), "") for kinds in (_FAMILIES, _SYSTEMS)
    )
    return ", ".join(part for part in parts if part)
