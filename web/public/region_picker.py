"""The region as a cascade of plain lists: province, then city, then county. Works without JavaScript: each list
appears once the one before it is chosen, and the form's three fields become the one filter `region`."""

from dataclasses import dataclass
from functools import lru_cache

from models.places import regions
from models.public.filters import Arguments
from web.words.terms import is_grouping

FIELDS = ("province", "city", "county")


@dataclass(frozen=True)
class Level:
    """One list of the cascade: its field in the form, the regions in it, and the code that is chosen ("" for all)."""

    field: str
    rows: tuple[regions.StandardRegion, ...]
    chosen: str


def levels(code: str | None) -> list[Level]:
    """The lists for a choice. Those below what is chosen are empty and come anyway, for JavaScript to fill."""
    path = _path(code)
    found, above = [], ""
    for number, field in enumerate(FIELDS):
        chosen = path[number] if number < len(path) else ""
        rows = below(above) if number == 0 or above else ()
        found.append(Level(field, rows, chosen))
        above = chosen
    return found


def asked(args: Arguments) -> bool:
    """Whether a query comes from the form with the cascade."""
    return any(args.getlist(field) for field in FIELDS)


def chosen(args: Arguments) -> str:
    """The deepest region named by the three fields, "" for none. A city left over from another province is dropped."""
    code = ""
    for field in FIELDS:
        value = next(iter(args.getlist(field)), "")
        if value not in {row.code for row in below(code)}:
            break
        code = value
    return code


def below(code: str) -> tuple[regions.StandardRegion, ...]:
    """What a list offers below a region ("" for the provinces). Groupings such as 市辖区 give way to their members."""
    found: list[regions.StandardRegion] = []
    for row in _children().get(code, ()):
        found.extend(below(row.code) if is_grouping(row) else [row])
    return tuple(found)


def _path(code: str | None) -> list[str]:
    if not code:
        return []
    rows = {row.code: row for row in regions.all_regions() if row.code in (*regions.ancestors(code), code)}
    return [part for part, row in rows.items() if not is_grouping(row)]


@lru_cache(maxsize=1)
def _children() -> dict[str, list[regions.StandardRegion]]:
    found: dict[str, list[regions.StandardRegion]] = {}
    for row in regions.all_regions():
        found.setdefault(row.parent, []).append(row)
    return found
