"""Whether the event of a row is on site or online, and its places. Pure."""

import re
from collections.abc import Mapping

from models.errors import N_
from models.events.tables import Mode
from models.imports.findings import Finding
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.names import places
from models.imports.spreadsheet.names.places import Place

MODES = {
    "线下": Mode.ONSITE, "现场": Mode.ONSITE, "线下活动": Mode.ONSITE, "线上": Mode.ONLINE, "网上": Mode.ONLINE,
    "网络": Mode.ONLINE, "线上活动": Mode.ONLINE, "云端": Mode.ONLINE, "直播": Mode.ONLINE, "否": Mode.ONSITE,
    "是": Mode.ONLINE, "混合": Mode.MIXED, "线上线下": Mode.MIXED, "线下线上": Mode.MIXED, "线上线下同步": Mode.MIXED,
    "线上线下结合": Mode.MIXED, "线上线下相结合": Mode.MIXED,
} | {str(mode): mode for mode in Mode}  # fmt: skip
_MODE_SIGNS = re.compile(r"[+＋&、,，/;；与和及]")
# 参与方式: 预约
_TAKING_PART = re.compile("预约|报名|自由|免费|邀请|定向|组织|凭|公开|内部|扫码|领票|购票|现场参加")
# What is no place without its house.
_ROOM = re.compile(
    r"(?:[A-Za-z]?[\d一二三四五六七八九十负]+[楼层号栋室座F][^、;；,，]{0,12}|[一大小多第]?[^省市区县镇乡路街馆院校楼、;；,，]{0,4}(?:会议室|报告厅|多功能厅|活动室|大厅|会议厅))"
)
# A form of activity as well.
_LIVE = "直播"


def mode_and_place(cell: Mapping[str, str], findings: list[Finding]) -> tuple[Mode | None, Place]:
    """On site or online, as its columns or its place say it, and the places."""
    word, live = _word(cell["online"]), False
    mode = MODES.get(word)
    where = cell["venue_text"]
    if not word:
        mode, live = MODES.get(_word(cell["format"])), _word(cell["format"]) == _LIVE
    elif mode is None and not where:
        # 举办方式: 腾讯会议
        where = cell["online"]
        read = places.place(where, [])
        if read.mode is None and not read.names:
            where = ""
    if word and mode is None and not _TAKING_PART.search(word) and not (where and where == cell["online"]):
        why = Finding(
            N_("“%(text)s” was not recognised. Write 线下, 线上 or 线上线下."), text=cell["online"][:40]
        )
        findings.append(why.about("online"))
    # 是否线上：是 beside a hall: it is shown online as well; so is what is shown live from one.
    if mode == Mode.ONLINE and (live or word == "是") and places.place(where, []).names:
        mode = Mode.MIXED
    if not where or mode == Mode.ONLINE:
        return mode, Place()
    place = places.place(where, findings)
    return mode or place.mode, place


def with_address(cell: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row: an address without a place is the place; a room alone, 3楼多功能厅, is said with its address."""
    address, place = cell["address"], cell["venue_text"]
    if not address or (place and not _ROOM.fullmatch(place)):
        return dict(cell)
    return {**cell, "venue_text": address + place, "address": address if place else ""}


def how_to_take_part(online: str) -> str:
    """What a column of the mode says of taking part instead: 预约; "" where it says none."""
    word = _word(online)
    return f"参与方式：{online}" if word not in MODES and _TAKING_PART.search(word) else ""


def says_mode_alone(form: str, online: str) -> bool:
    """Whether what stands as the form of activity says no more than 线上 or 线下."""
    return not online and _word(form) in MODES and _word(form) != _LIVE


def _word(text: str) -> str:
    return _MODE_SIGNS.sub("", cells.plain(text).lower())
