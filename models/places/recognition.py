"""Regions in the names that people write, cell by cell. Reads no database."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from models.errors import N_
from models.places.regions import (
    CORPS,
    COUNTY,
    PREFECTURE,
    PROVINCE,
    RegionLevel,
    StandardRegion,
    all_regions,
    ancestors,
    is_below,
    regions_by_code,
)


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
