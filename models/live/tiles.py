"""The tiles of the wall: where each stands, and how much of a region is reached. Reads no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

from models.places import regions
from models.places.regions import CORPS, RegionLevel, StandardRegion

# Rows and columns of the country: every provincial-level region is one tile of the same size, beside its neighbours.
COUNTRY = """
.. .. .. .. .. .. .. 23
66 .. .. .. 15 11 21 22
65 .. 62 64 14 13 12 ..
.. 63 .. 61 41 37 .. ..
54 .. 51 50 42 34 32 31
.. .. 53 52 43 36 33 ..
.. .. .. 45 44 35 71 ..
.. .. .. 46 82 81 .. ..
"""
GROUPINGS = ("市辖区", "县")


@dataclass(frozen=True)
class Place:
    """A tile's position, from 0, and the region that it stands for."""

    region: StandardRegion
    row: int
    column: int


@dataclass(frozen=True)
class Reach:
    """How many of the counties of a region have visits."""

    counties: int
    of: int

    @property
    def share(self) -> float:
        return self.counties / self.of if self.of else 0.0


@lru_cache(maxsize=64)
def places(region: str) -> tuple[Place, ...]:
    """The tiles of the country (""), of a province or of a prefecture; none for a county."""
    if not region:
        by_prefix = {row.code[:2]: row for row in regions.all_regions() if row.level == RegionLevel.PROVINCE}
        rows = [line.split() for line in COUNTRY.split("\n") if line]
        return tuple(
            Place(by_prefix[cell], row, column)
            for row, cells in enumerate(rows)
            for column, cell in enumerate(cells)
            if cell in by_prefix
        )
    parts = parts_of(region)
    columns = max(3, ceil(sqrt(len(parts) * 1.4))) if len(parts) > 3 else max(1, len(parts))
    return tuple(Place(part, number // columns, number % columns) for number, part in enumerate(parts))


@lru_cache(maxsize=512)
def parts_of(region: str) -> tuple[StandardRegion, ...]:
    """The regions one level below; groupings such as 市辖区 give way to what is in them."""
    parts: list[StandardRegion] = []
    for row in regions.all_regions():
        if row.parent == region:
            grouping = row.name in GROUPINGS or "直辖县级" in row.name
            parts.extend(parts_of(row.code) if grouping else [row])
    return tuple(parts)


@lru_cache(maxsize=4096)
def counties_in(region: str) -> int:
    """How many counties a region has; one where nothing is known below it."""
    prefix = regions.code_prefix(region)
    rows = (row for row in regions.all_regions() if row.level == RegionLevel.COUNTY)
    return sum(row.code.startswith(prefix) for row in rows) or 1


@lru_cache(maxsize=1)
def counties_of_addressees() -> int:
    return sum(counties_in(place.region.code) for place in places("") if place.region.addressee)


def reach_of(region: str, visits: Mapping[str, int]) -> Reach:
    """visits: by the code of the region of an event. Where only the province or the city is known, no county is reached."""
    prefix = regions.code_prefix(region) if region else ""
    reached = {
        code for code, count in visits.items() if count and code.startswith(prefix) and _is_lowest(code)
    }
    return Reach(len(reached), counties_in(region) if region else counties_of_addressees())


def _is_lowest(code: str) -> bool:
    return code == CORPS or regions.level_of(code) == RegionLevel.COUNTY
