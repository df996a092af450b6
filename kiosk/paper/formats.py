"""The formats of a poster: A4, A5, a tent card that stands on a table, four to a sheet to cut.

A poster is laid out once, for A4; a format says how large its parts are and where they stand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from kiosk.paper.poster_layout import Parts
from models.drawing.page import A4, A5, Dashes, Item, Page, Placed, mm
from models.errors import N_, Mistake


@dataclass(frozen=True)
class Move:
    """Makes items smaller and shifts them (points). turned: upside down, seen from the other side of the table."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    turned: bool = False

    def of(self, items: Sequence[Item]) -> Placed:
        return Placed(tuple(items), self.scale, self.left, self.top, self.turned)


def _brought(scale: float, old: tuple[float, float], new: tuple[float, float]) -> Move:
    """The corner at `old` on A4 comes to `new` (millimetres)."""
    left, top = (mm(after - before * scale) for before, after in zip(old, new, strict=True))
    return Move(scale, left, top)


@dataclass(frozen=True)
class Format:
    """slots: where posters stand on a page. codes: how many different ones that are. parts: those that stand elsewhere
    than on A4. fold: at the middle of the page; cross: cut along both middles."""

    key: str
    size: tuple[float, float]
    slots: tuple[Move, ...]
    codes: int = 1
    parts: tuple[tuple[str, Move], ...] = ()
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
    parts=(
        ("head", _brought(0.8, (22, 18), (38.6, 9))),
        ("event", _brought(0.56, (22, 51), (106, 37))),
        ("frame", _CODE),
        ("code", _CODE),
        ("do", _brought(0.56, (22, 243), (106, 105))),
        ("type", _brought(0.56, (22, 265), (106, 119))),
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


@dataclass(frozen=True)
class Poster:
    title: str
    parts: Parts


def pages(posters: Sequence[Poster], form: Format) -> Iterator[Page]:
    """The posters in their order. Where all there are do not fill a page, they stand on it again: the paper is used anyhow."""
    own = dict(form.parts)
    for start in range(0, len(posters), form.codes):
        some = posters[start : start + form.codes]
        again = form.codes == 1 or len(posters) < form.codes
        placed = [
            slot.of(
                [
                    own[name].of(items) if name in own else Move().of(items)
                    for name, items in poster.parts.items()
                ]
            )
            for slot, poster in zip(form.slots, cycle(some) if again else some, strict=False)
        ]
        yield Page([*_marks(form), *placed], form.size, " / ".join(poster.title for poster in some))


def _marks(form: Format) -> list[Item]:
    """Where to fold and where to cut."""
    wide, high = form.size
    marks: list[Item] = []
    if form.fold or form.cross:
        marks.append(Dashes((0, high / 2), (wide, high / 2)))
    if form.cross:
        marks.append(Dashes((wide / 2, 0), (wide / 2, high)))
    return marks
