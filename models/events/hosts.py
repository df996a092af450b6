"""The part that a host plays. It is written behind the name, as plans and exports do: 青云大学（承办）."""

import re
from enum import StrEnum


class HostRole(StrEnum):
    HOST = "host"  # 主办
    ORGANIZER = "organizer"  # 承办
    CO_ORGANIZER = "co_organizer"  # 协办


WORDS = {HostRole.HOST: "主办", HostRole.ORGANIZER: "承办", HostRole.CO_ORGANIZER: "协办"}
_ROLES = {word: role for role, word in WORDS.items()}
_WRITTEN = re.compile(f"[（(]({'|'.join(_ROLES)})(?:单位|方)?[)）]$")


def role_of(name: str) -> HostRole:
    """The part behind a name; HOST where there is none."""
    written = _WRITTEN.search(name)
    return _ROLES[written[1]] if written else HostRole.HOST


def without_role(name: str) -> str:
    return _WRITTEN.sub("", name)


def with_role(name: str, role: HostRole) -> str:
    """The name as it is kept: the part behind it, except for HOST and where one is written already."""
    return name if role == HostRole.HOST or _WRITTEN.search(name) else f"{name}（{WORDS[role]}）"
