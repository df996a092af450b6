"""One cell that names a whole place: 江苏省连云港市灌云县, 江苏 连云港, 北京市海淀区, 320723."""

import re
import unicodedata
from collections.abc import Iterable

from models import regions
from models.regions import PREFECTURE, PROVINCE, RegionRow

_BETWEEN = re.compile(r"[\s/·>—-]+")


def divided(text: str) -> tuple[str, str, str]:
    """The texts for province, city and county, as regions.recognise() reads them; what begins with no province may
    begin with the full name of a city."""
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = [part for part in _BETWEEN.split(plain) if part]
    if len(parts) > 1:
        parts = [*parts[:2], "".join(parts[2:])]
        above = ("",) if _begins(parts[0], _level(PROVINCE), short=True) is None else ()
        return (*above, *parts, "", "")[:3]
    province = _begins(plain, _level(PROVINCE), short=True)
    city = _begins(plain, _level(PREFECTURE), short=False)
    if province and city and len(city) > len(province):
        province = None  # 吉林市, and no 市 of 吉林
    rest = plain.removeprefix(province or "")
    below = [row for row in _level(PREFECTURE) if province is None or _in(row, province)]
    city = _begins(rest, below, short=province is not None)
    if province is None and city is None:
        return "", plain, ""
    return province or "", city or "", rest.removeprefix(city or "")


def code(text: str) -> str | None:
    """The code of a region that a cell holds instead of a name; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain if any(row.code == plain for row in regions.load()) else None


def _level(level: str) -> list[RegionRow]:
    return [row for row in regions.load() if row.level == level]


def _in(row: RegionRow, province: str) -> bool:
    return any(
        regions.is_below(row.code, above.code)
        for above in _level(PROVINCE)
        if province in (above.name, above.short)
    )


def _begins(text: str, rows: Iterable[RegionRow], short: bool) -> str | None:
    """The longest name of these with which a text begins."""
    names = [name for row in rows for name in ((row.name, row.short) if short else (row.name,))]
    return max((name for name in names if text.startswith(name)), key=len, default=None)
