"""The regions of GB/T 2260 as reference data, and the recogniser of the names that people write.

Reads no database. A code has six digits: two name a province, four a prefecture, six a county. 660000 is the Xinjiang
Production and Construction Corps, a statistical code with nothing below it, not part of 650000.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import InstrumentedAttribute

from models.errors import N_


class RegionLevel(StrEnum):
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


PROVINCE, PREFECTURE, COUNTY = RegionLevel
CORPS = "660000"


class RegionProblem(StrEnum):
    """Why a text was not read as part of a region's name."""

    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    AMBIGUOUS = "ambiguous"
    SEVERAL = "several"
    NO_CODE = "no_code"
    ABOVE = "above"
    CORPS_HAS_NONE = "corps_has_none"


PROBLEM_TEXTS = {
    RegionProblem.UNKNOWN: N_(
        "“%(text)s” was not recognised as a region. Write its full name, as in GB/T 2260."
    ),
    RegionProblem.ELSEWHERE: N_("“%(text)s” is not in the region given before it."),
    RegionProblem.AMBIGUOUS: N_("Several regions are called “%(text)s”. Add the region above it."),
    RegionProblem.SEVERAL: N_("“%(text)s” gives several regions; an event counts in one."),
    RegionProblem.NO_CODE: N_("“%(text)s” is a zone without its own code in GB/T 2260."),
    RegionProblem.ABOVE: N_("“%(text)s” was not read, because the region given before it is not certain."),
    RegionProblem.CORPS_HAS_NONE: N_(
        "“%(text)s” was not read: the Corps has no regions below it in this list."
    ),
}


@dataclass(frozen=True, slots=True)
class StandardRegion:
    """One row of data/regions.csv. parent: "" for a province; short: the name in daily use; name_en: provinces only.

    addressee: the notice is addressed to it. statistical: numbered by official statistics, not by GB/T 2260.
    """

    code: str
    parent: str
    level: RegionLevel
    name: str
    short: str
    name_en: str
    addressee: bool
    statistical: bool


class Problem(NamedTuple):
    """A text that was not used. field: the cell it stood in (province, city or county)."""

    field: str
    text: str
    why: RegionProblem


@dataclass(frozen=True, slots=True)
class Recognition:
    """code: the deepest region that is certain, None where nothing is."""

    code: str | None
    problems: list[Problem] = field(default_factory=list)


@lru_cache(maxsize=1)
def all_regions() -> tuple[StandardRegion, ...]:
    """Every region in the order of the codes, so a parent comes before its children."""
    text = files("models").joinpath("data/regions.csv").read_text(encoding="utf-8")
    return tuple(
        StandardRegion(
            code=row["code"],
            parent=row["parent"],
            level=RegionLevel(row["level"]),
            name=row["name"],
            short=row["short"],
            name_en=row["name_en"],
            addressee=row["addressee"] == "1",
            statistical=row["statistical"] == "1",
        )
        for row in csv.DictReader(text.splitlines())
    )


@lru_cache(maxsize=1)
def regions_by_code() -> dict[str, StandardRegion]:
    """Every region by its code."""
    return {row.code: row for row in all_regions()}


def level_of(code: str) -> RegionLevel:
    """The level by the digits alone. Raises ValueError for anything but a code."""
    if re.fullmatch("[1-9][0-9]{5}", code) is None:
        raise ValueError(code)
    if code.endswith("0000"):
        return PROVINCE
    return PREFECTURE if code.endswith("00") else COUNTY


def code_prefix(code: str) -> str:
    """The digits with which every code in this region starts: 32, 3207, or all six of a county."""
    return code[: {PROVINCE: 2, PREFECTURE: 4, COUNTY: 6}[level_of(code)]]


def within(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], code: str | None
) -> ColumnElement[bool]:
    """The condition that a column holds the code of a region or of one below it; false for None.

    A range of codes, because both databases can use an index for it."""
    if not code:
        return false()
    digits = code_prefix(code)
    return column.between(digits.ljust(6, "0"), digits.ljust(6, "9"))


def in_prefecture(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], code: str | None
) -> ColumnElement[bool]:
    """The condition that a column holds the code of a region in the same prefecture as this one; both None count as the same."""
    return column.between(prefecture(code), code[:4] + "99") if code else column.is_(None)


def province(code: str | None) -> str:
    """The code of the province that a region is or lies in; "" for None."""
    return code[:2] + "0000" if code else ""


def prefecture(code: str) -> str:
    """The code of the prefecture that a region is or lies in; of a province, its own code."""
    return code[:4] + "00"


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above this one, the province first: 320723 -> (320000, 320700)."""
    return (code[:2] + "0000", code[:4] + "00")[: {PROVINCE: 0, PREFECTURE: 1, COUNTY: 2}[level_of(code)]]


def is_below(code: str, ancestor: str) -> bool:
    """Whether a region is another one or lies in it."""
    return code.startswith(code_prefix(ancestor))


def regions_named(text: str) -> list[StandardRegion]:
    """The regions with this full name; else those with this name in daily use."""
    names = _names()
    return names.full.get(text) or names.short.get(text, [])


def recognise_region(province: str, city: str, county: str) -> Recognition:
    """The deepest region that three cells of a table name for certain, and every text that could not be used.

    Reads full names (连云港市), names in daily use (连云港) and those with a plain suffix (迪庆州); short ones only
    below a region that was recognised. Does not guess: a name of two places is a problem, and what follows several
    places, or a place that lies elsewhere, is not read. A 市 that is a county may stand in the city cell (济源市,
    涟源市), a 市 without counties in the county cell (东莞市).
    """
    return _Recogniser().read((("province", province), ("city", city), ("county", county)))


@dataclass(frozen=True, slots=True)
class _Names:
    """Regions by full name and by short name. A full name is preferred."""

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
_GROUPING = re.compile("^(市辖区|县)$|直辖县级")
_SEPARATORS = re.compile("[;；、,，/|]")
_ZONE = re.compile("(高新区|经开区|开发区|实验区|示范区|管理区|园区|度假区|风景区|保税区|新区|新城)$")


class _Recogniser:
    """Reads one row from the province down. region: the deepest one recognised so far."""

    def __init__(self) -> None:
        self.region: StandardRegion | None = None
        self.complete = True  # every cell above was recognised
        self.closed = False  # a cell above names several places, or one that lies elsewhere
        self.problems: list[Problem] = []

    def read(self, cells: Iterable[tuple[str, str]]) -> Recognition:
        for cell, written in cells:
            text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written or ""))
            if text:
                why = self._descend(cell, text)
                if why:
                    self.problems.append(Problem(cell, written.strip(), why))
                    self.complete = False
                    self.closed = self.closed or why in {RegionProblem.SEVERAL, RegionProblem.ELSEWHERE}
        return Recognition(self.region.code if self.region else None, self.problems)

    def _descend(self, cell: str, text: str) -> RegionProblem | None:
        """Recognise one cell below the region so far; the reason where that fails."""
        if self.closed:
            return RegionProblem.ABOVE
        if len({part for part in _SEPARATORS.split(text) if part}) > 1:
            return RegionProblem.SEVERAL
        text = _SEPARATORS.sub("", text)
        if self.region is not None:
            if text in {self.region.name, *_shorter(self.region)} and cell != "province":
                return None  # 重庆市,重庆市 and 东莞市,东莞市 name one place twice
            if self.region.code == CORPS:
                return RegionProblem.CORPS_HAS_NONE
        match = self._find(cell, text)
        if isinstance(match, RegionProblem):
            return match
        self.region = match
        return None

    def _find(self, cell: str, text: str) -> StandardRegion | RegionProblem:
        for spelling in self._spellings(text):
            for level in _LEVELS[cell]:
                rows = [
                    row for row in self._candidates(spelling, cell) if self._fits(row, spelling, cell, level)
                ]
                if len(rows) > 1:
                    return RegionProblem.AMBIGUOUS
                if rows:
                    return rows[0]
        if any(_is_certain(row, text, cell) and not self._below(row) for row in _names().all(text)):
            return RegionProblem.ELSEWHERE
        return RegionProblem.NO_CODE if _ZONE.search(text) else RegionProblem.UNKNOWN

    def _candidates(self, text: str, cell: str) -> list[StandardRegion]:
        """Regions of this name. A short name counts only where everything above was recognised."""
        names = _names()
        full = [row for row in names.full.get(text, ()) if self._below(row)]
        if full or not (cell == "province" or (self.region and self.complete)):
            return full
        return names.short.get(text, [])

    def _fits(self, row: StandardRegion, text: str, cell: str, level: RegionLevel) -> bool:
        return row.level == level and _is_certain(row, text, cell) and self._below(row)

    def _below(self, row: StandardRegion) -> bool:
        return self.region is None or (row != self.region and is_below(row.code, self.region.code))

    def _spellings(self, text: str) -> Iterable[str]:
        """The text, and without the regions above that it may repeat: 西安市高陵区 -> 高陵区."""
        yield text
        if self.region is None:
            return
        rest = text
        for code in (*ancestors(self.region.code), self.region.code):
            row = regions_by_code()[code]
            for name in (row.name, row.short):
                if rest.startswith(name) and len(rest) > len(name):
                    rest = rest.removeprefix(name)
                    break
        if rest != text and rest in _names().full:
            yield rest


def _is_certain(row: StandardRegion, text: str, cell: str) -> bool:
    """In a cell of another level only the full name is certain, or that of a county directly under a province."""
    return row.level == _LEVELS[cell][0] or row.name == text or _is_directly_under_province(row)


def _is_directly_under_province(row: StandardRegion) -> bool:
    """Whether only a grouping row (市辖区, 省直辖县级行政区划) stands between a county and its province."""
    return row.level == COUNTY and _GROUPING.search(regions_by_code()[row.parent].name) is not None
