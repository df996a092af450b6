"""The wall of a campaign whose figures are released: from the frozen public table alone, with cells withheld."""

from collections.abc import Iterable

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.figures.publication.public_table import PublicTable
from models.live.tiles import Place, Reach, places, reach_of
from models.live.wall import Tile, Wall, coverage_of, shade_of
from models.places import regions
from models.public.filters import Filters


def released_wall(campaign: Campaign, table: PublicTable, region: str) -> Wall | None:
    """region: "" is all that is released. None: nothing of it is released.

    today: the last day that is released. A place counts as reached where its visits are public: a lower bound."""
    codes = table.released_codes()
    if region and not _overlaps(region, codes):
        return None
    part = Filters(region=(region,) if region else ())
    by_region = {  # without the events whose region is not known
        row["region"]: row["visits"]
        for row in table.answer(("region",), part).rows
        if row["region"] and row["visits"]
    }
    by_day = {row["day"]: row["visits"] for row in table.answer(("day",), part).rows}
    by_group = {row["audience"]: row["visits"] for row in table.answer(("audience",), part).rows}
    total = table.answer((), part)
    tiles = _tiles(table, places(region), codes, by_region)
    provinces = [tile for tile in tiles if tile.place.region.addressee]
    return Wall(
        as_of=table.as_of,
        visits=total.visits,
        participants=total.participants,
        today=table.last_day(campaign.today(table.as_of)),
        days={day: by_day.get(day, 0) for day in campaign.days},
        groups={term.key: by_group.get(term.key, 0) for term in campaign.groups}
        | {key: visits for key, visits in by_group.items() if key == UNKNOWN_GROUP},
        formats=None,
        tiles=tiles,
        reach=reach_of(region, by_region),
        provinces=Reach(sum(bool(tile.visits) for tile in provinces), len(provinces)),
        running=None,
        published=0,
        moments=None,
        events=[],
        cells=table.groups_by_day(part) if region and not tiles else {},
    )


def _overlaps(region: str, codes: Iterable[str]) -> bool:
    """Whether something of a region is released. codes: the released regions, none for the whole country."""
    released = list(codes)
    return not released or any(
        regions.is_below(region, code) or regions.is_below(code, region) for code in released
    )


def _tiles(
    table: PublicTable, shown: Iterable[Place], codes: list[str], by_region: dict[str, int]
) -> list[Tile]:
    visits = {
        place: table.answer((), Filters(region=(place.region.code,))).visits
        if _overlaps(place.region.code, codes)
        else 0
        for place in shown
    }
    most = max((number or 0 for number in visits.values()), default=0)
    tiles = []
    for place, number in visits.items():
        reach = reach_of(place.region.code, by_region)
        shade = 1 if number is None else shade_of(number, most)
        published = _overlaps(place.region.code, codes)
        tiles.append(Tile(place, number, shade, reach, coverage_of(reach), published))
    return tiles
