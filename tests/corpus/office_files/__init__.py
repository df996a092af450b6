"""Files as offices make them, with what a careful clerk takes from each; written down before the importer read them.

A text file holds several: `=== name encoding`, the sheets or the text (| between cells, ⏎ a line break in a cell, → a tab,
=D a date, =DT with hours, =T hours, =N a bare number), then under `--- right` a line for each event: title | when | place |
region | host | audience | format. * is free, || stands between answers that are both right, - is nothing, ? no date; hosts
and places are divided by semicolons. Audiences: i innovators, g government, y youth, p public. Formats: T talk, L learning,
S popular science, C cases, N online, U culture, O other."""

import io
import re
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from pathlib import Path

import openpyxl

PARTS = ("when", "place", "region", "host", "audience", "format")


@dataclass(frozen=True)
class OfficeFile:
    name: str
    data: bytes
    right: tuple[tuple[str, ...], ...]  # title and PARTS


@cache
def office_files() -> list[OfficeFile]:
    texts = (path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.txt")))
    return [_file(block) for text in texts for block in re.split(r"^=== ", text, flags=re.M)[1:]]


def _file(block: str) -> OfficeFile:
    head, *sections = re.split(r"^--- ", block, flags=re.M)
    name, _, encoding = head.strip().partition(" ")
    right = sections.pop().strip().split("\n")[1:]
    answers = tuple(tuple(cell.strip() for cell in re.split(r"\s\|\s", f" {line} ")) for line in right)
    if encoding:
        text = sections[0].split("\n", 1)[1].replace("→", "\t").replace("\n", "\r\n")
        return OfficeFile(name, text.encode(encoding), answers)
    return OfficeFile(name, _workbook(sections), answers)


def _workbook(sections: list[str]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for section in sections:
        head, _, rows = section.partition("\n")
        title, _, merges = head.partition(" [")
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows.rstrip("\n").split("\n"), 1):
            for column, text in enumerate(row.split("|"), 1):
                sheet.cell(number, column).value = _value(text.replace("⏎", "\n"))
        for merge in merges.rstrip("]").split():
            sheet.merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _value(text: str) -> str | int | float | datetime | time | None:
    kind = re.match("=(DT|D|T|N)(.+)", text)
    if kind and kind[1] == "N":
        return float(kind[2]) if "." in kind[2] else int(kind[2])
    if kind and kind[1] == "T":
        return time.fromisoformat(kind[2])
    if kind:
        return datetime.fromisoformat(kind[2])
    return int(text) if text.isdigit() and len(text) < 6 else text or None
