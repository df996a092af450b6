"""Tables without a column for the title: 社区 | 日期 | 时间 below “知识产权进社区”宣传安排表. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from models.errors import N_
from models.imports.findings import Finding, Line
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.column_names import options_of

_NAME = "活动名称"
_TIMES = {"start_date", "time_text", "time_and_place"}
_LEAST = 3  # columns that are known
_ACTIVITY = re.compile("活动|宣传|讲座|培训|咨询|展|进社区|进校园|进企业|课|巡讲|开放日|知识产权")
_KIND_OF_TABLE = re.compile(
    r"(?:(?:具体|时间|日程|工作)?(?:安排|计划|日程|排期|统计|汇总|一览|预告|登记|课程|任务))*(?:表|清单|一览)?(?:[（(].*[)）])?$"
)
_BEFORE = re.compile(r"^附件?\d*[:：]?\s*|^20\d\d年度?")


def header_of(lines: Sequence[Line]) -> tuple[Line, str] | None:
    """The line of the header and the title of all events, from the lines above it; None for any other table."""
    title = ""
    for line in lines:
        texts = [cell for cell in line.cells if cell]
        if len(texts) == 1 and _ACTIVITY.search(texts[0]) and not title:
            title = _KIND_OF_TABLE.sub("", _BEFORE.sub("", cells.in_one_line(texts[0]))).strip()
        fields = {min(options, key=options.__getitem__) for text in texts if (options := options_of(text))}
        if title and len(fields) >= _LEAST and fields & _TIMES:
            return line, title
    return None


def with_title(lines: Iterable[Line], header: Line, title: str) -> Iterator[Line]:
    """The lines with the title in a column of its own, behind the others."""
    width = len(header.cells)
    for line in lines:
        row = [*line.cells, *[""] * (width - len(line.cells))]
        if line.number == header.number:
            yield Line(line.number, [*row, _NAME], line.notes, line.spans)
        elif line.number > header.number and sum(map(bool, row)) > 1 and not any(row[width:]):
            why = Finding(N_("No column gives the title: the name of the table was used."))
            yield Line(line.number, [*row[:width], title], (*line.notes, why), line.spans)
        else:
            yield line
