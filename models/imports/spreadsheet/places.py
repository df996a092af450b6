"""What a cell for the place tells: places by their names, that it is on the internet, or that nobody knows yet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import N_
from models.events.tables import Mode
from models.imports.findings import Finding
from models.imports.spreadsheet import cells, hosts

# Words that make a place one of the internet, with what is told of the meeting.
_NETWORK = re.compile(
    r"(?:腾讯会议|钉钉|飞书|微信|企业微信|抖音|快手|视频号|公众号|微博|小红书|哔哩哔哩|[Bb]站|知乎|今日头条|学习强国|央视频|喜马拉雅|斗鱼|淘宝直播|"
    r"Zoom|Teams|Webex|VooV|Google\s*Meet|Skype|YouTube|bilibili|TikTok|小鹅通|微赞|瞩目|华为云会议|好视通|会畅|"
    r"线上|网上|网络|云端|云上|云平台|互联网|直播间|直播平台|网络直播|视频会议|在线|online|官网|小程序|APP(?![a-z]))",
    re.I,
)
_WITH = re.compile(
    r"(?:同步|同时|并|结合|以及|配合)?(?:进行)?(?:网络|线上|云端|在线)?(?:直播|同步|会议室?|平台|间|号|群|账号|教室|课堂|方式|形式|开展|举行|举办|进行|发布|观看|收看|答题)+"
    r"|会议(?:号|ID|码)?[:：]?\s*[\d\s-]{6,}|ID[:：]?\s*[\d\s-]{6,}|密码[:：]?\s*\w+",
    re.I,
)
_URL = re.compile(r"https?://[^\s，。；、（）()]+")
_QUOTED = re.compile('[“"「『《].{0,40}?[”"」』》]')
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LINKS = re.compile("[+＋&]|和|与|及|以及|暨|同步|线下|现场")
_UNKNOWN = re.compile(
    r"(?:地点)?(?:另行通知|待定|待通知|待确定|暂定|未定|另定|另行安排|另行确定|视情况而定|见通知|详见通知|具体地点另行通知|以通知为准)(?:[（(].*[）)])?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """names: of places. mode: online or mixed, where the cell says so. url: an address in it."""

    names: tuple[str, ...] = ()
    mode: Mode | None = None
    url: str = ""


def place(text: str, findings: list[Finding]) -> Place:
    """The places of a cell that are certain, and whether it is on the internet."""
    url = _URL.search(text)
    words = _URL.sub("", text).strip()
    if _UNKNOWN.fullmatch(cells.plain(words)):
        return Place()
    if not (url or _NETWORK.search(words)):
        return Place(hosts.places(words, findings))
    there = [part for part in _apart(words) if not _is_network(part)]
    names = hosts.places(";".join(there), findings) if there else ()
    if not names and there:
        findings.append(
            Finding(N_("“%(text)s” is not one definite place; kept in these words."), text=text[:80]).about(
                "venue_text"
            )
        )
    mode = Mode.MIXED if there else Mode.ONLINE
    return Place(names, mode, url[0] if url else "")


def _apart(text: str) -> Sequence[str]:
    """The pieces of a text that speak of the internet and of places: 市图书馆（同步线上直播）, 市图书馆+腾讯会议."""
    pieces = re.split(r"[;；、，,\n/＋+&（）()]", text)
    return [piece.strip(" :：-") for piece in pieces if piece.strip(" :：-")]


def _is_network(piece: str) -> bool:
    """Whether nothing of a piece is a place: 腾讯会议：123-456, 微信视频号“青云发布”, 同步直播, 线上."""
    if not _NETWORK.search(piece) and not _WITH.fullmatch(piece) and _NO_LETTERS.sub("", piece):
        return piece in ("线下", "现场", "同步")
    rest = _WITH.sub("", _NETWORK.sub("", _QUOTED.sub("", piece)))
    rest = _NO_LETTERS.sub("", _LINKS.sub("", rest))
    # 青云市融媒体中心直播间: whose channel it is tells no place where people go.
    return not rest or bool(re.search("直播间|视频号|公众号|抖音|快手|微博|官网|小程序|平台", piece))
