"""The places of a cell, also those of the internet. Pure; what is not certain keeps its words, and is named in a finding."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import N_
from models.events.tables import Mode
from models.imports.findings import Finding
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.names.pieces import BLANK, SIGNS, apart, without_numbers

_LABEL = re.compile(
    r"(?:^|(?<=[;；\n]))\s*(?:主|分|线下|线上)?(?:(?:会场|地点|展区)[一二三四五六七八九十\d]?|(?<=线[上下]))\s*[:：]\s*"
)
_PLACE = re.compile(
    "(?:馆|中心|广场|公园|学校|大学|学院|中学|小学|幼儿园|医院|法院|检察院|政府|剧院|影院|剧场|礼堂|会堂|书城|书店|"
    "车站|机场|商场|超市|市场|大厦|大楼|步行街|社区|产业园|科技园|创意园|基地|体育场|景区|银行|酒店|宾馆)$"
)
# What lies in the place before it: 二楼报告厅, 东门广场.
_INSIDE = re.compile(
    r"[东南西北前后左右内外正侧][门楼区侧广厅]|[\d一二三四五六七八九十]+[楼层号栋]|[门楼]|[A-Za-z]\d*[座栋区馆]"
)
# A narrow column or a clerk puts the room below its house: 都市之门A座\n三楼会议中心, 创业大街\n路演厅.
_ROOM_BELOW = re.compile(
    rf"(?<![厅室楼层\s])\s*\n\s*(?=(?:{_INSIDE.pattern})(?![^\n;；]*(?:[街路村]|广场|市场|小区|社区)(?:[;；\n]|$))|[^\n;；、馆院校学局厦所镇村区县市]{{1,8}}[厅室](?:[;；\n]|$))"
)
# Words that make a place one of the internet, with what is said of the meeting.
_NETWORK = re.compile(
    r"(?:腾讯会议|钉钉|飞书|微信|企业微信|抖音|快手|视频号|公众号|微博|小红书|哔哩哔哩|[Bb]站|知乎|今日头条|学习强国|央视频|喜马拉雅|斗鱼|淘宝直播|"
    r"Zoom|Teams|Webex|VooV|Google\s*Meet|Skype|YouTube|bilibili|TikTok|小鹅通|微赞|瞩目|华为云会议|好视通|会畅|"
    r"线上|网上|网络|云端|云上|云平台|互联网|直播间|直播平台|网络直播|视频会议|在线|online|官网|公开网|网站|小程序|APP(?![a-z])|客户端|问卷星|学习通|雨课堂|超星|慕课|智慧树)",
    re.I,
)
_WITH = re.compile(
    r"(?:同步|同时|并|结合|以及|配合)?(?:进行)?(?:网络|线上|云端|在线)?(?:直播|同步|会议室?|平台|间|号|群|账号|教室|课堂|方式|形式|开展|举行|举办|进行|发布|观看|收看|答题)+"
    r"|会议(?:号|ID|码)?[:：]?\s*[\d\s-]{6,}|ID[:：]?\s*[\d\s-]{6,}|密码[:：]?\s*\w+",
    re.I,
)
_URL = re.compile(r"https?://[^\s，。；、（）()]+")
_PHONE = re.compile(r"\s*[（(]?(?:联系|咨询)?(?:电话|手机)[:：]?\s*\+?[\d-]{7,}[）)]?")
_QUOTED = re.compile('[“"「『《].{0,40}?[”"」』》]')
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LINKS = re.compile("[+＋&]|和|与|及|以及|暨|同步|线下|现场")
# 网络安全产业园 is on no network.
_IN_NAME = re.compile(
    "(?:互联网|网络|视频|平台)(?=[\u4e00-\u9fff]{0,8}(?:园区?|基地|大厦|大楼|小镇|学院|大学|谷|港|城))"
)
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
    words = _PHONE.sub("", _URL.sub("", cells.in_chinese(text))).strip()
    if _UNKNOWN.fullmatch(cells.plain(words)):
        return Place()
    if not (url or _NETWORK.search(_IN_NAME.sub("", words))):
        return Place(certain_places(words, findings))
    # In 线上（“青云发布”） a name in quotation marks is that of the channel.
    on_site = [part for part in _pieces(words) if not (_is_network(part) or _is_channel(part))]
    names = certain_places(";".join(on_site), findings) if on_site else ()
    if not names and on_site:
        findings.append(
            Finding(N_("“%(text)s” is not one definite place; kept in these words."), text=text[:80]).about(
                "venue_text"
            )
        )
    mode = Mode.MIXED if on_site else Mode.ONLINE
    return Place(names, mode, url[0] if url else "")


def certain_places(text: str, findings: list[Finding]) -> tuple[str, ...]:
    """The places of a cell that are certain."""
    pieces_of_all: list[str] = []
    doubtful = False
    for entry in cells.entries(without_numbers(_LABEL.sub("", _ROOM_BELOW.sub("", text)))):
        pieces = [piece for piece in apart(entry, SIGNS) if piece]
        if len(pieces) > 1 and all(map(_is_place, pieces)):
            pieces_of_all += pieces
        else:
            pieces_of_all.append(entry)
            spaced = [piece for each in pieces for piece in BLANK.split(each)]
            doubtful = doubtful or sum(map(_ends_as_place, spaced)) > 1
    names, sure = cells.places(";".join(pieces_of_all))
    if not sure:
        why = N_("“%(text)s” is not one definite place; kept in these words.")
        findings.append(Finding(why, text=text).about("venue_text"))
    elif doubtful:
        why = N_("“%(text)s” was read as one venue. If there are several, separate them with semicolons.")
        findings.append(Finding(why, text=text[:80]).about("venue_text"))
    elif len(names) > 1:
        findings.append(Finding(N_("%(count)s venues were recognised."), count=len(names)))
    return names


def _is_place(name: str) -> bool:
    return len(name) >= 4 and _ends_as_place(name) and not re.search("[()（）]", name)


def _ends_as_place(name: str) -> bool:
    return _PLACE.search(name) is not None and _INSIDE.match(name) is None


def _pieces(text: str) -> Sequence[str]:
    """The pieces of a text that speak of the internet and of places: 市图书馆（同步线上直播）, 市图书馆+腾讯会议."""
    pieces = re.split(r"[;；、，,\n/＋+&（）()]|(?<=平台)[及与和](?=.)|(?<=直播间)[及与和](?=.)", text)
    return [piece.strip(" :：-") for piece in pieces if piece.strip(" :：-")]


def _is_channel(piece: str) -> bool:
    rest = _QUOTED.sub("", piece)
    return rest != piece and (not rest or _WITH.fullmatch(rest) is not None)


def _is_network(piece: str) -> bool:
    """Whether nothing of a piece is a place: 腾讯会议：123-456, 微信视频号“青云发布”, 同步直播, 线上."""
    if not _NETWORK.search(piece) and not _WITH.fullmatch(piece) and _NO_LETTERS.sub("", piece):
        return piece in ("线下", "现场", "同步")
    rest = _WITH.sub("", _NETWORK.sub("", _QUOTED.sub("", piece)))
    rest = _NO_LETTERS.sub("", _LINKS.sub("", rest))
    if re.search("(?:产业园|园区|基地|大楼|大厦|市场)直播间$", piece):
        return False
    # 青云市融媒体中心直播间: the owner of a channel is no venue.
    return not rest or bool(
        re.search("直播间|视频号|公众号|抖音|快手|微博|官网|公开网|网站|小程序|客户端|平台", piece)
    )
