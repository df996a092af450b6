"""QR symbols of our codes, drawn with qrcode: PNG for screens, SVG for pages, modules for PDF.

A pass is drawn with correction level M (smaller symbol, read from further away), a venue code with Q (it hangs in
the open: dirt, stickers, glass). Measured in the facts on codes; see docs/architecture.md for the reasons.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import QRData

Level = int  # of correction, as qrcode numbers them
PASS_LEVEL, VENUE_LEVEL = ERROR_CORRECT_M, ERROR_CORRECT_Q
LABEL_LEVEL = ERROR_CORRECT_L  # where size decides: fewer, larger modules (make bench ARGS=labels)
BORDER = 4  # modules of quiet zone, as the standard asks
SCALE = 8  # pixels a module on screens
# Of the standard; the library declares its own constants as plain int.
_ALPHANUMERIC_MODE: Literal[2] = 2
_BYTE_MODE: Literal[4] = 4
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

Symbol = list[list[bool]]  # rows of modules with the quiet zone, True is dark


_MASK = 2  # of the eight of the standard: all are read, weighing them takes longer than drawing


def code(text: str, level: int, *, quick: bool = False) -> qrcode.QRCode:
    """The smallest symbol for a text, in alphanumeric mode wherever it allows that (our addresses do behind the scheme).

    quick: for symbols by the thousand, with one mask for all."""
    made = qrcode.QRCode(error_correction=level, border=BORDER, mask_pattern=_MASK if quick else None)
    for part in _segments(text):
        made.add_data(_data(part), optimize=0)
    made.make(fit=True)
    return made


def _data(part: str) -> QRData:
    if _ALPHANUMERIC.issuperset(part):
        return QRData(part, mode=_ALPHANUMERIC_MODE)
    return QRData(part, mode=_BYTE_MODE)


def _segments(text: str) -> list[str]:
    """The scheme apart where it alone is in lower case."""
    scheme, mark, rest = text.partition("://")
    apart = mark and not _ALPHANUMERIC.issuperset(scheme) and _ALPHANUMERIC.issuperset(rest)
    return [scheme, mark + rest] if apart else [text]


def symbol(text: str, level: int, *, quick: bool = False) -> Symbol:
    return code(text, level, quick=quick).get_matrix()


def bitmap(rows: Symbol, scale: int = SCALE) -> Image.Image:
    """A symbol in black and white, one bit a pixel, scale pixels a module."""
    side = len(rows)
    small = Image.frombytes("L", (side, side), bytes(0 if dark else 255 for row in rows for dark in row))
    large = small.resize((side * scale, side * scale), Image.Resampling.NEAREST)
    return large.convert("1", dither=Image.Dither.NONE)


def png(text: str, level: int, *, quick: bool = False) -> bytes:
    out = BytesIO()
    bitmap(symbol(text, level, quick=quick)).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Outline:
    """side: modules of one side, the quiet zone included. path: the dark modules as data of an SVG path."""

    side: int
    path: str


def outline(text: str, level: int = PASS_LEVEL) -> Outline:
    """For a template to draw inside its page, so that the text stands in no further address."""
    rows = symbol(text, level)
    parts = (f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in runs(row))
    return Outline(len(rows), "".join(parts))


def svg(text: str, level: int) -> bytes:
    """One path over a white ground, a module a unit: sharp at any size, and light also on a dark page."""
    shape = outline(text, level)
    side = shape.side
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * SCALE}" '
        f'height="{side * SCALE}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{shape.path}"/></svg>\n'
    ).encode()


def runs(row: list[bool]) -> list[tuple[int, int]]:
    """Start and length of each stretch of dark modules in a row."""
    stretches: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and stretches and sum(stretches[-1]) == x:
            stretches[-1] = (stretches[-1][0], stretches[-1][1] + 1)
        elif dark:
            stretches.append((x, 1))
    return stretches
