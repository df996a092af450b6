"""What the columns of a table are called, in English and in the words that offices write over theirs."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from models.errors import N_, Mistake
from models.imports.findings import Finding, Row
from models.imports.spreadsheet.cells import footer

# The columns of models/data/reported-events.csv, in its order.
COLUMNS = (
    "id", "year", "title", "start_date", "end_date", "start_time", "end_time", "time_text", "venue_text", "province",
    "city", "county", "organizers", "audiences", "format", "online", "attendance_reported", "materials_reported",
    "consultations_reported", "views_reported", "other_outcomes", "source_url",
)  # fmt: skip
# What a plan has and a report has not.
PLANNED = ("description", "focus", "online_url", "address", "capacity", "region", "region_code")
FIELDS = COLUMNS + PLANNED
# A table without this column is about something else.
NEEDED = "title"
_ALIASES = {
    "id": "编号 活动编号",
    "year": "年份 年度 年",
    "title": "活动名称 名称 活动 活动标题 标题 活动主题 主题 event name eventtitle subject summary",
    "start_date": "开始日期 日期 活动日期 起始日期 开始时间日期 date startdate startday start",
    "end_date": "结束日期 截止日期 终止日期 enddate endday end",
    "start_time": "开始时间 起始时间 开始时刻 starttime",
    "end_time": "结束时间 截止时间 结束时刻 endtime",
    "time_text": "时间 活动时间 举办时间 时间安排 时间说明 time when",
    "venue_text": "地点 活动地点 举办地点 场地 场所 venue location place",
    "address": "地址 详细地址 streetaddress",
    "province": "省 省份 省级 所在省 省自治区直辖市",
    "city": "市 城市 地市 地级市 所在市 市州 prefecture",
    "county": "县 区 区县 县区 县市区 区县市 所在县 district",
    "organizers": "主办单位 主办方 主办 举办单位 组织单位 承办单位 organizer host hosts organiser organisers",
    "audiences": "受众群体 受众 参与人群 参加对象 活动对象 面向群体 面向人群 audience",
    "format": "活动形式 形式 活动类型 类型 formats type",
    "online": "线上线下 线上或线下 举办方式 方式 线上还是线下 mode",
    "online_url": "线上地址 直播地址 网址 链接 直播链接 onlineaddress url link",
    "focus": "宣传重点 重点 mainfocus",
    "description": "活动简介 简介 活动内容 内容 说明 details notes",
    "region": "地区 所在地区 所属地区 行政区划 行政区 省市县 area",
    "region_code": "地区代码 行政区划代码 区划代码 regioncode",
    "capacity": "人数上限 容纳人数 限额",
    "attendance_reported": "参与人数 参加人数",
    "materials_reported": "发放资料 发放材料 宣传资料",
    "consultations_reported": "咨询人次 接受咨询",
    "views_reported": "观看量 浏览量 线上观看",
    "other_outcomes": "其他成效 活动成效",
    "source_url": "来源 信息来源 报道链接 source",
}
# Signs and spaces say nothing in a header: 省（自治区、直辖市）, Start date *, "start_date".
_SIGNS = re.compile(r"[\W_]+")
_OTHERS = "开始日期, 开始时间, 活动地点, 主办单位 …"
# 活动名称（必填）, 开始日期【年-月-日】
_NOTE = re.compile(r"[(\[【][^()\[\]【】]*(?:[)\]】]|$)")


def _bare(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).lower()


_FIELD_OF = {_bare(name): field for field, names in _ALIASES.items() for name in (field, *names.split(" "))}


@dataclass(frozen=True, slots=True)
class Header:
    """fields: by position, "" where nothing stands. names: as written. Unknown columns have a name and no field."""

    fields: tuple[str, ...]
    names: tuple[str, ...]

    def row(self, number: int, cells: Sequence[str], notes: Iterable[Finding] = ()) -> Row:
        """One row of the table. What stands under a column that is not known is named, and not read."""
        values = dict.fromkeys(FIELDS, "")
        if "year" not in self.fields:
            del values["year"]
        columns, said = {}, list(notes)
        first = next((n for n, cell in enumerate(cells[: len(self.fields)]) if cell), 0)
        below = not self.fields[first] and footer(cells[first]) is not None
        for position, field in enumerate(self.fields):
            cell = cells[position] if position < len(cells) else ""
            if field:
                values[field], columns[field] = cell, letter(position)
            elif cell and self.names[position] and not below:
                finding = Finding(
                    N_("The column “%(name)s” is not known and was not imported."),
                    name=self.names[position][:40],
                )
                finding.cell = f"{letter(position)}{number}"
                said.append(finding)
        if below and not values[NEEDED]:
            # 合计 under 序号: what row this is, only that cell tells.
            values[NEEDED], columns[NEEDED] = cells[first], letter(first)
        return Row(number, values, any(cells[len(self.fields) :]), columns, tuple(said))


def letter(position: int) -> str:
    """The letter of a column, 0 is A and 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns that we know: the title, and one more."""
    fields = set(_fields(cells)) - {""}
    return NEEDED in fields and len(fields) > 1


def joined(top: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """A header of two lines, 时间 above 开始日期 and 结束日期, as one; None where the second is a row of the table. Cells
    merged downwards say the same twice."""
    title = _fields(top).index(NEEDED)
    told = [cell for cell in below if cell]
    under = below[title] if title < len(below) else ""
    if not told or (_bare(under) != _bare(top[title]) if under else not all(_fields(told))):
        return None
    pairs = list(zip_longest(top, below, fillvalue=""))
    known = _fields([low for _, low in pairs])
    return [
        low if low and (field or not high) else high for (high, low), field in zip(pairs, known, strict=True)
    ]


def is_repeated(cells: Sequence[str]) -> bool:
    """Whether a row is a header once more, as on each page of a printed table: nothing but names of columns."""
    told = [cell for cell in cells if cell]
    return NEEDED in _fields(told) and all(_fields(told))


def header_of(cells: Sequence[str]) -> Header:
    """The header of a table. Raises Mistake where a column stands twice or the title has none."""
    fields = _fields(cells)
    twice = [field for field, times in Counter(filter(None, fields)).items() if times > 1]
    if twice:
        names = [cell.strip() for cell, field in zip(cells, fields, strict=True) if field in twice]
        raise Mistake(
            N_("These columns mean the same: %(columns)s. Keep only one of them."), columns=", ".join(names)
        )
    if NEEDED not in fields:
        raise Mistake(
            N_(
                "No header row was found at the top of the table. The column 活动名称 (title) is required; others "
                "can be %(columns)s. Please use the template."
            ),
            columns=_OTHERS,
        )
    last = max(n for n, cell in enumerate(cells) if cell.strip()) + 1
    return Header(fields[:last], tuple(cell.strip() for cell in cells[:last]))


def only_the_title() -> Mistake:
    """For a table of which no other column is known."""
    return Mistake(
        N_(
            "Only the title column was recognised. At least one more is needed, for example %(columns)s. "
            "Please use the template."
        ),
        columns=_OTHERS,
    )


def _fields(cells: Sequence[str]) -> tuple[str, ...]:
    """By position the field that a column's name stands for, "" where it is not known. Notes in brackets are left out
    where that names no field twice: 时间（开始） and 时间（结束） are not the same."""
    plain = [unicodedata.normalize("NFKC", cell) for cell in cells]
    found = [_FIELD_OF.get(_bare(cell), "") for cell in plain]
    noted = [
        field or _FIELD_OF.get(_bare(_NOTE.sub("", cell)), "")
        for field, cell in zip(found, plain, strict=True)
    ]
    times = Counter(noted)
    return tuple(
        field or (other if times[other] == 1 else "") for field, other in zip(found, noted, strict=True)
    )
