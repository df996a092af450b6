"""What an import says of each row: a verdict, and sentences that the edge words for the clerk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.errors import N_, Mistake
from models.events.draft import EventDraft


class RowVerdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CANCELLED = "cancelled"
    OTHER_YEAR = "other_year"
    REFUSED = "refused"


VERDICTS = tuple(RowVerdict)

NOT_CERTAIN = N_("Its source says it is not certain yet (%(text)s).")
# The fields of a draft as an import names them.
FIELDS = {
    "title": N_("title"), "title_en": N_("English title"), "spotlights": N_("spotlights"),
    "description": N_("description"), "region_code": N_("region"),
    "region_text": N_("original wording of the region"), "lead": N_("lead organizer"), "hosts": N_("organizers"),
    "groups": N_("audience groups"), "formats": N_("forms of activity"), "main_focus": N_("main focus"),
    "main_format": N_("main form of activity"), "mode": N_("on site or online"), "online_url": N_("online address"),
    "time_text": N_("original wording of the time"), "venue_text": N_("original wording of the place"), "venues": N_("places"),
    "occurrences": N_("dates and times"), "report": N_("reported outcomes"), "contact": N_("public contact"),
    "picture_sha256": N_("picture"), "picture_alt": N_("description of the picture"),
    "picture_url": N_("address of the picture"), "origin": N_("source"),
    "origin_ref": N_("ID in the source"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """A list inside a sentence whose entries are messages themselves, to be worded one by one."""

    messages: tuple[str, ...]


def field_names(names: Iterable[str]) -> Names:
    return Names(tuple(FIELDS[name] for name in names))


class InCell(Mistake):
    """What one cell of a table says and the rules refuse. column: the name of its field."""

    def __init__(self, column: str, message: str, /, **values: object) -> None:
        super().__init__(message, **values)
        self.column = column


class Finding:
    """One sentence: an English message marked with N_, and values for its places (texts, numbers, Names).

    cell: the cell of the table that it speaks of, as a spreadsheet names it ("D7"); "" where it is none."""

    __slots__ = ("cell", "column", "message", "values")

    def __init__(self, message: str, /, **values: object) -> None:
        self.message, self.values, self.column, self.cell = message, values, "", ""

    @classmethod
    def of(cls, mistake: Mistake) -> "Finding":
        finding = cls(mistake.message, **mistake.values)
        return finding.about(mistake.column) if isinstance(mistake, InCell) else finding

    def about(self, column: str) -> "Finding":
        """The same, of the cell in the column of this field."""
        self.column = column
        return self


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table. number: as a spreadsheet counts. cells: trimmed texts."""

    number: int
    cells: list[str]
    notes: tuple[Finding, ...] = ()
    spans: bool = False  # its first text is merged over several columns
    sideways: bool = False  # its cells do not stand in one line of the file
    repeated: frozenset[int] = frozenset()  # positions of the cells that are one with that of the line above


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. number: as a spreadsheet counts. cells: by field, as written, trimmed; a table without a
    column for the year has no such cell. columns: the letter of each field's column, "" where it has none. notes: said
    of it while it was read. sheet: where it stands, "" on the first. twin: the number of the first of the rows that
    share title, day and region and differ in hour or place.
    unread: it stands for a sheet or a line that is no event; its notes say why. unknown: what stands under columns that
    are not known: their names with their letters. county: the code of one that a heading names without its city. within:
    the code of the region whose table it stands in."""

    number: int
    cells: dict[str, str]
    surplus: bool = False  # more cells than the header has
    columns: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()
    sheet: str = ""
    twin: int | None = None
    unread: bool = False
    unknown: Mapping[str, str] = field(default_factory=dict)
    county: str = ""
    within: str = ""

    def placed(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings with the names of their cells."""
        sheet = f"{self.sheet}!" if self.sheet else ""
        for finding in findings:
            if self.columns.get(finding.column):
                finding.cell = f"{sheet}{self.columns[finding.column]}{self.number}"
        return findings


@dataclass(frozen=True, slots=True)
class VEvent:
    """One VEVENT as read: by property, its parameters and values; zone: what the file calls its own, or ""."""

    properties: Mapping[str, tuple[tuple[Mapping[str, str], str], ...]]
    zone: str = ""
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the file's VTIMEZONEs: name -> lines


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One event of a calendar file: a VEVENT and those that move single dates of its series. number: which one."""

    number: int
    uid: str
    main: VEvent
    moved: tuple[VEvent, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A row as the campaign reads it. verdict other_year or refused: then there is no draft; None: not decided yet.

    cancelled: the source says that the event will not take place. title: as written, also where there is no draft.
    ref: its id in the source where that is certain, also where there is no draft; "" where it is not.
    columns: what of a table was read; fields: those of the draft that its source has. columns None: all.
    numbered: its row has an id of its own, so that another one is another event."""

    number: int
    verdict: RowVerdict | None
    findings: tuple[Finding, ...]
    draft: EventDraft | None = None
    cancelled: bool = False
    title: str = ""
    ref: str = ""
    columns: frozenset[str] | None = None
    fields: frozenset[str] = frozenset()
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row, or what would (dry_run). event: the id of its event, None where there is none (yet).

    row: the number of the row; None for an event that is missing in the file. title: the event's.
    written: whether the database was changed; a cancellation that is only offered has not been."""

    row: int | None
    verdict: RowVerdict
    findings: tuple[Finding, ...]
    event: int | None = None
    title: str = ""
    written: bool = False
    draft: EventDraft | None = None  # as understood, for whoever shows what would happen

    @property
    def asks(self) -> bool:
        """An event that stands here and that its source has no more, or moved away without calling it cancelled."""
        return self.verdict == RowVerdict.CANCELLED and self.event is not None and self.draft is None
