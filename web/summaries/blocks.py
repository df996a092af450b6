"""What a summary consists of, before it becomes a Word document or a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.words.terms import language

SHORT = 10  # rows
NONE = "—"
DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Title:
    text: str
    below: str  # the office and the day


@dataclass(frozen=True)
class Heading:
    """level: 1 一、 2 （一）; its number is part of the text."""

    level: int
    text: str


@dataclass(frozen=True)
class Body:
    text: str


@dataclass(frozen=True)
class ToWrite:
    """Marks a place that people still have to fill."""

    text: str


@dataclass(frozen=True)
class Note:
    """What a number means, in small print."""

    text: str


@dataclass(frozen=True)
class Table:
    """sums: what stands in the last row; numbers are int."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    sums: Sequence[str | int] | None = None

    @property
    def lines(self) -> list[Sequence[str | int]]:
        """The rows below the head."""
        return [*self.rows, *([self.sums] if self.sums else [])]

    @property
    def is_short(self) -> bool:
        """Whether it is not parted between two pages."""
        return len(self.lines) <= SHORT

    def is_right(self, column: int) -> bool:
        """Numbers and shares stand on the right, their head above them; a dash stands for a number that there is not."""
        values = [row[column] for row in self.lines]
        return any(isinstance(value, int) or value.endswith("%") or value == NONE for value in values)


@dataclass(frozen=True)
class Chart:
    """Bars: label, number, colour."""

    caption: str
    bars: Sequence[tuple[str, int, str]]


@dataclass(frozen=True)
class Picture:
    jpeg: bytes
    wide: int
    high: int
    alt: str


@dataclass(frozen=True)
class NewPage:
    pass


@dataclass(frozen=True)
class SealCode:
    """A QR code that opens the page on which the sealed figures are checked, on one page with its words.

    lines: addresses, each a line of its own: in a line of text they would tear its words apart."""

    url: str
    text: str
    lines: Sequence[str]


Block = Title | Heading | Body | ToWrite | Note | Table | Chart | Picture | NewPage | SealCode


def chinese_number(value: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(value, 10)
    return (
        f"{DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{DIGITS[ones] if ones or not tens else ''}"
    )


class Numbering:
    """一、二、… and below （一）（二）…; in English 1., 1.1."""

    def __init__(self) -> None:
        self.chapter = self.part = 0

    def chapter_heading(self, text: str) -> Heading:
        self.chapter, self.part = self.chapter + 1, 0
        number = f"{chinese_number(self.chapter)}、" if language() == "zh" else f"{self.chapter}. "
        return Heading(1, number + text)

    def part_heading(self, text: str) -> Heading:
        self.part += 1
        number = f"（{chinese_number(self.part)}）" if language() == "zh" else f"{self.chapter}.{self.part} "
        return Heading(2, number + text)
