"""Names in one cell: organizations with the parts they play, and places, also those of the internet. Pure; a cell that
cannot be divided for certain keeps its words, and is named in a finding."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.errors import N_
from models.events.tables import Mode
from models.imports.findings import Finding
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.column_synonyms import ROLES
from models.places import recognition

_ROLES = "联合主办|主办|承办|协办|指导|支持"
# 甲（主办）乙（协办）, and 主办：甲；承办单位：乙
_ROLE = re.compile(rf"[（(]({_ROLES})(?:单位|方)?[)）]")
_OWN_ROLE = re.compile(_ROLE.pattern + "$")
_PART = re.compile(rf"(?:^|(?<=[\s;；、，,。]))({_ROLES})(?:单位|方)?\s*[:：]")
_NUMBER = re.compile(r"(?:^|(?<=[\s;；，,。]))[(（]?(\d{1,2})[.．、)）](?!\d)|([①-⑳])")
_SIGNS = "、，,/／"
_SLASHES = "/／"
# 青云市, below it 市场监管局: a narrow column broke the name.
_REGION_ABOVE = re.compile(r"(?<=[省市区县州旗盟])[^\S\n]*\n\s*(?=[^\n]{2,}[局厅部委办院会司])")
_LABEL = re.compile(
    r"(?:^|(?<=[;；\n]))\s*(?:主|分|线下|线上)?(?:会场|地点|展区)[一二三四五六七八九十\d]?\s*[:：]\s*"
)
_CHINESE = "\u3400-\u9fff"
_BLANK = re.compile(rf"(?<=[{_CHINESE})）])\s+(?=[{_CHINESE}])")
_BRACKETED = re.compile("[(（][^()（）]*[)）]$")
# How the name of an organization ends, and what makes it the whole name of one with 、 in it: 知识产权 alone is none.
_ORGANIZATION = re.compile(
    "(?:[局厅部委办院所会社司行学校馆台站关署队联协府处科室厂店园组系]|中心|集团|街道|总部)$"
)
_ROOTED = re.compile("国家|中国|中共|中央|全国|最高|[省市区县州镇乡旗]|自治区")
# 青云市市场监管局知识产权科
_WITH_DEPARTMENT = re.compile("[局委厅院会关部].{2,10}(?:科|处|室|股|庭)$")
_AND = re.compile("[局厅部委办院所会社校馆台站关署队联协心](?:和|与|及|以及|暨)")
_OTHERS = re.compile(
    r"等(?:[\d一二两三四五六七八九十百几多数余]+\D{0,10}|(?:有关|相关|多)\D{0,8}|各?(?:单位|部门))?$"
)
_PLACE = re.compile(
    "(?:馆|中心|广场|公园|学校|大学|学院|中学|小学|幼儿园|医院|法院|检察院|政府|剧院|影院|剧场|礼堂|会堂|书城|书店|"
    "车站|机场|商场|超市|市场|大厦|大楼|步行街|社区|产业园|科技园|创意园|基地|体育场|景区|银行|酒店|宾馆)$"
)
# What lies in the place before it: 二楼报告厅, 东门广场.
_INSIDE = re.compile(
    r"[东南西北前后左右内外正侧][门楼区侧广厅]|[\d一二三四五六七八九十]+[楼层号栋]|[门楼]|[A-Za-z]\d*[座栋区馆]"
)
# Words that make a place one of the internet, with what is said of the meeting.
_NETWORK = re.compile(
    r"(?:腾讯会议|钉钉|飞书|微信|企业微信|抖音|快手|视频号|公众号|微博|小红书|哔哩哔哩|[Bb]站|知乎|今日头条|学习强国|央视频|喜马拉雅|斗鱼|淘宝直播|"
    r"Zoom|Teams|Webex|VooV|Google\s*Meet|Skype|YouTube|bilibili|TikTok|小鹅通|微赞|瞩目|华为云会议|好视通|会畅|"
    r"线上|网上|网络|云端|云上|云平台|互联网|直播间|直播平台|网络直播|视频会议|在线|online|官网|公开网|网站|小程序|APP(?![a-z]))",
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
_UNKNOWN = re.compile(
    r"(?:地点)?(?:另行通知|待定|待通知|待确定|暂定|未定|另定|另行安排|另行确定|视情况而定|见通知|详见通知|具体地点另行通知|以通知为准)(?:[（(].*[）)])?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """names: of places. mode: online or mixed, where the cell says so. url: an address in it."""

    names: tuple[str, ...] = ()
    mode: Mode | None = None
    url: str = ""


def hosts(text: str, findings: list[Finding]) -> tuple[str, ...]:
    """The organizations of a cell, the part that each plays in brackets behind it where it is not the host.

    Semicolons and line breaks divide; 、 commas and slashes do where every piece is an organization's whole name."""
    names: list[str] = []
    doubtful: list[str] = []
    divided = False
    for part, stretch in _parts(_without_numbers(_REGION_ABOVE.sub("", cells.in_chinese(text)))):
        entries = (entry.strip(" 、，,。") for entry in cells.entries(_ROLE.sub(r"\g<0>;", stretch)))
        for entry in filter(None, entries):
            pieces = [piece for piece in _apart(entry, _SIGNS) if piece]
            whole = len(pieces) > 1 and all(map(is_organization, pieces))
            if whole and len(_apart(entry, _SLASHES)) > 1:
                whole = all(map(is_rooted, pieces))  # 甲市市场监督管理局/知识产权局 is one with two names
            if whole:
                divided = True
            elif _are_several(entry):
                doubtful.append(entry)
            names += [f"{name}{part}" for name in (pieces if whole else [entry])]
    if doubtful:
        why = N_(
            "“%(text)s” may be several organizations; kept in these words. Separate them with semicolons."
        )
        findings.append(Finding(why, text=doubtful[0][:80]).about("organizers"))
    elif divided:
        findings.append(
            Finding(N_("%(count)s organizations were recognised as organizers."), count=len(names))
        )
    return tuple(dict.fromkeys(names))


def hosts_of_row(cell: Mapping[str, str], findings: list[Finding]) -> tuple[tuple[str, ...], str]:
    """The hosts of a row, those of other columns with the part that they play: 青云大学（承办）; and words for the description,
    where a department stands in it without its organization."""
    names = [*hosts(cell["lead_unit"], findings), *hosts(cell["organizers"], findings)]
    for field, part in ROLES.items():
        names += [
            name if without_role(name) != name else f"{name}（{part}）"
            for name in hosts(cell[field], findings)
        ]
    departments = [name for entry in cells.entries(cell["department"]) for name in cells.divided(entry)]
    if departments and not names and all(map(_names_its_organization, departments)):
        return tuple(dict.fromkeys(departments)), ""
    if departments and not names:
        why = N_("“%(text)s” is a department without its organization; kept in the description.")
        findings.append(Finding(why, text=cell["department"][:80]).about("department"))
        return (), f"牵头科室：{'、'.join(departments)}"
    names += [f"{_whole_name(name, leader(names))}（承办）" for name in departments]
    return tuple(dict.fromkeys(names)), ""


def _names_its_organization(department: str) -> bool:
    return is_rooted(department) and _WITH_DEPARTMENT.search(department) is not None


def _whole_name(department: str, leads: str) -> str:
    """知识产权科 as 青云市市场监督管理局知识产权科."""
    organization = without_role(leads)
    return department if department.startswith(organization) else f"{organization}{department}"


def leader(hosts: Sequence[str]) -> str:
    """The host that leads: the first, but for those that do something else (指导单位：…)."""
    return next((host for host in hosts if _leads(host)), hosts[0])


def without_role(name: str) -> str:
    """An organization's name without the part it plays: 山东省教育厅(主办) -> 山东省教育厅."""
    return _OWN_ROLE.sub("", name).strip()


def place(text: str, findings: list[Finding]) -> Place:
    """The places of a cell that are certain, and whether it is on the internet."""
    url = _URL.search(text)
    words = _PHONE.sub("", _URL.sub("", cells.in_chinese(text))).strip()
    if _UNKNOWN.fullmatch(cells.plain(words)):
        return Place()
    if not (url or _NETWORK.search(words)):
        return Place(certain_places(words, findings))
    on_site = [part for part in _pieces(words) if not _is_network(part)]
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
    for entry in cells.entries(_without_numbers(_LABEL.sub("", text))):
        pieces = [piece for piece in _apart(entry, _SIGNS) if piece]
        if len(pieces) > 1 and all(map(_is_place, pieces)):
            pieces_of_all += pieces
        else:
            pieces_of_all.append(entry)
            spaced = [piece for each in pieces for piece in _BLANK.split(each)]
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


def _leads(host: str) -> bool:
    role = _OWN_ROLE.search(host)
    return role is None or role[1].endswith("主办")


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each stretch of a cell with the part that it plays, "" for the host's."""
    pieces = _PART.split(text)
    yield "", pieces[0]
    for part, stretch in zip(pieces[1::2], pieces[2::2], strict=True):
        # What ends a stretch divides nothing within it.
        yield "" if part == "主办" else f"（{part}）", stretch.strip().rstrip(_SIGNS + "。")


def _without_numbers(text: str) -> str:
    """1. 市图书馆 2. 市博物馆 as a list of two; numbers that do not count from one are part of the names."""
    numbers = list(_NUMBER.finditer(text))
    counted = [int(unicodedata.normalize("NFKC", each[1] or each[2])) for each in numbers]
    if len(numbers) < 2 or counted != list(range(1, len(numbers) + 1)) or text[: numbers[0].start()].strip():
        return text
    ends = [*(each.start() for each in numbers[1:]), len(text)]
    pieces = (text[each.end() : end] for each, end in zip(numbers, ends, strict=True))
    return ";".join(piece.strip(" \n;；，,、。") for piece in pieces)


def _apart(text: str, signs: str) -> list[str]:
    """The pieces of a text between these signs, which divide nothing within brackets."""
    pieces, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth = max(0, depth + (sign in "(（") - (sign in ")）"))
        if depth == 0 and sign in signs:
            pieces.append(text[start:at].strip())
            start = at + 1
    return [*pieces, text[start:].strip()]


def is_organization(name: str) -> bool:
    """Whether this can stand alone as an organization's whole name, and as no more than one's."""
    bare = _BRACKETED.sub("", without_role(name)).strip()
    if len(bare) < 4 or re.search("[()（）]", bare) or _are_several(bare):
        return False
    return _ORGANIZATION.search(bare) is not None


def is_rooted(name: str) -> bool:
    """Whether a name begins with the place that it belongs to."""
    if _ROOTED.match(name):
        return True
    return any(recognition.regions_named(name[:length]) for length in range(2, min(len(name), 12)))


def _are_several(entry: str) -> bool:
    if not re.search(f"[{_CHINESE}]", entry):
        return False  # People's Government of Yunnan Province, Information Office
    bare = _BRACKETED.sub("", entry)
    if len(_apart(bare, _SIGNS)) > 1 or _BLANK.search(bare) or _OTHERS.search(bare):
        return True
    return _ORGANIZATION.search(bare) is not None and _AND.search(bare) is not None


def _is_place(name: str) -> bool:
    return len(name) >= 4 and _ends_as_place(name) and not re.search("[()（）]", name)


def _ends_as_place(name: str) -> bool:
    return _PLACE.search(name) is not None and _INSIDE.match(name) is None


def _pieces(text: str) -> Sequence[str]:
    """The pieces of a text that speak of the internet and of places: 市图书馆（同步线上直播）, 市图书馆+腾讯会议."""
    pieces = re.split(r"[;；、，,\n/＋+&（）()]", text)
    return [piece.strip(" :：-") for piece in pieces if piece.strip(" :：-")]


def _is_network(piece: str) -> bool:
    """Whether nothing of a piece is a place: 腾讯会议：123-456, 微信视频号“青云发布”, 同步直播, 线上."""
    if not _NETWORK.search(piece) and not _WITH.fullmatch(piece) and _NO_LETTERS.sub("", piece):
        return piece in ("线下", "现场", "同步")
    rest = _WITH.sub("", _NETWORK.sub("", _QUOTED.sub("", piece)))
    rest = _NO_LETTERS.sub("", _LINKS.sub("", rest))
    # 青云市融媒体中心直播间: the owner of a channel is no venue.
    return not rest or bool(
        re.search("直播间|视频号|公众号|抖音|快手|微博|官网|公开网|网站|小程序|平台", piece)
    )
