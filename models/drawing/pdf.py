"""Pages as PDF, by fpdf2: text that can be searched, copied and read aloud, fonts cut to what is used, codes as shapes.

All pages are laid out before the first is written: only then it is known which characters the fonts need.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from fpdf import FPDF, ViewerPreferences
from fpdf.drawing_primitives import convert_to_device_color
from fpdf.fonts import TTFFont
from fpdf.structure_tree import StructureTreeBuilder

from models.drawing import fonts, qr
from models.drawing.fonts import Family
from models.drawing.page import (
    FIGURE,
    Bitmap,
    Box,
    Code,
    Dashes,
    Item,
    Line,
    Page,
    Paragraph,
    Placed,
    lines_of,
)
from models.drawing.text_layout import Stretch, stretches

_HAIR, _DASH = 0.24, 8.64


def write(
    out: BinaryIO,
    title: str,
    pages: Sequence[Page],
    language: str = "zh-CN",
    done: Callable[[Page], object] = lambda page: None,
    about: str = "",
) -> None:
    """The pages as one document; done is called after each. about: its subject, for programs that read it."""
    with TemporaryDirectory() as folder:
        document = _Document(title, language)
        if about:
            document.set_subject(about)
        document.add_fonts(pages, Path(folder))
        for page in pages:
            document.add(page, bookmark=len(pages) > 1)
            done(page)
        out.write(document.output())
        document.close_fonts()


class _Tags(StructureTreeBuilder):
    """fpdf2 counts all tags of the document anew for each tag; here each page has its count."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: defaultdict[int, int] = defaultdict(int)

    def next_mcid_for_page(self, page_number: int) -> int:
        self._counts[page_number] += 1
        return self._counts[page_number] - 1


class _Document(FPDF):
    def __init__(self, title: str, language: str) -> None:
        super().__init__(unit="pt")
        self.struct_builder = _Tags()
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.set_title(title)
        self.set_lang(language)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def add_fonts(self, pages: Sequence[Page], folder: Path) -> None:
        """The fonts that these pages need, each with the characters that it sets."""
        needed: dict[tuple[Family, int], set[str]] = defaultdict(set)
        for page in pages:
            for line in lines_of(page.items):
                for part in stretches(line.text, line.face):
                    needed[part.family, line.face.weight].update(part.text)
        for (family, weight), characters in needed.items():
            path = folder / f"{_name(family, weight)}.otf"
            path.write_bytes(fonts.subset(family, weight, characters))
            self.add_font(_name(family, weight), fname=path)

    def close_fonts(self) -> None:
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def add(self, page: Page, *, bookmark: bool) -> None:
        self.add_page(format=page.size)
        if bookmark and page.title:
            self.start_section(page.title)
        self._draw(page.items)

    def _draw(self, items: Sequence[Item]) -> None:
        for item in items:
            match item:
                case Paragraph():
                    with self._tagged(item.role):
                        for line in item.lines:
                            self._line(line)
                case Code():
                    with self._tagged(FIGURE, item.about):
                        self._code(item)
                case Bitmap():
                    with self._tagged(FIGURE, item.about):
                        self.image(BytesIO(item.data), item.left, item.top, item.wide, item.high)
                case Placed():
                    with self._placed(item):
                        self._draw(item.items)
                case Box():
                    with self._tagged(None):
                        self._box(item)
                case Dashes():
                    with self._tagged(None):
                        self._dashes(item)

    @contextmanager
    def _tagged(self, role: str | None, about: str | None = None) -> Iterator[None]:
        if role is None:
            self._out("/Artifact BMC")
        else:
            number = self.struct_builder.next_mcid_for_page(self.page)
            self._add_marked_content(struct_type=f"/{role}", mcid=number, alt_text=about)
            self._out(f"/{role} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def _placed(self, item: Placed) -> Iterator[None]:
        """Move the origin: PDF counts from the lower left corner, the items from the upper left."""
        scale, turn = item.scale, -1 if item.turned else 1
        factor = scale * turn
        bottom = self.h - item.top - factor * self.h
        with self.local_context():
            self._out(f"{factor:.5f} 0 0 {factor:.5f} {item.left:.3f} {bottom:.3f} cm")
            yield

    def _line(self, line: Line) -> None:
        self.set_text_color(line.colour)
        for part in stretches(line.text, line.face):
            self.set_font(_name(part.family, line.face.weight), size=part.size)
            if part.family.shaped:
                self._shaped(line, part)
            else:
                text = part.text[::-1] if part.leftward else part.text
                self.text(line.left + part.left, line.baseline, text)

    def _shaped(self, line: Line, part: Stretch) -> None:
        """Letters joined and stacked. Readers put what runs from right to left in order themselves, where each glyph says
        its letter; for stacks the whole text is attached to the glyphs."""
        font = cast(TTFFont, self.current_font)
        flow, lifted = self._glyphs(font, part)
        start = f"1 0 0 1 {line.left + part.left:.3f} {self.h - line.baseline:.3f} Tm"
        marked = (
            "" if part.leftward else f"/Span <</ActualText <feff{part.text.encode('utf-16-be').hex()}>>> BDC"
        )
        self._out(f"q {convert_to_device_color(line.colour).serialize().lower()} {marked}")
        self._out(f"BT {self._set_font_for_page(font, part.size, False)} {start} [{flow}] TJ")
        for glyph, right, up in lifted:
            x, y = line.left + part.left + right, self.h - line.baseline + up
            self._out(f"1 0 0 1 {x:.3f} {y:.3f} Tm {glyph} Tj")
        self._out("ET Q" if part.leftward else "ET EMC Q")

    def _glyphs(self, font: TTFFont, part: Stretch) -> tuple[str, list[tuple[str, float, float]]]:
        """The glyphs on the baseline as a string of the page, and each one above or below it with its place."""
        unit = part.size / font.ttfont["head"].unitsPerEm
        flow, lifted = "", []
        pen = left = 0.0
        for text, glyphs in fonts.shape(font.hbfont, part.text, part.leftward):
            for glyph in glyphs:
                base = bool(glyph.advance) or len(glyphs) == 1
                shown, wide = _shown(font, glyph.number, text if base else "")
                right = left + glyph.right * unit
                if glyph.up:
                    lifted.append((shown, right, glyph.up * unit))
                else:
                    moved = f" {(pen - right) * 1000 / part.size:.1f} " if abs(pen - right) > 0.01 else ""
                    flow += moved + shown
                    pen = right + wide * unit
                left += glyph.advance * unit
                text = "" if base else text
        return flow, lifted

    def _code(self, item: Code) -> None:
        """All dark modules in one shape, so that no hairline shows between them."""
        rows = qr.symbol(item.text, item.level, quick=item.quick)
        unit, last = item.side / len(rows), len(rows) - 1
        shape = " ".join(
            f"{x} {last - y} {length} 1 re" for y, row in enumerate(rows) for x, length in qr.runs(row)
        )
        bottom = self.h - item.top - item.side
        self._out(f"q 0 g {unit:.5f} 0 0 {unit:.5f} {item.left:.3f} {bottom:.3f} cm {shape} f Q")

    def _box(self, item: Box) -> None:
        if item.edge:
            self.set_draw_color(item.colour)
            self.set_line_width(item.edge)
        else:
            self.set_fill_color(item.colour)
        self.rect(
            item.left,
            item.top,
            item.wide,
            item.high,
            style="D" if item.edge else "F",
            round_corners=item.radius > 0,
            corner_radius=item.radius,
        )

    def _dashes(self, item: Dashes) -> None:
        self.set_draw_color(0)
        self.set_line_width(_HAIR)
        self.set_dash_pattern(_DASH, _DASH)
        self.line(*item.start, *item.end)
        self.set_dash_pattern()


def _shown(font: TTFFont, glyph: int, text: str) -> tuple[str, int]:
    """A glyph as a string of the page, and its width. text: what it stands for when it is searched or copied."""
    name = font.ttfont.getGlyphName(glyph)
    wide = font.ttfont["hmtx"].metrics[name][0]
    known = font.subset.get_glyph(
        glyph=glyph,
        unicode=tuple(map(ord, text)),
        glyph_name=name,
        glyph_width=round(font.scale * wide),
    )
    return f"({font.escape_text(chr(font.subset.pick_glyph(known) or 0))})", wide


def _name(family: Family, weight: int) -> str:
    return f"{family.name.lower()}{weight}"
