"""What stands on a page, before it becomes a PDF or a picture. Lengths are in points, from the upper left corner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.drawing.qr import Level
from models.drawing.text_layout import ASCENT, Face, width

A4, A5 = (595.28, 841.89), (419.53, 595.28)
BLACK, WHITE = "#000000", "#ffffff"
HEADING, TEXT, FIGURE = "H1", "P", "Figure"  # roles, as the standard of tagged PDF names them


def mm(length: float) -> float:
    return length * 72 / 25.4


@dataclass(frozen=True)
class Line:
    """A line of text; top is that of its em box."""

    text: str
    face: Face
    left: float
    top: float
    colour: str = BLACK

    @property
    def baseline(self) -> float:
        return self.top + ASCENT * self.face.size


@dataclass(frozen=True)
class Paragraph:
    """Lines that are read as one. role None: an ornament that is not read aloud."""

    lines: tuple[Line, ...]
    role: str | None = TEXT


@dataclass(frozen=True)
class Box:
    """A rectangle: filled, or its edge alone with a line of this width."""

    left: float
    top: float
    wide: float
    high: float
    colour: str = BLACK
    radius: float = 0.0
    edge: float = 0.0


@dataclass(frozen=True)
class Dashes:
    """A dashed hairline to fold or cut at."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Code:
    """A QR symbol with its quiet zone in a square. about: what is read aloud in its place. quick: one mask for all."""

    text: str
    level: Level
    left: float
    top: float
    side: float
    about: str
    quick: bool = True


@dataclass(frozen=True)
class Bitmap:
    """A JPEG or PNG. about: what is read aloud in its place."""

    data: bytes
    left: float
    top: float
    wide: float
    high: float
    about: str


@dataclass(frozen=True)
class Placed:
    """Items made smaller and moved. turned: they stand on their head, and left and top are the lower right corner."""

    items: tuple["Item", ...]
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    turned: bool = False


Item = Paragraph | Box | Dashes | Code | Bitmap | Placed


@dataclass(frozen=True)
class Page:
    """title: its bookmark, if the document has several pages."""

    items: Sequence[Item]
    size: tuple[float, float] = A4
    title: str = ""
    language: str = field(default="zh-CN")


def lines_of(items: Sequence[Item]) -> Iterator[Line]:
    for item in items:
        if isinstance(item, Paragraph):
            yield from item.lines
        elif isinstance(item, Placed):
            yield from lines_of(item.items)


def centred(text: str, face: Face, centre: float, top: float, colour: str = BLACK) -> Line:
    return Line(text, face, centre - width(text, face) / 2, top, colour)


def said(text: str, face: Face, centre: float, top: float, role: str | None = TEXT) -> Paragraph:
    """A paragraph of one line, centred."""
    return Paragraph((centred(text, face, centre, top),), role)
