"""Made-up events from a campaign's own lists: lines, formats, groups, days, and from the regions."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from random import Random

from models import clock
from models.campaigns.tables import Campaign, TermKind
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, OrganizationDraft, VenueDraft
from models.events.tables import Mode
from models.places import regions
from models.places.regions import RegionLevel

ORIGIN = "synthetic"
PLACES = (
    "市民广场",
    "图书馆",
    "文化宫",
    "会展中心",
    "社区服务中心",
    "第一中学",
    "大学礼堂",
    "产业园",
    "科技馆",
    "步行街",
)
MADE_UP = "演练"
LEVELS = {RegionLevel.COUNTY: 70, RegionLevel.PREFECTURE: 20, RegionLevel.PROVINCE: 10}  # percent
MODES = {Mode.ONSITE: 85, Mode.ONLINE: 9, Mode.MIXED: 6}  # percent
HALF_DAYS = ((time(8, 30), time(11, 0)), (time(13, 30), time(16, 30)), (time(18, 0), time(19, 30)))
CAPACITIES = (60, 100, 200, 400)
CANCELLED, WHOLE_DAY, LIMITED, LONG = 0.03, 0.12, 0.15, 0.05  # shares of the events


def origin_ref(seed: int, number: int | str) -> str:
    return f"{seed}:{number}"


def drafts(campaign: Campaign, count: int, seed: int) -> Iterator[tuple[EventDraft, bool]]:
    """`count` events, each with whether it is cancelled. The first one always takes place at a venue."""
    chance = Random(f"{campaign.id}:{seed}:events")
    rows = {level: [row for row in regions.all_regions() if row.level == level] for level in LEVELS}
    for number in range(1, count + 1):
        level = chance.choices(list(LEVELS), list(LEVELS.values()))[0]
        draft = _draft(campaign, chance, chance.choice(rows[level]), number == 1, origin_ref(seed, number))
        yield draft, chance.random() < CANCELLED and number > 1


def _draft(
    campaign: Campaign, chance: Random, region: regions.StandardRegion, onsite: bool, ref: str
) -> EventDraft:
    lines, formats, focuses = (
        campaign.terms_of(kind) for kind in (TermKind.LINE, TermKind.FORMAT, TermKind.FOCUS)
    )
    line = chance.choice(lines) if lines else None
    form = chance.choice(formats) if formats else None
    mode = Mode.ONSITE if onsite else chance.choices(list(MODES), list(MODES.values()))[0]
    lead = OrganizationDraft(
        f"{region.name}{line.name_zh if line else ''}（{MADE_UP}）", region.code, line.key if line else None
    )
    place = chance.choice(PLACES)
    venue = None if mode == Mode.ONLINE else VenueDraft(f"{region.short}{place}（{MADE_UP}）")
    groups = [term.key for term in campaign.groups]
    return EventDraft(
        title=f"{region.short}{form.name_zh if form else ''}·{place}（{MADE_UP}）",
        description="演练数据：由程序生成，不是真实活动。",
        region_code=region.code,
        lead=lead,
        hosts=(lead.name,),
        groups=tuple(chance.sample(groups, chance.randint(1, min(3, len(groups))))) if groups else (),
        formats=(FormatDraft(form.key, form.name_zh),) if form else (),
        main_focus=chance.choice(focuses).key if focuses else None,
        mode=mode,
        venues=(venue,) if venue else (),
        occurrences=tuple(_occurrences(campaign, chance, venue)),
        origin=ORIGIN,
        origin_ref=ref,
    )


def _occurrences(campaign: Campaign, chance: Random, venue: VenueDraft | None) -> Iterator[OccurrenceDraft]:
    days = campaign.days
    capacity = chance.choice(CAPACITIES) if chance.random() < LIMITED else None
    whole, long = chance.random() < WHOLE_DAY, chance.random() < LONG
    if long:
        yield OccurrenceDraft(days[0], days[-1], venue=venue, capacity=capacity)
        return
    # Most events are on the first and the marked day, as in the reported weeks.
    weights = [4 if day in (days[0], campaign.marked_day) else 2 for day in days]
    event_days = chance.choices(days, weights, k=chance.choice((1, 1, 1, 2, 3)))
    earliest, latest = chance.choice(HALF_DAYS)
    begins = _between(chance, earliest, latest)
    hours = chance.choice((1.5, 2, 2, 3, 4))
    for day in sorted(set(event_days)):
        yield _occurrence(campaign.zone, day, None if whole else begins, hours, venue, capacity)


def _between(chance: Random, earliest: time, latest: time) -> time:
    """A full or half hour from earliest to latest."""
    first, last = (at.hour * 2 + at.minute // 30 for at in (earliest, latest))
    half = chance.randint(first, last)
    return time(half // 2, half % 2 * 30)


def _occurrence(
    zone: str, day: date, begins: time | None, hours: float, venue: VenueDraft | None, capacity: int | None
) -> OccurrenceDraft:
    if begins is None:
        return OccurrenceDraft(day, day, venue=venue, capacity=capacity)
    start = clock.at_local(day, begins, zone)
    end = start + timedelta(hours=hours)
    return OccurrenceDraft(day, clock.day_of(end, zone), start, end, venue=venue, capacity=capacity)
