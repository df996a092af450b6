"""The tables of a file as rows of events: where the header is, which lines are headings or sums, what no column is for."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from models.errors import N_, Mistake
from models.imports.findings import Finding, InCell, Line, Row, field_names
from models.imports.spreadsheet import cells, region_cell
from models.imports.spreadsheet.column_names import bare
from models.imports.spreadsheet.column_synonyms import CONTACTS, DAYS
from models.imports.spreadsheet.columns import (
    Header,
    has_title,
    header_of,
    is_header,
    is_other_header,
    is_repeated,
    joined,
    only_the_title,
)
from models.imports.spreadsheet.headings import (
    Heading,
    day_and_half,
    further_note,
    host_of_table,
    table_heading,
)
from models.imports.spreadsheet.layouts.dittos import written_out
from models.imports.spreadsheet.layouts.further_sessions import joined as joined_session
from models.imports.spreadsheet.layouts.ordinary_lines import TOP, ordinary_lines
from models.imports.spreadsheet.layouts.row_numbers import without_row_numbers

MOST_ROWS = 50_000
# Of further sheets those with days or places are read: rows of a sheet of results would duplicate events.
_OF_A_PLAN = {"start_date", "start_time", "time_text", "venue_text"}
# Sheets of our own template beside the one of the events.
HOW_TO, CHOICES = "填写说明", "选项"
_OTHER_COLUMNS = N_("The sheet “%(name)s” has other columns and was not read. Import it as a separate file.")
_NO_EVENTS = N_("The sheet “%(name)s” is no table of events and was not read.")
_A_HEADING = N_("“%(text)s” is a heading, not an event. Not imported.")
_NOTE_BELOW = N_("“%(text)s” is a note below the table, not an event. Not imported.")
_NOTE = re.compile(r"[。；]$|^统计时间|^以上|^(?:主办|承办|协办)(?:单位)?[:：]")
_LONGEST_ID = 200
# As what a column is read by its cells.
_MEANING = {
    "title": ("title",),
    "start_date": ("occurrences",),
    "time_text": ("occurrences",),
    "time_and_place": ("occurrences", "venues"),
    "organizers": ("hosts",),
}
# What makes two events of two rows with one title, day and region.
_APART = ("start_time", "time_text", "venue_text", "address")
_HEADING = re.compile(
    r"[(（]?(?:[一二三四五六七八九十]{1,3}|[ⅠⅡⅢⅣⅤⅥ])[)）、.．]|第[一二三四五六七八九十]{1,3}[部阶板类章]"
)


def rows_of(
    tables: Iterable[tuple[str, Iterable[Line]]],
    given: Mapping[str, str] | None = None,
    most: int = MOST_ROWS,
) -> list[Row]:
    """The rows of all tables whose header is known, sheet by sheet; at the end one that is refused for each sheet that has
    a title and nothing else. given: the fields that a person named for columns. Raises Mistake where there is none, or more
    than most."""
    above: list[list[str]] = []
    first: Header | None = None
    rows: list[Row] = []
    left_out: list[Row] = []
    others: list[tuple[str, int]] = []
    within = ""
    for name, table in tables:
        lines, start, by_cells = ordinary_lines(table, given)
        answers = {**(given or {}), **by_cells} if by_cells else given
        before = len(above)
        top = _top(lines, above, answers)
        if top is None:
            filled = next((line.number for line in start if any(line.cells)), None)
            if filled is not None and name not in (HOW_TO, CHOICES):
                others.append((name, filled))
            continue
        header, lines = _header(top, lines, answers, needed=not rows)
        if rows and (header is None or not _OF_A_PLAN & set(header.fields)):
            if (known := header or first) is not None:
                left_out.append(_unread_sheet(name, known, top.number, _OTHER_COLUMNS))
            continue
        if header is None or not is_header(top.cells, answers):
            continue
        heading = table_heading(name, above[before:], within)
        below = _below(header, lines, (len(rows), most), heading, answers or {})
        within = within or (below[0].within if below else "")
        if by_cells and below:
            below[0] = _with_fields_said(below[0], by_cells.values())
        rows += below if first is None else [_on(name, row) for row in below]
        first = first or header
    if rows:
        left_out += [
            _unread_sheet(name, first, number, _NO_EVENTS) for name, number in others if first and name
        ]
        return _with_twins(without_row_numbers(_unknown_once(rows))) + left_out
    if first is None:
        header_of(above[0] if above else [], given)
        raise only_the_title()
    raise Mistake(N_("The file has a header row but no data rows."))


def _with_fields_said(row: Row, names: Iterable[str]) -> Row:
    """The first row of a table with columns that were read by what stands in them."""
    why = N_("The name of this column is not known; by its cells it was read as: %(fields)s.")
    notes = [Finding(why, fields=field_names(_MEANING[name])).about(name) for name in names]
    return replace(row, notes=(*row.notes, *notes))


def _unread_sheet(name: str, header: Header, number: int, why: str) -> Row:
    """One row that is refused, for a sheet. number: of the line that shows it. why: a message with a place for the name."""
    row = header.row(number, [""])
    note = Finding(why, name=name)
    return replace(row, cells=row.cells | {"title": name}, notes=(note,), sheet=name, unread=True)


def _on(name: str, row: Row) -> Row:
    """A row that stands on another sheet than the first."""
    for note in row.notes:
        note.cell = f"{name}!{note.cell}" if note.cell else ""
    return replace(row, sheet=name, notes=(Finding(N_("On the sheet “%(name)s”."), name=name), *row.notes))


def _top(lines: Iterator[Line], above: list[list[str]], answers: Mapping[str, str] | None) -> Line | None:
    """The line near the top that a header begins with, for want of one a line with a title. What stands above it is added
    to above."""
    titled: Line | None = None
    for line in islice(lines, TOP):
        if is_header(line.cells, answers):
            return line
        if any(line.cells):
            above.append(line.cells)
            titled = titled or (line if has_title(line.cells) else None)
    return titled


def _header(
    top: Line, lines: Iterator[Line], answers: Mapping[str, str] | None, needed: bool
) -> tuple[Header | None, Iterator[Line]]:
    """The header that begins with a line, and what follows it. Where one is not needed, as another table was read: None
    for one that cannot be used."""
    after = next(lines, None)
    names = joined(top.cells, after.cells, answers) if after and is_header(top.cells, answers) else None
    if after and names is None:
        lines = chain([after], lines)
    try:
        return header_of(names or top.cells, answers), lines
    except Mistake:
        if needed:
            raise
        return None, lines


def _below(
    header: Header, lines: Iterable[Line], room: tuple[int, int], above: Heading, answers: Mapping[str, str]
) -> list[Row]:
    """The rows below a header. room: how many rows there are already, and at most. above: what the name of the sheet says of
    them."""
    before, most = room
    rows: list[Row] = []
    foot: list[Sequence[str]] = []
    ended = False  # what follows a note below the table is one as well
    for line in written_out(lines):
        if header.is_empty(line.cells) or is_repeated(header, line.cells):
            continue
        if is_other_header(line.cells, answers):
            try:
                header = header_of(line.cells, answers)
            except Mistake as mistake:
                # A second header may not refuse the whole file: said, and of two columns the first is read.
                rows.append(_no_header(header, line, mistake))
                header = header_of(line.cells, answers, once=False)
            continue
        if before + len(rows) >= most:
            raise Mistake(N_("The file has more than %(most)s rows. Please split it."), most=most)
        heading = ("" if _is_under_time(header, line) else _heading(line)) or (
            further_note(line) if ended else ""
        )
        row = header.row(line.number, line.cells, line.notes)
        if line.sideways:
            row = replace(row, columns=dict.fromkeys(row.columns, ""), unknown=dict.fromkeys(row.unknown, ""))
        if heading:
            ended = ended or _NOTE.search(heading) is not None
            above = above if ended else above.below(heading)
            why = Finding(_NOTE_BELOW if ended else _A_HEADING, text=heading[:80])
            row = replace(row, cells=row.cells | {"title": heading}, notes=(*line.notes, why), unread=True)
        else:
            title = header.fields.index("title")
            one_title = title in line.repeated or not row.cells["title"]
            session = one_title and rows and joined_session(rows[-1], row, one_title=title in line.repeated)
            if session:
                rows[-1] = session
                continue
            row = above.over(row)
            ended = cells.footer(row.cells["title"]) is not None
        foot += [line.cells] if ended else []
        rows.append(row)
    within = above.within or region_cell.region_at_start(host_of_table(foot)) or above.one_of_several(rows)
    return [replace(row, within=within) for row in rows] if within and not above.within else rows


def _no_header(header: Header, line: Line, mistake: Mistake) -> Row:
    row = header.row(line.number, line.cells, (*line.notes, Finding.of(mistake)))
    return replace(row, unread=True)


def _heading(line: Line) -> str:
    """The text of a line that divides a table: 一、市级活动, 4月22日（星期一）; "" for any other line."""
    texts = set(filter(None, line.cells))
    if len(texts) != 1:
        return ""
    text = texts.pop()
    if cells.footer(text):
        return ""
    return text if line.spans or _HEADING.match(text) or day_and_half(text)[0] else ""


def _is_under_time(header: Header, line: Line) -> bool:
    """Whether nothing but a day stands in a line, in its column: another session of the event above."""
    filled = [n for n, cell in enumerate(line.cells) if cell]
    fields = dict(enumerate(header.fields))
    return len(filled) == 1 and filled[0] > 0 and not line.spans and fields.get(filled[0]) in DAYS


def _unknown_once(rows: list[Row]) -> list[Row]:
    """Columns that are not known, each named at the first row that has something in it."""
    seen: set[str] = set()
    noted = []
    for row in rows:
        notes = list(row.notes)
        for name, letter in row.unknown.items():
            if row.sheet + name in seen:
                continue
            seen.add(row.sheet + name)
            message = (
                N_("The column “%(name)s” was not imported: contacts of persons are not kept.")
                if bare(name) in CONTACTS
                else N_("The column “%(name)s” is not known and was not imported.")
            )
            note = Finding(message, name=name[:40])
            sheet = f"{row.sheet}!" if row.sheet else ""
            note.cell = f"{sheet}{letter}{row.number}" if letter else ""
            notes.append(note)
        noted.append(replace(row, notes=tuple(notes)) if len(notes) > len(row.notes) else row)
    return noted


def ref_of(row: Row) -> str:
    """What a row is known by when its file is handed in again: its id, else title, day and region. Where rows of one
    file share these, hour and place as well."""
    ref = row.cells["id"]
    if len(ref) > _LONGEST_ID:
        raise InCell(
            "id", N_("The ID has more than %(most)s characters. Please shorten it."), most=_LONGEST_ID
        )
    if ref:
        return ref
    identity = _identity(row.cells)
    if row.twin is not None:
        identity = "\x1f".join([identity, *(cells.plain(row.cells[name]) for name in _APART)])
    return "sha256:" + hashlib.sha256(identity.encode()).hexdigest()[:32]


def _with_twins(rows: Sequence[Row]) -> list[Row]:
    """The rows; those that share title, day and region and differ in hour or place each with the first of them as twin."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if not (row.cells["id"] or row.unread):
            groups.setdefault(_identity(row.cells), []).append(row)
    twins = {
        id(row): group[0].number
        for group in groups.values()
        if len({tuple(cells.plain(row.cells[name]) for name in _APART) for row in group}) > 1
        for row in group
    }
    return [_twin(row, twins[id(row)]) if id(row) in twins else row for row in rows]


def _twin(row: Row, first: int) -> Row:
    if row.number == first:
        return replace(row, twin=first)
    why = N_(
        "It has the same title and day as row %(row)s but another time or place: read as another event. If it is another "
        "session of the same event, put both times in one row."
    )
    return replace(row, twin=first, notes=(*row.notes, Finding(why, row=first)))


def _identity(cell: dict[str, str]) -> str:
    names = ["title", "start_date", "province", "city", "county"]
    names += [name for name in ("region", "region_code") if cell[name]]
    if not cell["start_date"]:
        names.append("time_text" if cell["time_text"] else "start_time")
    return "\x1f".join(cells.plain(cell[name]) for name in names)
