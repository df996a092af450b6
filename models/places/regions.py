"""The regions of GB/T 2260 as reference data, and the recogniser that reads the names people write.

Pure: no database. A code has six digits; two of them name a province, four a prefecture, six a county. 660000 is the
Xinjiang Production and Construction Corps, a statistical code with nothing below it, and it is not part of 650000.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from models.errors import N_

PROVINCE, PREFECTURE, COUNTY = "province", "prefecture", "county"
CORPS = "660000"

# Why a text was not taken into the code. The edge words them for the clerk who has to mend the row.
UNKNOWN, ELSEWHERE, AMBIGUOUS, SEVERAL, NO_CODE, ABOVE, CORPS_HAS_NONE = (
    "unknown", "elsewhere", "ambiguous", "several", "no_code", "above", "corps_has_none",
)  # fmt: skip
PROBLEM_TEXTS = {
    UNKNOWN: N_("“%(text)s” was not recognised as a region. Write its full name, as in GB/T 2260."),
    ELSEWHERE: N_("“%(text)s” is not in the region given before it."),
    AMBIGUOUS: N_("Several regions are called “%(text)s”. Add the region above it."),
    SEVERAL: N_("“%(text)s” gives several regions; an event counts in one."),
    NO_CODE: N_("“%(text)s” is a zone without its own code in GB/T 2260."),
    ABOVE: N_("“%(text)s” was not read, because the region given before it is not certain."),
    CORPS_HAS_NONE: N_("“%(text)s” was not read: the Corps has no regions below it in this list."),
}


@dataclass(frozen=True, slots=True)
class StandardRegion:
    """One region. parent is "" for a province; short is the name in daily use; name_en is given for provinces only.

    addressee: the notice is addressed to it. statistical: numbered by official statistics, not by GB/T 2260.
    """

    code: str
    parent: str
    level: str
    name: str
    short: str
    name_en: str
    addressee: bool
    statistical: bool


class Problem(NamedTuple):
    """A text that is not part of the answer: its field (province, city, county), the text, a key of WHY."""

    field: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """code: the deepest region that is certain, None where nothing is."""

    code: str | None
    problems: list[Problem] = field(default_factory=list)


@lru_cache(maxsize=1)
def all_regions() -> tuple[StandardRegion, ...]:
    """Every region in the order of the codes, so that a parent comes before what lies below it."""
    with files("models").joinpath("data/regions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            StandardRegion(
                code=row["code"],
                parent=row["parent"],
                level=row["level"],
                name=row["name"],
                short=row["short"],
                name_en=row["name_en"],
                addressee=row["addressee"] == "1",
                statistical=row["statistical"] == "1",
            )
            for row in csv.DictReader(file)
        )


@lru_cache(maxsize=1)
def regions_by_code() -> dict[str, StandardRegion]:
    """Every region by its code."""
    return {row.code: row for row in all_regions()}


def level_of(code: str) -> str:
    """province, prefecture or county, by the digits alone. Raises ValueError for what is not a code."""
    if re.fullmatch("[1-9][0-9]{5}", code) is None:
        raise ValueError(code)
    if code.endswith("0000"):
        return PROVINCE
    return PREFECTURE if code.endswith("00") else COUNTY


def code_prefix(code: str) -> str:
    """The digits with which every code in this region starts: 32, 3207, or all six of a county."""
    return code[: {PROVINCE: 2, PREFECTURE: 4, COUNTY: 6}[level_of(code)]]


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above this one, the province first: 320723 -> (320000, 320700)."""
    return (code[:2] + "0000", code[:4] + "00")[: {PROVINCE: 0, PREFECTURE: 1, COUNTY: 2}[level_of(code)]]


def is_below(code: str, ancestor: str) -> bool:
    """Whether a region lies in another. A region lies in itself, as a scope needs it."""
    return code.startswith(code_prefix(ancestor))


def regions_named(text: str) -> list[StandardRegion]:
    """The regions with this full name; where there is none, those that are called so in daily use."""
    names = _names()
    return names.full.get(text) or names.short.get(text, [])


def recognise_region(province: str, city: str, county: str) -> Recognition:
    """The deepest region that three cells of a table name for certain, and every text that could not be used.

    Full names (连云港市), names in daily use (连云港) and those with a plain suffix (迪庆州) are read; short ones only
    below a place that was recognised. Nothing is guessed: a name that fits two places is a problem, and what is
    written below several places, or below a place that lies elsewhere, is not read. A 市 that is a county may stand
    in the city cell (济源市, 涟源市), a 市 without counties in the county cell (东莞市).
    """
    return _Reading().read((("province", province), ("city", city), ("county", county)))


@dataclass(frozen=True, slots=True)
class _Names:
    """Every region by each way to write it; a full name always wins over a short one."""

    full: dict[str, list[StandardRegion]]
    short: dict[str, list[StandardRegion]]

    def all(self, text: str) -> list[StandardRegion]:
        return self.full.get(text, []) + self.short.get(text, [])


@lru_cache(maxsize=1)
def _names() -> _Names:
    full: dict[str, list[StandardRegion]] = {}
    short: dict[str, list[StandardRegion]] = {}
    for row in all_regions():
        full.setdefault(row.name, []).append(row)
        for name in _shorter(row) - {row.name}:
            short.setdefault(name, []).append(row)
    return _Names(full, short)


def _shorter(row: StandardRegion) -> set[str]:
    """迪庆 and 迪庆州, 琼中 and 琼中县, 广西 and 广西自治区."""
    names = {row.short}
    for long, plain in (("自治区", "自治区"), ("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):
        if row.name.endswith(long) and not row.short.endswith(plain):
            names.add(row.short + plain)
    if row.code == CORPS:
        names.add("新疆兵团")
    return names


# The levels that a cell may name, its own first: 济源市 in the city cell is a county, 北京市 a province.
_LEVELS = {"province": (PROVINCE,), "city": (PREFECTURE, COUNTY, PROVINCE), "county": (COUNTY, PREFECTURE)}
_SEPARATORS = re.compile("[;；、,，/|]")
_ZONE = re.compile("(高新区|经开区|开发区|实验区|示范区|管理区|园区|度假区|风景区|保税区|新区|新城)$")


class _Reading:
    """One row being read from the province down: where it stands, and what was left out."""

    def __init__(self) -> None:
        self.here: StandardRegion | None = None
        self.sure = True  # nothing above was left out
        self.closed = False  # a cell above names several places, or one that lies elsewhere
        self.problems: list[Problem] = []

    def read(self, cells: Iterable[tuple[str, str]]) -> Recognition:
        for name, written in cells:
            text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written or ""))
            if text:
                why = self._step(name, text)
                if why:
                    self.problems.append(Problem(name, written.strip(), why))
                    self.sure = False
                    self.closed = self.closed or why in {SEVERAL, ELSEWHERE}
        return Recognition(self.here.code if self.here else None, self.problems)

    def _step(self, cell: str, text: str) -> str | None:
        """Go down by one cell; the reason where it was not possible."""
        if self.closed:
            return ABOVE
        if len({part for part in _SEPARATORS.split(text) if part}) > 1:
            return SEVERAL
        text = _SEPARATORS.sub("", text)
        if self.here is not None:
            if text in {self.here.name, *_shorter(self.here)} and cell != "province":
                return None  # 重庆市,重庆市 and 东莞市,东莞市 name one place twice
            if self.here.code == CORPS:
                return CORPS_HAS_NONE
        found = self._find(cell, text)
        if isinstance(found, str):
            return found
        self.here = found
        return None

    def _find(self, cell: str, text: str) -> StandardRegion | str:
        for candidate in self._spellings(text):
            for level in _LEVELS[cell]:
                rows = [
                    row for row in self._called(candidate, cell) if self._fits(row, candidate, cell, level)
                ]
                if len(rows) > 1:
                    return AMBIGUOUS
                if rows:
                    return rows[0]
        if any(_named(row, text, cell) and not self._within(row) for row in _names().all(text)):
            return ELSEWHERE
        return NO_CODE if _ZONE.search(text) else UNKNOWN

    def _called(self, text: str, cell: str) -> list[StandardRegion]:
        """Places of this name here. A name in daily use counts only where the place above is certain."""
        names = _names()
        full = [row for row in names.full.get(text, ()) if self._within(row)]
        if full or not (cell == "province" or (self.here and self.sure)):
            return full
        return names.short.get(text, [])

    def _fits(self, row: StandardRegion, text: str, cell: str, level: str) -> bool:
        return row.level == level and _named(row, text, cell) and self._within(row)

    def _within(self, row: StandardRegion) -> bool:
        return self.here is None or (row != self.here and is_below(row.code, self.here.code))

    def _spellings(self, text: str) -> Iterable[str]:
        """The text, and without the places above that it may repeat: 西安市高陵区 -> 高陵区."""
        yield text
        if self.here is None:
            return
        rest = text
        for code in (*ancestors(self.here.code), self.here.code):
            row = regions_by_code()[code]
            for name in (row.name, row.short):
                if rest.startswith(name) and len(rest) > len(name):
                    rest = rest.removeprefix(name)
                    break
        if rest != text and rest in _names().full:
            yield rest


def _named(row: StandardRegion, text: str, cell: str) -> bool:
    """In a cell of another level only the full name is certain, or that of a county directly under a province."""
    return row.level == _LEVELS[cell][0] or row.name == text or _directly_under_province(row)


def _directly_under_province(row: StandardRegion) -> bool:
    """Whether only a grouping row (市辖区, 省直辖县级行政区划) stands between a county and its province."""
    return (
        row.level == COUNTY
        and re.search("^(市辖区|县)$|直辖县级", regions_by_code()[row.parent].name) is not None
    )
