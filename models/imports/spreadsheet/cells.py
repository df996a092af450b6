"""What single cells of a report say: days, clock times, parts of the day, lists, places. Pure, and nothing is guessed."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from models.events.tables import HalfDay
from models.places import regions

_YEAR = re.compile(r"(\d{4})年?")
_DAYS = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?"),
    re.compile(r"(?P<y>)(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?"),
    re.compile(r"(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})"),
)
_CLOCKS = (
    re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::\d{2})?"),
    re.compile(r"(?P<h>\d{1,2})[时点](?P<m>\d{1,2})分"),
    re.compile(r"(?P<h>\d{1,2})[时点](?P<m>)整?"),
)
_HALF_DAYS = (
    (HalfDay.MORNING, re.compile(r"上午|早上|早晨|清晨|\bmorning\b", re.I)),
    (HalfDay.AFTERNOON, re.compile(r"下午|\bafternoon\b", re.I)),
    (HalfDay.EVENING, re.compile(r"晚上|晚间|夜间|[日号当今]晚|\bevening\b", re.I)),
)
NIGHT_WORDS = ("傍晚", "晚上", "晚间", "夜间", "晚")
# "24日上午始" is a start, not one morning.
_ONWARDS = re.compile(r"[始起]|开始|启动|\bfrom\b|\bsince\b", re.I)
# ┋ is how a form divides the answers of one question.
_LIST = re.compile("[;；┋]|\n")
_COMMAS = re.compile("[、，,]")
# Words that make a text something else than the name of one place: "…等企业", 全县各乡镇, 42家企业, 线上, 电视.
_NO_PLACE = re.compile(
    r"等|各|周边|街头|辖区|全[国省市县区州]|线上|网络|网站|平台|视频|电视(?!台$|塔|大[学厦楼])|显示屏|led|online|platform|[B哔]站|"
    r"[\d一二两三四五六七八九十几多数若]+余?[个家所处条名](?!楼|会议室|街|巷|路|商业街)|分现场|(?:重点|部分|有关|相关)(?:企业|园区|学校|单位|社区|商户)|(?:市|县|区|省|州)直机关|若干|另行|待定|待通知|\band\b",
    re.I,
)
# 马栏山视频文创园
_MEDIUM_IN_NAME = re.compile(
    "(?:网络|视频|平台)(?=[\u4e00-\u9fff]{0,8}(?:园区?|基地|大厦|大楼|小镇|学院|大学|谷|港|城)$)"
)
_TOWN = re.compile("[\u4e00-\u9fff]{2,5}[镇乡村]")
_SCHOOLYARD = "操场"
_GENERIC = frozenset(
    "广场 商场 超市 药店 学校 校园 校园里 社区 企业 机关 市场 公园 景区 图书馆 食堂 会议室 礼堂 商圈 商超".split()
)
# 1 January 2000 to 31 December 2099, as a spreadsheet counts days; 0.375 is 9:00.
_SERIAL = re.compile(r"(?P<day>\d{5})(?:\.\d*)?|0?\.\d+")
_SERIAL_DAYS = range(36526, 73051)
_NO_DAY_ZERO = datetime(1899, 12, 30)
_TRADITIONAL = str.maketrans(
    "動稱時間點號辦單參對機構類別與題標場備註說內項聯絡電話線預計規級區縣責協導結開終觀眾舉網態狀務課講師專業處詳員週禮學產權國條個體簡介議論壇負執關圍廳館習驗競賽訓練覽藝術諮詢營創農漁鄉鎮醫藥幹遊讀書臺灣廣東認證戰園聽會",
    "动称时间点号办单参对机构类别与题标场备注说内项联络电话线预计规级区县责协导结开终观众举网态状务课讲师专业处详员周礼学产权国条个体简介议论坛负执关围厅馆习验竞赛训练览艺术咨询营创农渔乡镇医药干游读书台湾广东认证战园听会",
)
_NUMERALS = "〇一二三四五六七八九"
_YEAR_IN_NUMERALS = re.compile("[〇零一二三四五六七八九]{4}(?=年)")
_TO_99 = "[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
# Not 一日 by itself, as in 为期一日.
_IN_NUMERALS = re.compile(
    rf"(?<![周期一二三四五六七八九十])(?:(?:{_TO_99})(?=月|[点时])|(?<=月)(?:{_TO_99})(?=[日号])|(?<=[点时])(?:{_TO_99})(?=分))"
)
_MANY_BLANKS = re.compile(r"(\s{20})\s+")
_PLACEHOLDER = re.compile(r"[/／\\—–-]+|无|暂无|空|[Nn]/?[Aa]|[Nn]one|[Nn]ull")
_HAN = re.compile("[\u4e00-\u9fff]")
_WORDS_ALONE = re.compile(r"\s*[A-Za-z][A-Za-z'’&.,()\s-]{2,}")
# 县城中街和孟坝, and no 人和广场: what stands before it is a place.
_JOINED = re.compile(
    "(?<=[馆心场园校院店站厦楼街区路巷镇乡村桥港口所局厅城湖门府处点室堂苑岛河江海寺坝侧旁])(?:[及与]|和(?![平谐顺睦悦美]))"
)
# 临汾路与阳曲路口 is one place.
_CROSSING = re.compile(
    "[路街道][与和及][^、]{1,8}(?:路|街|大道)(?:交?[叉汇]?[口处]|交[叉汇]口|[东西南北]{1,2}[侧角])"
)
# What stands below a table: its sums, its notes, who filled it in.
_FOOTER = re.compile(
    r"(?:合计|总计|小计|共计|总数|累计)(?=$|[:\d(共])|共\d+[场项个次](?=$|活动)|[-—–]*第\d+页(?=$|[-—–,共])|(?:备注|注|说明|(?:填表|填报|制表)(?:人|单位|日期|时间|说明)|审[核批](?:人|(?=:))|(?:制表|填报|填表|复核)(?=:)|"
    r"(?:单位|部门)?负责人|分管领导|联系(?:人|电话|方式))(?=$|[:(])|(?:咨询|报名|联系|服务)电话(?=$|[:(\d]|[见详为请])"
)


def trimmed(text: str) -> str:
    """A cell as it is read: without blanks around it, and few in a row, since patterns take the square of their number."""
    return _MANY_BLANKS.sub(r"\1", text.strip())


def plain(text: str) -> str:
    """Full-width digits and signs as plain ones, without spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def simplified(text: str) -> str:
    """The signs of headers, times and audiences as the mainland writes them: 活動時間 as 活动时间."""
    return text.translate(_TRADITIONAL)


def from_serial(text: str) -> str:
    """A day or an hour that lost its format as it was shown: 45405 as 2024-04-23, 0.375 as 09:00; any other text as it is."""
    match = _SERIAL.fullmatch(text)
    if match is None:
        return text
    if match["day"] and int(match["day"]) not in _SERIAL_DAYS:
        return text
    at = _NO_DAY_ZERO + timedelta(minutes=round(float(text) * 1440))
    if not match["day"]:
        return f"{at:%H:%M}" if at.date() == _NO_DAY_ZERO.date() else text
    return f"{at:%Y-%m-%d}" if at.time() == time(0) else f"{at:%Y-%m-%d %H:%M}"


def in_one_line(text: str) -> str:
    """A text without its line breaks, which a narrow column made: 知识产权\n进企业."""
    text = re.sub(r"(?<=[A-Za-z\d,.])\s*\n\s*(?=[A-Za-z\d])", " ", text)
    # A line in another language: 商标会\nTrademark meeting
    return re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[A-Za-z]+ [A-Za-z])", " ", text).replace("\n", "")


def in_chinese(text: str) -> str:
    """A cell without the lines that repeat each Chinese one in English: 厦门市知识产权局\nXiamen IP Office."""
    lines = [line for line in text.split("\n") if line.strip()]
    chinese, english = lines[0::2], lines[1::2]
    if (
        len(chinese) == len(english)
        and all(map(_HAN.search, chinese))
        and all(map(_WORDS_ALONE.fullmatch, english))
    ):
        return "\n".join(chinese)
    return text


def with_digits(text: str) -> str:
    """Days and hours in Chinese numerals with digits: 四月二十日上午九点 as 4月20日上午9点."""
    return _IN_NUMERALS.sub(lambda match: str(number(match[0])), _YEAR_IN_NUMERALS.sub(_year_digits, text))


def _year_digits(match: re.Match[str]) -> str:
    return "".join(str(_NUMERALS.index(sign)) for sign in match[0].replace("零", "〇"))


def number(numerals: str) -> int:
    """Up to 99: 二十六 as 26."""
    tens, ten, ones = numerals.replace("两", "二").rpartition("十")
    return 10 * (_NUMERALS.index(tens) if tens else len(ten)) + (_NUMERALS.index(ones) if ones else 0)


def without_placeholder(text: str) -> str:
    """A cell in which only a stroke or 无 stands is empty."""
    return "" if _PLACEHOLDER.fullmatch(text) else text


def year(text: str) -> int | None:
    """2024, ２０２４ or 2024年; None for anything else."""
    match = _YEAR.fullmatch(plain(text))
    return int(match[1]) if match else None


def day(text: str, in_year: int | None) -> date | None:
    """2024-04-20, 2024/4/20, 2024年4月20日, and 4月20日 where the year stands beside it; None for anything else."""
    words = with_digits(plain(text))
    for pattern in _DAYS:
        match = pattern.fullmatch(words)
        year_in = match and (match["y"] or in_year)
        if match and year_in:
            try:
                return date(int(year_in), int(match["m"]), int(match["d"]))
            except ValueError:
                return None
    return None


def clock_time(text: str) -> time | None:
    """9:05, 09:05:00, 11时30分 or 9点; None for anything else."""
    for pattern in _CLOCKS:
        match = pattern.fullmatch(plain(text))
        if match:
            try:
                return time(int(match["h"]), int(match["m"] or 0))
            except ValueError:
                return None
    return None


def is_night(start: time, end: time) -> bool:
    """Whether what begins and ends at these times goes on past midnight."""
    return end == time(0) or (start >= time(17) and end <= time(9))


def time_of_day(hour: int, minute: int, half: str, stated: bool) -> time:
    """The time of an hour in a part of the day (下午). Midnight, as the end of a day or an evening's 12, is 0:00 of the next.

    stated: said of this very clock, not of the one that it ends. Raises ValueError where the part has no such hour."""
    if half in NIGHT_WORDS and hour in (12, 24) and minute == 0:
        return time(0)
    if half == "凌晨" and hour == 12:
        hour = 0
    elif half in ("下午", "午后", *NIGHT_WORDS) and hour < 12:
        hour += 12
    elif half in ("中午", "午间", "正午"):
        hour += 12 if hour < 3 else 0
        if stated and not 11 <= hour <= 14:
            raise ValueError(hour)  # 中午3:00
    elif half in ("早上", "早晨", "清晨", "上午", "凌晨") and stated and hour > 12:
        raise ValueError(hour)
    return time(0) if (hour, minute) == (24, 0) else time(hour, minute)


def half_day(text: str, *, open_ended: bool = False) -> str | None:
    """The one part of the day that a text names; None for none, for two, and for a mere beginning."""
    if open_ended and _ONWARDS.search(text):
        return None
    parts = [key for key, pattern in _HALF_DAYS if pattern.search(text)]
    return parts[0] if len(parts) == 1 else None


def footer(text: str) -> str | None:
    """The word by which a text shows that it stands below a table (合计, 填表人：…); None for any other text."""
    match = _FOOTER.match(plain(text[:100]))
    return match[0] if match else None


def entries(text: str) -> tuple[str, ...]:
    """The entries of a list cell, divided by semicolons, each once."""
    return tuple(dict.fromkeys(part for part in (piece.strip() for piece in _LIST.split(text)) if part))


def words(text: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The entries of a list cell of terms. 、 and commas divide an entry that is no known word only where they give
    known ones."""
    result: list[str] = []
    for entry in entries(text):
        parts = [part.strip() for part in _COMMAS.split(entry) if part.strip()]
        result += parts if entry not in known and any(part in known for part in parts) else [entry]
    return tuple(dict.fromkeys(result))


def divided(entry: str) -> list[str]:
    """An entry divided by 、 and commas."""
    return [part.strip() for part in _COMMAS.split(entry) if part.strip()]


def places(text: str) -> tuple[tuple[str, ...], bool]:
    """The names of places in a cell, and whether all of it was read.

    Semicolons divide. 、 divides only where every piece can stand alone as a name; what is a count, a kind of place, a
    region, a medium or "… and others" is no place: then the cell is kept as a text only."""
    names: list[str] = []
    sure = True
    for piece in entries(text):
        parts = _parts(piece)
        if all(_is_place(part) for part in parts):
            names += parts
        else:
            sure = False
    return tuple(dict.fromkeys(names)), sure


def _parts(piece: str) -> list[str]:
    if "、" not in piece or re.search("[(（]", piece):
        return [piece]
    parts = [part.strip() for part in piece.split("、")]
    return parts if all(len(part) >= 4 or _TOWN.fullmatch(part) for part in parts) else [piece]


def _is_place(name: str) -> bool:
    if name == _SCHOOLYARD:
        return True
    if len(name) < 3 or len(name) > 60 or name in _GENERIC or "、" in name:
        return False
    if _NO_PLACE.search(_MEDIUM_IN_NAME.sub("", name)) or _names_region(name):
        return False
    # 县城中街和孟坝 is two places in one; a name such as 佳和城 is one.
    return _CROSSING.search(name) is not None or not (_JOINED.search(name[2:-2]) and len(name) > 6)


def _names_region(name: str) -> bool:
    """Whether a name is that of a region, also with those above it: 徐州市泉山区, but 西安市钟楼 is a place."""
    names = _region_names()
    return name in names or (
        name[-1] in "市区县州旗"
        and any(name[:length] in names and _names_region(name[length:]) for length in range(3, len(name) - 1))
    )


@lru_cache(maxsize=1)
def _region_names() -> frozenset[str]:
    rows = regions.all_regions()
    return frozenset(name for row in rows for name in (row.name, row.short, row.name_en) if name)
