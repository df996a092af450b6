"""The formats of a poster: A4, A5, a tent card that stands on a table, four to a sheet to cut.

The art is drawn once, for A4; a format says how large its pieces are and where they stand.
"""

from dataclasses import dataclass
from itertools import cycle
from typing import BinaryIO

from PIL import Image

from kiosk.paper.pdf import A4, A5, DPI, Paper, Placed
from models.errors import N_, Mistake

Art = dict[str, Placed]  # the pieces of one poster by name, as they stand on A4
_DASH = 36  # pixels of a stroke, and of the gap after it


def _mm(length: float) -> float:
    return length * DPI / 25.4


@dataclass(frozen=True)
class Move:
    """Makes pieces smaller and shifts them (pixels). turned: upside down, seen from the other side of the table."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    turned: bool = False

    def of(self, piece: Placed) -> Placed:
        wide, high = (side * piece.scale for side in (piece.picture.width, piece.picture.height))
        left, top = piece.left, piece.top
        if self.turned:
            left, top = -left - wide, -top - high
        return Placed(
            piece.picture,
            self.left + left * self.scale,
            self.top + top * self.scale,
            piece.scale * self.scale,
            piece.turned != self.turned,
        )


def _brought(scale: float, old: tuple[float, float], new: tuple[float, float]) -> Move:
    """The corner at `old` on A4 comes to `new` (millimetres)."""
    return Move(scale, *(_mm(after - before * scale) for before, after in zip(old, new, strict=True)))


@dataclass(frozen=True)
class Format:
    """slots: where posters stand on a page. codes: how many different ones that are. pieces: where the art is another
    than on A4. line: pixels from the upper edge to fold at; cross: cut along both middles."""

    key: str
    size: tuple[int, int]
    slots: tuple[Move, ...]
    codes: int = 1
    pieces: tuple[tuple[str, Move], ...] = ()
    fold: bool = False
    cross: bool = False


_SMALL = A5[0] / A4[0]
_HALF = A4[0] / 2, A4[1] / 2
_CODE = _brought(0.9, (56.5, 141), (12, 33))
A4_PAGE = Format("a4", A4, (Move(),))
A5_PAGE = Format("a5", A5, (Move(_SMALL),))
TENT = Format(
    "tent",
    A4,
    (Move(top=_HALF[1]), Move(left=A4[0], top=_HALF[1], turned=True)),
    pieces=(
        ("head", _brought(0.8, (22, 18), (38.6, 9))),
        ("event", _brought(0.56, (22, 51), (106, 37))),
        ("frame", _CODE),
        ("code", _CODE),
        ("do", _brought(0.56, (22, 243), (106, 105))),
        ("foot", _brought(0.85, (22, 277), (34.5, 132))),
    ),
    fold=True,
)
FOUR = Format(
    "four",
    A4,
    tuple(Move(0.5, left, top) for top in (0, _HALF[1]) for left in (0, _HALF[0])),
    codes=4,
    cross=True,
)
ALL = (A4_PAGE, A5_PAGE, TENT, FOUR)


def find(key: str) -> Format:
    """The format with this key. Raises Mistake."""
    found = next((form for form in ALL if form.key == key), None)
    if found is None:
        raise Mistake(
            N_("There is no such poster format. Use one of: %(known)s."),
            known=", ".join(form.key for form in ALL),
        )
    return found


class Sheet:
    """A document of posters in one format: add the art of each, then close()."""

    def __init__(self, out: BinaryIO, title: str, form: Format) -> None:
        self.paper, self._form = Paper(out, title, form.size), form
        self._waiting: list[Art] = []
        self._written = False
        self._marks = self._drawn_marks()

    def add(self, art: Art) -> None:
        self._waiting.append(art)
        if len(self._waiting) == self._form.codes:
            self._put()

    def close(self) -> None:
        if self._waiting:
            self._put()
        self.paper.close()

    def _put(self) -> None:
        """A page. Where all the posters there are do not fill one, they stand on it again: the paper is used anyhow."""
        own = dict(self._form.pieces)
        again = not self._written or self._form.codes == 1
        arts = cycle(self._waiting) if again else self._waiting
        placed = [
            slot.of(own.get(name, Move()).of(piece))
            for slot, art in zip(self._form.slots, arts, strict=False)
            for name, piece in art.items()
        ]
        self.paper.page(self._marks + placed)
        self._waiting, self._written = [], True

    def _drawn_marks(self) -> list[Placed]:
        """Where to fold and where to cut: dashes, one pixel wide."""
        wide, high = self._form.size
        marks = []
        if self._form.fold or self._form.cross:
            marks.append(Placed(self.paper.picture(_dashes(wide, 1)), 0, high / 2))
        if self._form.cross:
            marks.append(Placed(self.paper.picture(_dashes(1, high)), wide / 2, 0))
        return marks


def _dashes(wide: int, high: int) -> Image.Image:
    line = Image.new("1", (wide, high), 1)
    for start in range(0, max(wide, high), 2 * _DASH):
        end = start + _DASH - 1
        line.paste(0, (start, 0, end, 1) if wide > high else (0, start, 1, end))
    return line
