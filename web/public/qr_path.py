"""QR codes of plain addresses, for a page to show: a shape that a template draws, so that no address stands in another
request. (The codes of the check-in are drawn in the kiosk's room.)"""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

BORDER = 4  # modules of quiet zone, as the standard asks


@dataclass(frozen=True)
class Drawing:
    """side: modules of one side, the quiet zone included. path: the dark modules, as data of an SVG path."""

    side: int
    path: str


def drawing(text: str) -> Drawing:
    made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=BORDER)
    made.add_data(text)
    made.make(fit=True)
    rows = made.get_matrix()
    dark = ((x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return Drawing(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
