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
    selected: str


def picker_levels(code: str | None) -> list[Level]:
    """The lists for a choice. Those below what is chosen are empty and come anyway, for JavaScript to fill."""
    path = _path(code)
    levels, parent = [], ""
    for number, field in enumerate(FIELDS):
        selected = path[number] if number < len(path) else ""
        rows = subregions(parent) if number == 0 or parent else ()
        levels.append(Level(field, rows, selected))
        parent = selected
    return levels


def was_submitted(args: Arguments) -> bool:
    """Whether a query comes from the form with the cascade."""
    return any(args.getlist(field) for field in FIELDS)


def submitted_region(args: Arguments) -> str:
    """The deepest region named by the three fields, "" for none. A city left over from another province is dropped."""
    code = ""
    for field in FIELDS:
        value = next(iter(args.getlist(field)), "")
        if value not in {row.code for row in subregions(code)}:
            break
        code = value
    return code


def subregions(code: str) -> tuple[regions.StandardRegion, ...]:
    """What a list offers below a region ("" for the provinces). Groupings such as 市辖区 give way to their members."""
    rows: list[regions.StandardRegion] = []
    for row in _children().get(code, ()):
        rows.extend(subregions(row.code) if is_grouping(row) else [row])
    return tuple(rows)


def _path(code: str | None) -> list[str]:
    if not code:
        return []
    rows = {row.code: row for row in regions.all_regions() if row.code in (*regions.ancestors(code), code)}
    return [part for part, row in rows.items() if not is_grouping(row)]


@lru_cache(maxsize=1)
def _children() -> dict[str, list[regions.StandardRegion]]:
    by_parent: dict[str, list[regions.StandardRegion]] = {}
    for row in regions.all_regions():
        by_parent.setdefault(row.parent, []).append(row)
    return by_parent
