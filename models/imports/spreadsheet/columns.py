"""Which column of a table is which field: recognised by what offices write over it, or by what a person answered."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from models.errors import N_, Mistake
from models.imports.findings import Finding, Row
from models.imports.spreadsheet.cells import footer, from_serial, in_one_line, without_placeholder
from models.imports.spreadsheet.column_names import (
    FIELDS,
    OF_FORMS,
    PIECE_RANK,
    RANKS,
    bare,
    is_left_out,
    is_of_form,
    options_of,
    without_note,
)
from models.imports.spreadsheet.column_synonyms import CONTACTS, DAYS, NOT_READ, ROLES
from models.imports.spreadsheet.layouts.combined_cells import divide
from models.imports.spreadsheet.names.hosts import without_persons

# A table without this column is about something else.
NEEDED = "title"
_EXAMPLES = "开始日期, 开始时间, 活动地点, 主办单位 …"
_HOSTS = ("organizers", "lead_unit", "department", *ROLES)
# 责任单位及责任人, 责任单位（人）
_AND_PERSON = re.compile(r"[及和与、/（(\s](?:责任|负责|联系|联络|经办)?人")
_TWO_PARTS = re.compile("(?:主办|牵头|责任).*[/／].*(承办|协办|配合)")
_NO_PERSONS = N_("The persons in the column “%(name)s” were not imported: contacts of persons are not kept.")
_ROW_NUMBER = re.compile(r"\d{0,5}[.、．]?")


@dataclass(frozen=True, slots=True)
class Header:
    """fields: by position, "" for what is not known, "-" for what is not read. names: as written."""

    fields: tuple[str, ...]
    names: tuple[str, ...]

    def row(self, number: int, cells: Sequence[str], notes: Iterable[Finding] = ()) -> Row:
        """One row of the table. unknown: what stands under columns that are not known, by their names."""
        values = dict.fromkeys(FIELDS, "")
        if "year" not in self.fields:
            del values["year"]
        columns: dict[str, str] = {}
        unknown: dict[str, str] = {}
        first = next((n for n, cell in enumerate(cells[: len(self.fields)]) if cell), 0)
        title = self.fields.index(NEEDED)
        if title < len(cells) and not cells[title]:
            # 小计 in the second column, beside the city of all counties.
            first = next((n for n, cell in enumerate(cells[: title + 1]) if footer(cell)), first)
        below = self.fields[first] != NEEDED and footer(cells[first]) is not None if any(cells) else False
        for position, field in enumerate(self.fields):
            cell = without_placeholder(cells[position]) if position < len(cells) else ""
            if field and field != "-":
                cell = in_one_line(cell) if field == NEEDED else cell
                values[field] = from_serial(cell) if field in DAYS else cell
                columns[field] = letter(position)
            elif cell and not field and self.names[position] and not below:
                unknown[self.names[position]] = letter(position)
        if below:
            # 合计 under 序号: only that cell shows that the row is a sum.
            values[NEEDED], columns[NEEDED] = cells[first], letter(first)
        notes = (*notes, *self._persons_left_out(values))
        others = {name: (at, cells[self.names.index(name)]) for name, at in unknown.items()}
        notes = (*notes, *divide(values, columns, others))
        unknown = {name: at for name, (at, _) in others.items()}
        surplus = any(cells[len(self.fields) :])
        return Row(number, values, surplus, columns, tuple(notes), unknown=unknown)

    def _persons_left_out(self, values: dict[str, str]) -> Iterator[Finding]:
        """Takes the persons out of 责任单位及责任人, and says so; a stroke under 主办/承办 divides."""
        for name, field in zip(self.names, self.fields, strict=True):
            two_parts = _TWO_PARTS.search(name) if field in ("organizers", "lead_unit") else None
            if two_parts:
                part = "承办" if two_parts[1] == "承办" else "协办"
                first, *others = re.split("[/／]", values[field])
                values[field] = ";".join([first, *(f"{name}（{part}）" for name in others)])
            if field not in _HOSTS or not _AND_PERSON.search(name):
                continue
            left = without_persons(values[field])
            if left != values[field]:
                values[field] = left
                yield Finding(_NO_PERSONS, name=name[:40]).about(field)

    def is_empty(self, cells: Sequence[str]) -> bool:
        """Whether a line has nothing but its number."""
        pairs = zip_longest(cells, self.fields, fillvalue="")
        return not any(cell for cell, field in pairs if field != "-" or not _ROW_NUMBER.fullmatch(cell))


def letter(position: int) -> str:
    """The letter of a column, 0 is A and 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_header(cells: Sequence[str], answers: Mapping[str, str] | None = None) -> bool:
    """Whether a row names columns that we know: the title, and one more."""
    fields = set(_fields(cells, answers or {})) - {""}
    return NEEDED in fields and len(fields) > 1


def is_other_header(cells: Sequence[str], answers: Mapping[str, str]) -> bool:
    """Whether a line below a header is the header of another table of the same sheet: nothing but names of columns."""
    names = [cell for cell in cells if cell]
    return len(names) > 2 and all(_is_name(name, answers) for name in names) and is_header(cells, answers)


def _is_name(text: str, answers: Mapping[str, str]) -> bool:
    """Whether a text names a column that we know, also one that is not read, or that a person answered for."""
    return bool(options_of(text)) or bare(text) in answers or is_left_out(text)


def has_title(cells: Sequence[str]) -> bool:
    """Whether a row names a column for the title, whatever else."""
    return NEEDED in _fields(cells, {}) and sum(map(bool, cells)) > 1


def joined(
    top: Sequence[str], below: Sequence[str], answers: Mapping[str, str] | None = None
) -> list[str] | None:
    """A header of two lines, 时间 above 开始 and 结束, as one; None where the second is a row of the table. Cells merged
    downwards say the same twice."""
    position = _fields(top, answers or {}).index(NEEDED)
    names = [cell for cell in below if cell]
    under = below[position] if position < len(below) else ""
    if not names or not all(cell in top or options_of(cell) for cell in names):
        return None
    if under and bare(under) != bare(top[position]):
        return None
    merged: list[str] = []
    above = ""
    for high, low in zip_longest(top, below, fillvalue=""):
        above = high or above  # a name merged over several columns stands above the first of them
        pairs = (low + above, above + low, low) if low and bare(low) != bare(above) else (low or high,)
        merged.append(next((name for name in pairs if bare(name) in RANKS), low or high))
    return merged


def is_repeated(header: Header, cells: Sequence[str]) -> bool:
    """Whether a row is the header once more, as on each page of a printed table."""
    names = [(cell, name) for cell, name in zip_longest(cells, header.names, fillvalue="") if cell]
    return len(names) > 1 and all(bare(cell) == bare(name) for cell, name in names)


def header_of(cells: Sequence[str], answers: Mapping[str, str] | None = None, *, once: bool = True) -> Header:
    """The header of a table. answers: the fields that a person named for columns, by their bare names. Raises Mistake where
    a column stands twice (unless not once: then the first of them is read) or the title has none."""
    fields = _fields(cells, answers or {})
    if NEEDED not in fields:
        raise Mistake(
            N_(
                "No header row was found at the top of the table. The column 活动名称 (title) is required; others can be "
                "%(columns)s. Please use the template."
            ),
            columns=_EXAMPLES,
        )
    last = max(n for n, cell in enumerate(cells) if cell.strip()) + 1
    names = tuple(cell.strip() for cell in cells[:last])
    if once:
        _once(fields[:last], names)
    return Header(tuple("" if field == "-contact" else field for field in fields[:last]), names)


def _once(fields: Sequence[str], names: Sequence[str]) -> None:
    """Raises Mistake where two columns say the same, and neither takes precedence. Of several departments the first is read,
    the others are asked about."""
    by_field = dict(zip(fields, names, strict=True))
    for field, name in zip(fields, names, strict=True):
        for option, rank in ({} if field else options_of(name)).items():
            rival = by_field.get(option)
            # A name that is known by a piece alone yields: it is asked about, and refuses no file.
            sure = option != "department" and rank < PIECE_RANK
            if sure and rival is not None and options_of(rival).get(option) == rank:
                raise Mistake(
                    N_("These columns mean the same: %(columns)s. Keep only one of them."),
                    columns=f"{rival}, {name}",
                )


def only_the_title() -> Mistake:
    """For a table of which no other column is known."""
    return Mistake(
        N_(
            "Only the title column was recognised. At least one more is needed, for example %(columns)s. "
            "Please use the template."
        ),
        columns=_EXAMPLES,
    )


def _fields(cells: Sequence[str], answers: Mapping[str, str]) -> tuple[str, ...]:
    """By position the field of a column: "" where it is not known, "-" for what is not read, "-contact" for contacts. Each
    field takes the column whose name fits it best; the others stand for their next field, where they have one."""
    names = [bare(cell) for cell in cells]
    short = [without_note(cell) for cell in cells]
    fields = [answers.get(name, "") for name in names]
    left_out = NOT_READ | OF_FORMS if any(map(is_of_form, short)) else NOT_READ
    for position, name in enumerate(short):
        if not fields[position] and (name in left_out or is_of_form(name)):
            fields[position] = "-"
        elif not fields[position] and name in CONTACTS:
            fields[position] = "-contact"
    # Notes in brackets are left out where that names no field twice: 时间（开始） and 时间（结束） are not the same.
    times = Counter(name for name in short if name)
    options = [
        {} if fields[n] or (name and times[short[n]] > 1 and name not in RANKS) else options_of(cells[n])
        for n, name in enumerate(names)
    ]
    for field in FIELDS:
        if field not in fields:
            # Of 牵头单位 and 责任单位 the first leads, the second is the host.
            ranked = [
                (choice[field], field == "organizers" and "lead_unit" in choice, n)
                for n, choice in enumerate(options)
                if not fields[n] and field in choice
            ]
            if ranked:
                fields[min(ranked)[2]] = field
    if "start_time" in fields and "end_date" in fields and "end_time" not in fields:
        ends = fields.index("end_date")
        if "end_time" in options_of(cells[ends]):
            fields[ends] = "end_time"  # Date, Start, End
    if "address" in fields and "venue_text" not in fields:
        fields[fields.index("address")] = "venue_text"  # 详细地址 alone says where it is
    return tuple(fields)
