"""A PDF of one-bit pictures, written page by page: a thousand posters take no more memory than one.

Pictures are CCITT Group 4 at 300 dpi, so that small means small; a picture that many pages share is stored once.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image, TiffImagePlugin

DPI = 300
A4, A5 = (2480, 3508), (1748, 2480)  # pixels
_POINT = 72 / DPI
_STRIP, _STRIP_BYTES = 273, 279  # tags of a TIFF


@dataclass(frozen=True)
class Picture:
    """A picture that the file already holds: its object number and its size in pixels."""

    number: int
    width: int
    height: int


@dataclass(frozen=True)
class Placed:
    """A picture on a page; left and top in pixels from the upper left corner. turned: it stands on its head."""

    picture: Picture
    left: float
    top: float
    scale: float = 1.0
    turned: bool = False


class Paper:
    """A document under way, its pages of one size. Write pictures and pages in any order, then close()."""

    _CATALOG, _PAGES, _INFO = 1, 2, 3

    def __init__(self, out: BinaryIO, title: str, size: tuple[int, int] = A4) -> None:
        self._out, self._at, self.size = out, 0, size
        self._offsets: dict[int, int] = {}
        self._next = 4
        self._pages: list[int] = []
        self._write(b"%PDF-1.5\n%\xe5\xae\xa3\xe4\xbc\xa0\n")
        self._object(self._INFO, b"<< /Title <feff" + title.encode("utf-16-be").hex().encode() + b"> >>")

    def picture(self, image: Image.Image) -> Picture:
        """Store a black and white image (mode "1"), to be placed on any number of pages."""
        width, height = image.size
        head = (
            f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
            f"/BitsPerComponent 1 /Filter /CCITTFaxDecode "
            f"/DecodeParms << /K -1 /BlackIs1 true /Columns {width} /Rows {height} >>"
        )
        return Picture(self._stream(head, _group4(image)), width, height)

    def page(self, placed: Iterable[Placed]) -> None:
        placed = list(placed)
        names = {item.picture.number for item in placed}
        content = self._stream("<<", "\n".join(map(self._drawn, placed)).encode())
        resources = " ".join(f"/P{number} {number} 0 R" for number in sorted(names))
        width, height = (side * _POINT for side in self.size)
        body = (
            f"<< /Type /Page /Parent {self._PAGES} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] "
            f"/Resources << /XObject << {resources} >> >> /Contents {content} 0 R >>"
        )
        self._pages.append(self._object(None, body.encode()))

    def _drawn(self, item: Placed) -> str:
        width, height = (side * item.scale * _POINT for side in (item.picture.width, item.picture.height))
        left, bottom = item.left * _POINT, (self.size[1] - item.top) * _POINT - height
        if item.turned:
            width, height, left, bottom = -width, -height, left + width, bottom + height
        return f"q {width:.3f} 0 0 {height:.3f} {left:.3f} {bottom:.3f} cm /P{item.picture.number} Do Q"

    def close(self) -> None:
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(self._PAGES, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode())
        self._object(self._CATALOG, f"<< /Type /Catalog /Pages {self._PAGES} 0 R /Lang (zh-CN) >>".encode())
        start, count = self._at, self._next
        rows = "".join(f"{self._offsets[number]:010d} 00000 n \n" for number in range(1, count))
        self._write(f"xref\n0 {count}\n0000000000 65535 f \n{rows}".encode())
        ends = f"/Size {count} /Root {self._CATALOG} 0 R /Info {self._INFO} 0 R"
        self._write(f"trailer\n<< {ends} >>\nstartxref\n{start}\n%%EOF\n".encode())

    def _write(self, raw: bytes) -> None:
        self._out.write(raw)
        self._at += len(raw)

    def _object(self, number: int | None, body: bytes) -> int:
        if number is None:
            number, self._next = self._next, self._next + 1
        self._offsets[number] = self._at
        self._write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
        return number

    def _stream(self, head: str, raw: bytes) -> int:
        return self._object(None, f"{head} /Length {len(raw)} >>\nstream\n".encode() + raw + b"\nendstream")


def _group4(image: Image.Image) -> bytes:
    """The image as one strip of CCITT Group 4, cut out of the TIFF that pillow makes."""
    held = BytesIO()
    strip = -(-image.width // 8) * image.height
    image.save(held, "TIFF", compression="group4", strip_size=strip)
    raw = held.getvalue()
    tags = TiffImagePlugin.ImageFileDirectory_v2(raw[:8])
    held.seek(struct.unpack_from("<L", raw, 4)[0])
    tags.load(held)
    start, length = tags[_STRIP][0], tags[_STRIP_BYTES][0]
    return raw[start : start + length]
