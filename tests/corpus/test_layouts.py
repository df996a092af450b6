"""How much of what offices write is read right: every cell of every layout against the right answers."""

import csv
import io

import openpyxl

from models import clock
from models.errors import Mistake
from models.imports.read_file import read_file
from models.imports.spreadsheet.to_draft import understand
from tests.corpus import (
    bureaus,
    days_and_hours,
    habits,
    headers,
    hosts_places_audiences,
    offices,
    sheets_and_sections,
    tables_and_files,
    times_in_cells,
    words_in_cells,
)
from tests.corpus.layouts import LAYOUTS, Layout, Right

# Each file adds its layouts to the one list.
_FILES = (
    bureaus,
    days_and_hours,
    habits,
    headers,
    hosts_places_audiences,
    offices,
    sheets_and_sections,
    tables_and_files,
    times_in_cells,
    words_in_cells,
)
assert all(file.LAYOUTS is LAYOUTS for file in _FILES)
PARTS = ("title", "when", "place", "region", "host", "audience", "format", "mode")
ENCODINGS = {"csv": "utf-8-sig", "gbk": "gb18030", "tab": "utf-8", "utf16": "utf-16", "semicolon": "utf-8"}
DELIMITERS = {"tab": "\t", "utf16": "\t", "semicolon": ";"}


def file_of(layout: Layout) -> bytes:
    if layout.kind != "xlsx":
        text = io.StringIO()
        writer = csv.writer(text, delimiter=DELIMITERS.get(layout.kind, ","))
        writer.writerows(layout.sheets["Sheet1"])
        return text.getvalue().encode(ENCODINGS[layout.kind])
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in layout.sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for ref in layout.merge.split():
        book.worksheets[0].merge_cells(ref)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def when(occurrence, zone: str) -> str:
    day = f"{occurrence.start_day:%m-%d}"
    if occurrence.start_at:
        hours = "-".join(
            f"{at.astimezone(clock.zone(zone)):%H:%M}"
            for at in (occurrence.start_at, occurrence.end_at)
            if at
        )
        return f"{day} {hours}"
    if occurrence.half_day:
        return f"{day} {occurrence.half_day}"
    return day if occurrence.end_day == occurrence.start_day else f"{day}~{occurrence.end_day:%m-%d}"


def answer_of(draft, zone: str) -> Right:
    return Right(
        title=draft.title,
        when=tuple(when(occurrence, zone) for occurrence in draft.occurrences),
        place=tuple(venue.name for venue in draft.all_venues()),
        region=draft.region_code,
        host=draft.hosts,
        audience=draft.groups,
        format=tuple(row.format for row in draft.formats),
        mode=draft.mode,
    )


def compared(layout: Layout, vocabulary) -> tuple[int, list[tuple]]:
    """How many cells there are, and those that were read wrong: event, part, right, read."""
    try:
        read = [understand(row, vocabulary) for row in read_file(file_of(layout), layout.name)]
    except Mistake as mistake:
        return len(layout.right) * len(PARTS), [("file", "read", None, str(mistake))] * len(
            layout.right
        ) * len(PARTS)
    answers = {each.title: answer_of(each.draft, vocabulary.zone) for each in read if each.draft}
    wrong = []
    for right in layout.right:
        answer = answers.pop(right.title, Right(""))
        wrong += [
            (right.title, part, getattr(right, part), getattr(answer, part))
            for part in PARTS
            if getattr(right, part) != getattr(answer, part)
        ]
    wrong += [(title, "event", None, title) for title in answers]
    unread = [each for each in read if each.draft is None]
    if len(unread) != layout.refused or not all(each.findings for each in unread):
        wrong.append(("lines", "refused", layout.refused, [str(each.findings[:1]) for each in unread]))
    return len(layout.right) * len(PARTS), wrong


def test_cells_of_all_layouts(vocabulary):
    cells, wrong = 0, []
    for layout in LAYOUTS:
        count, mistakes = compared(layout, vocabulary)
        cells += count
        wrong += [(layout.name, *mistake) for mistake in mistakes]
    for each in wrong:
        print(each)
    assert len(LAYOUTS) >= 80
    assert len(wrong) <= cells * 0.03, f"{len(wrong)} of {cells}"
