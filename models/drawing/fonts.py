"""The fonts of what is printed: Noto Sans CJK from a package, other scripts from static/vendor/fonts (set-up puts them
there). No font of the machine is used, so a page looks the same everywhere.

HarfBuzz measures, shapes and cuts out the few characters that a document needs, at the weight that it needs: 2 ms a font.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import manimgx_fonts_cjk
import uharfbuzz

_CJK = Path(str(resources.files(manimgx_fonts_cjk))) / "NotoSansCJK-VF.otf.ttc"
_SIMPLIFIED = 2  # place of Noto Sans CJK SC in the collection
_VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts"
_BOLD_FROM = 550
UNPRINTABLE = "□"  # stands on the page where no font has a character


@dataclass(frozen=True)
class Family:
    """One script's font. bold is None where the font has one weight; variable fonts have all weights in one file."""

    name: str
    regular: Path
    bold: Path | None = None
    index: int = 0
    variable: bool = False
    shaped: bool = True  # its letters join, stack or change places: HarfBuzz sets them
    scale: float = 1.0  # of the size of the Chinese beside it: some scripts are drawn small or tall

    def file(self, weight: int) -> Path:
        return self.bold if self.bold and weight >= _BOLD_FROM else self.regular


CJK = Family("NotoSansCJK", _CJK, index=_SIMPLIFIED, variable=True, shaped=False)
_OTHERS = (
    Family("NotoSansArabic", _VENDOR / "NotoSansArabic-Regular.ttf", _VENDOR / "NotoSansArabic-Bold.ttf"),
    Family(
        "NotoSerifTibetan",
        _VENDOR / "NotoSerifTibetan-Regular.ttf",
        _VENDOR / "NotoSerifTibetan-Bold.ttf",
        scale=0.8,
    ),
    Family("NotoSansMongolian", _VENDOR / "NotoSansMongolian-Regular.ttf", scale=1.15),
    Family("NotoSansYi", _VENDOR / "NotoSansYi-Regular.ttf", shaped=False),
)


@cache
def families() -> tuple[Family, ...]:
    """Those whose files are there, the one for Chinese first."""
    return (CJK, *(family for family in _OTHERS if family.regular.is_file()))


def missing_files() -> list[Path]:
    """Those of scripts that cannot be printed without them."""
    files = [path for family in (CJK, *_OTHERS) for path in (family.regular, family.bold) if path]
    return [path for path in files if not path.is_file()]


@cache
def _face(path: Path, index: int) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), index)


@cache
def _characters(family: Family) -> uharfbuzz.Set:
    return _face(family.regular, family.index).unicodes


@lru_cache(maxsize=65536)
def family_of(character: str) -> Family | None:
    """The first family that has the character."""
    return next((family for family in families() if ord(character) in _characters(family)), None)


def goes_along(character: str, family: Family) -> bool:
    """A space, a mark or a joiner is set in the font of the letters before it."""
    kind = unicodedata.category(character)
    return kind in ("Zs", "Mn", "Mc", "Me", "Cf") and ord(character) in _characters(family)


def missing(*texts: str) -> list[str]:
    """The characters that no font has, each once, in the order of the texts."""
    seen = dict.fromkeys(character for text in texts for character in text)
    return [
        character
        for character in seen
        if family_of(character) is None and unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Mn")
    ]


@cache
def font(family: Family, weight: int) -> uharfbuzz.Font:
    """The family at a weight, to measure and shape with."""
    made = uharfbuzz.Font(_face(family.file(weight), family.index))
    if family.variable:
        made.set_variations({"wght": weight})
    return made


@lru_cache(maxsize=65536)
def _advance(character: str, family: Family, weight: int) -> float:
    known = font(family, weight)
    return known.get_glyph_h_advance(known.get_nominal_glyph(ord(character)) or 0) / known.face.upem


@dataclass(frozen=True)
class Glyph:
    """A glyph of a shaped text: how far it is moved (right, up) and how far the next one stands, in units of the font."""

    number: int
    right: int
    up: int
    advance: int


def shape(known: uharfbuzz.Font, text: str, leftward: bool) -> list[tuple[str, list[Glyph]]]:
    """The glyphs of a text in one script as they stand from left to right, with the letters that they stand for."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if leftward else "ltr"
    uharfbuzz.shape(known, buffer)
    starts = sorted({glyph.cluster for glyph in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    clusters: list[tuple[int, list[Glyph]]] = []
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if not clusters or clusters[-1][0] != glyph.cluster:
            clusters.append((glyph.cluster, []))
        clusters[-1][1].append(Glyph(glyph.codepoint, place.x_offset, place.y_offset, place.x_advance))
    return [(text[start : ends[start]], glyphs) for start, glyphs in clusters]


@lru_cache(maxsize=4096)
def _shaped_advance(text: str, family: Family, weight: int, leftward: bool) -> float:
    known = font(family, weight)
    clusters = shape(known, text, leftward)
    return sum(glyph.advance for _text, glyphs in clusters for glyph in glyphs) / known.face.upem


def advance(text: str, family: Family, weight: int, leftward: bool = False) -> float:
    """How wide the text is, in ems of the line."""
    if family.shaped:
        return _shaped_advance(text, family, weight, leftward) * family.scale
    return sum(_advance(character, family, weight) for character in text) * family.scale


def subset(family: Family, weight: int, characters: Iterable[str]) -> bytes:
    """A font file of these characters at this weight."""
    face = _face(family.file(weight), family.index)
    request = uharfbuzz.SubsetInput()
    request.flags = uharfbuzz.SubsetFlags.DOWNGRADE_CFF2 | uharfbuzz.SubsetFlags.NO_HINTING
    request.unicode_set.set({ord(character) for character in characters} | {0x20})
    if family.variable:
        request.pin_axis_location(face, "wght", weight)
    if not family.shaped:
        request.layout_feature_tag_set.clear()
    return bytes(uharfbuzz.subset(face, request).blob.data)
