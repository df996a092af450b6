"""The regions of GB/T 2260 as reference data. Names that people write: models.places.recognition.

Reads no database. A code has six digits: two name a province, four a prefecture, six a county. 660000 is the Xinjiang
Production and Construction Corps, a statistical code with nothing below it, not part of 650000.
"""

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import InstrumentedAttribute


class RegionLevel(StrEnum):
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


PROVINCE, PREFECTURE, COUNTY = RegionLevel
CORPS = "660000"


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


def level_below(code: str | None) -> RegionLevel:
    """Of the parts of a region; "" and None: the country."""
    if not code:
        return PROVINCE
    return PREFECTURE if level_of(code) == PROVINCE else COUNTY


def rolled_up(code: str | None, level: RegionLevel | None) -> str | None:
    """The region at a level in which a region lies; a region above the level stays what it is."""
    if not code or level in (None, RegionLevel.COUNTY):
        return code
    return province(code) if level == PROVINCE else prefecture(code)


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above this one, the province first: 320723 -> (320000, 320700)."""
    return (code[:2] + "0000", code[:4] + "00")[: {PROVINCE: 0, PREFECTURE: 1, COUNTY: 2}[level_of(code)]]


def is_below(code: str, ancestor: str) -> bool:
    """Whether a region is another one or lies in it."""
    return code.startswith(code_prefix(ancestor))
