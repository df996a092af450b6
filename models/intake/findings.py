"""What an import says of each row: a verdict, and sentences that the edge words for the clerk."""

from dataclasses import dataclass

from models.drafts import EventDraft
from models.errors import Mistake

NEW, CHANGED, SAME, CANCELLED, OTHER_YEAR, REFUSED = VERDICTS = (
    "new", "changed", "same", "cancelled", "other_year", "refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """A list inside a sentence whose entries are messages themselves, to be worded one by one."""

    messages: tuple[str, ...]


class Finding:
    """One sentence: an English message marked with N_, and values for its places (texts, numbers, Names)."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, /, **values: object) -> None:
        self.message, self.values = message, values

    @classmethod
    def of(cls, mistake: Mistake) -> "Finding":
        return cls(mistake.message, **mistake.values)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. number: as a spreadsheet counts, the header is 1. cells: by column, as written, trimmed."""

    number: int
    cells: dict[str, str]
    surplus: bool = False  # more cells than the header has


@dataclass(frozen=True, slots=True)
class Understood:
    """A row as the campaign reads it. verdict other_year or refused: then there is no draft; None: not decided yet."""

    number: int
    verdict: str | None
    findings: tuple[Finding, ...]
    draft: EventDraft | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. event: the id of its event, None where there is none (yet)."""

    row: int
    verdict: str
    findings: tuple[Finding, ...]
    event: int | None = None
