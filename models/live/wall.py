"""What the wall of a hall shows of a country, province, city or county: sums alone, and no cell of under five people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Select, String, cast, func, literal, or_, select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.db import db
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.figures.count import figures_by_each
from models.figures.live import by_group
from models.ledger.sum_tables import VISIT_COLUMNS, FigureSum, SumKind
from models.live.area import Area
from models.live.moments import Moment, latest_moments
from models.live.tiles import Place, Reach, places, reach_of
from models.places import regions

Key = TypeVar("Key")
LEAST_SHOWN = 5
SHADES = 8  # of visits and of coverage, 0: none
_COVERAGE_FROM = (
    0.05,
    0.1,
    0.2,
    0.4,
    0.6,
    0.8,
)  # share of counties reached, for each shade from the second on
EVENTS_SHOWN = 12
_VISITS = func.sum(sum((getattr(FigureSum, name) for name in VISIT_COLUMNS), literal(0)))


@dataclass(frozen=True)
class Tile:
    """visits: None where they are withheld. shade, coverage: 0 to SHADES - 1. published: whether its figures are public at
    all; else visits is 0."""

    place: Place
    visits: int | None
    shade: int
    reach: Reach
    coverage: int
    published: bool = True


@dataclass(frozen=True)
class WallEvent:
    id: int
    title: str
    title_en: str
    visits: int | None


@dataclass(frozen=True)
class Wall:
    """groups, formats: visits by key, None where they are withheld. events: of a county alone, the largest first.
    cells: by day and group, of a county whose figures are released, which do not say its events.

    today: of released figures the last day that is in them.
    formats, running, moments: None where the wall shows released figures, which do not say them."""

    as_of: datetime
    visits: int | None
    participants: int | None
    today: date
    days: dict[date, int | None]
    groups: dict[str, int | None]
    formats: dict[str, int | None] | None
    tiles: list[Tile]
    reach: Reach
    provinces: Reach
    running: int | None
    published: int
    moments: list[Moment] | None
    events: list[WallEvent]
    cells: dict[date, dict[str, int | None]] = field(default_factory=dict)

    @property
    def shown_groups(self) -> dict[str, int | None]:
        """Without the unknown group where nobody is in it."""
        return {key: visits for key, visits in self.groups.items() if key != UNKNOWN_GROUP or visits != 0}

    @property
    def most(self) -> int:
        """Of a day and group."""
        return max((visits or 0 for groups in self.cells.values() for visits in groups.values()), default=0)

    def begun(self, day: date) -> bool:
        """Whether it is shown with its number; of a rehearsal days to come can have visits."""
        return day <= self.today or bool(self.days[day])


def wall_of(campaign: Campaign, area: Area, now: datetime) -> Wall:
    parts = figures_by_each(campaign, now, ("audience", "day"), area.part, counting=())
    by_region = visits_by_county(area)
    by_day = {row["day"]: row["visits"] for row in parts["day"].rows}
    is_county = bool(area.region) and not places(area.region)
    provinces = [place for place in places("") if place.region.addressee]
    return Wall(
        as_of=now,
        visits=parts["audience"].visits,
        participants=parts["audience"].participants,
        today=campaign.today(now),
        days={day: by_day.get(day, 0) for day in campaign.days},
        groups=without_small(by_group(campaign, parts["audience"].rows)),
        formats=_by_format(area),
        tiles=_tiles(area.region, by_region),
        reach=reach_of(area.region, by_region),
        provinces=Reach(
            sum(_visits_within(place.region.code, by_region) > 0 for place in provinces), len(provinces)
        ),
        running=running_count(campaign, area, now),
        published=_published(area),
        moments=latest_moments(area, now),
        events=_events(area) if is_county else [],
    )


def without_small(cells: Mapping[Key, int]) -> dict[Key, int | None]:
    """The cells of one total without those of 1 to 4, and without the next smallest, which the total would tell."""
    small = {key for key, visits in cells.items() if 0 < visits < LEAST_SHOWN}
    others = [key for key, visits in cells.items() if visits >= LEAST_SHOWN]
    if small and others:
        small.add(min(others, key=lambda key: cells[key]))
    return {key: None if key in small else visits for key, visits in cells.items()}


def visits_by_county(area: Area) -> dict[str, int]:
    """Visits by the region's code as the events have it, from the sums; of the country and of any region."""
    within = regions.within(FigureSum.value, area.region) if area.region else FigureSum.value != ""
    query = select(FigureSum.value, _VISITS)
    query = query.where(
        FigureSum.campaign_id == area.campaign_id, FigureSum.kind == SumKind.REGION, within
    ).group_by(FigureSum.value)
    return {code: int(visits) for code, visits in db.session.execute(query) if visits}


def running_count(campaign: Campaign, area: Area, now: datetime) -> int:
    """How many sessions run at this moment."""
    today = campaign.today(now)
    query = (
        select(func.count(Occurrence.id))
        .join(Event, Event.id == Occurrence.event_id)
        .where(*area.conditions, Event.status == EventStatus.PUBLISHED)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .where(Occurrence.start_day <= today, Occurrence.end_day >= today)
        .where(or_(Occurrence.start_at.is_(None), Occurrence.start_at <= now))
        .where(or_(Occurrence.end_at.is_(None), Occurrence.end_at > now))
    )
    return db.session.scalar(query) or 0


def _published(area: Area) -> int:
    query = select(func.count(Event.id)).where(*area.conditions, Event.status == EventStatus.PUBLISHED)
    return db.session.scalar(query) or 0


def shade_of(visits: int, most: int) -> int:
    """By the square root of the share of the largest, so that small places do not vanish; 0: no visit."""
    if not visits or not most:
        return 0
    return max(1, min(SHADES - 1, 1 + int((visits / most) ** 0.5 * (SHADES - 1))))


def coverage_of(reach: Reach) -> int:
    if not reach.counties:
        return 0
    return 1 + sum(reach.share >= least for least in _COVERAGE_FROM)


def _visits_within(code: str, by_region: Mapping[str, int]) -> int:
    prefix = regions.code_prefix(code)
    return sum(visits for region, visits in by_region.items() if region.startswith(prefix))


def _tiles(region: str, by_region: Mapping[str, int]) -> list[Tile]:
    by_place = {place: _visits_within(place.region.code, by_region) for place in places(region)}
    shown, most = without_small(by_place), max(by_place.values(), default=0)
    tiles = []
    for place, visits in by_place.items():
        reach = reach_of(place.region.code, by_region)
        shade = 1 if shown[place] is None else shade_of(visits, most)
        tiles.append(Tile(place, shown[place], shade, reach, coverage_of(reach)))
    return tiles


def _by_format(area: Area) -> dict[str, int | None]:
    """By the main form of activity, the largest first; "": not given."""
    query = _event_sums(select(Event.main_format, _VISITS), area).group_by(Event.main_format)
    rows = {key or "": int(count) for key, count in db.session.execute(query) if count}
    return without_small(dict(sorted(rows.items(), key=lambda item: (-item[1], item[0]))))


def _events(area: Area) -> list[WallEvent]:
    query = _event_sums(select(Event.id, Event.title, Event.title_en, _VISITS), area)
    query = query.where(*area.conditions).group_by(Event.id, Event.title, Event.title_en)
    rows = db.session.execute(query.order_by(_VISITS.desc(), Event.id)).all()
    shown = without_small({row.id: int(row[3]) for row in rows})
    return [WallEvent(row.id, row.title, row.title_en, shown[row.id]) for row in rows[:EVENTS_SHOWN]]


def _event_sums(query: Select, area: Area) -> Select:
    """A query of Event with the sums of its visits, in an area."""
    in_region = [regions.within(Event.region_code, area.region)] if area.region else []
    return query.join(FigureSum, FigureSum.value == cast(Event.id, String)).where(
        FigureSum.campaign_id == area.campaign_id,
        FigureSum.kind == SumKind.EVENT,
        Event.campaign_id == area.campaign_id,
        *in_region,
    )
