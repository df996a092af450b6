"""The sums of figures, counted anew from the recounted visits, and as they are stored. Rows: values by column, by key."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import groupby
from operator import itemgetter

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import aliased

from models.campaigns.tables import Campaign
from models.db import db
from models.events.merges import standing_id
from models.events.tables import Event, Occurrence
from models.ledger.sum_tables import SUM_COLUMNS, EventPlacement, FigureSum
from models.organizations.tables import Organization

_PLACE = ("kept_id", "region_code", "line")
# Nearly every holder has one visit, so that the heads of all visits are participants but for the holders with several. Those
# are found by the index of presences, which have been compared with the visits.
_SEVERAL_VISITS = """
SELECT holder, occurrence_id, day, audience, weight FROM recount_visit WHERE identified = 1 AND weight > 0
  AND holder IN (SELECT holder FROM presence GROUP BY holder HAVING COUNT(*) > 1)
ORDER BY holder
"""


def places(campaign: Campaign, estimated: Set[int]) -> dict[tuple, dict[str, object]]:
    """Under what each event with visits counts, by its id. estimated: the occurrences where an estimate adds visits."""
    kept = aliased(Event)
    scanned = Occurrence.id.in_(text("SELECT occurrence_id FROM recount_visit WHERE weight > 0"))
    visited = select(Occurrence.event_id).where(or_(scanned, Occurrence.id.in_(estimated)))
    query = (
        select(Event.id, kept.id, kept.region_code, Organization.line)
        .select_from(Event)
        .join(kept, kept.id == standing_id("event.id"))
        .outerjoin(Organization, Organization.id == kept.lead_id)
        .where(Event.campaign_id == campaign.id, Event.id.in_(visited))
    )
    return {
        (event_id,): dict(zip(_PLACE, (kept_id, region_code or "", line or ""), strict=True))
        for event_id, kept_id, region_code, line in db.session.execute(query)
    }


def stored_places(campaign: Campaign) -> dict[tuple, dict[str, object]]:
    columns = (getattr(EventPlacement, name) for name in ("event_id", *_PLACE))
    query = select(*columns).where(EventPlacement.campaign_id == campaign.id)
    return {
        (event_id,): dict(zip(_PLACE, values, strict=True)) for event_id, *values in db.session.execute(query)
    }


def sums(
    campaign: Campaign, place_of_event: Mapping[tuple, Mapping], cells: Iterable[Sequence]
) -> dict[tuple, dict[str, int]]:
    """SUM_COLUMNS by kind and value; rows of zeros left out. cells: occurrence, day, hour, group, method, visits, visits by
    passes that visitors took, people inside, and visits of identified holders."""
    events = select(Occurrence.id, Occurrence.event_id).join(Event).where(Event.campaign_id == campaign.id)
    place_of = {id: place_of_event.get((event_id,)) for id, event_id in db.session.execute(events)}

    def keys(occurrence_id: int, day: object, group: str) -> list[tuple[str, str]]:
        place = place_of[occurrence_id] or {}
        values = ("", place["region_code"], place["line"], str(place["kept_id"]), group, str(day))
        return list(zip(("total", "region", "line", "event", "audience", "day"), values, strict=True))

    rows: dict[tuple, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUM_COLUMNS, 0))
    for occurrence_id, day, _hour, group, method, visits, taken, _inside, heads in cells:
        for key in keys(occurrence_id, day, group) if visits else ():
            rows[key][f"visits_{method}"] += int(visits)
            rows[key]["taken"] += int(taken)
            rows[key]["participants"] += int(heads)
    for _holder, visits_of_holder in groupby(db.session.execute(text(_SEVERAL_VISITS)), itemgetter(0)):
        weights = defaultdict(list)
        for _, occurrence_id, day, group, weight in visits_of_holder:
            for key in keys(occurrence_id, day, group):
                weights[key].append(weight)
        for key, several in weights.items():
            rows[key]["participants"] -= sum(several) - max(several)
    return _without_zeros(rows)


def stored_sums(campaign: Campaign) -> dict[tuple, dict[str, int]]:
    totals = (func.sum(getattr(FigureSum, name)) for name in SUM_COLUMNS)
    query = (
        select(FigureSum.kind, FigureSum.value, *totals)
        .where(FigureSum.campaign_id == campaign.id)
        .group_by(FigureSum.kind, FigureSum.value)
    )
    return _without_zeros(
        {
            (kind, value): dict(zip(SUM_COLUMNS, map(int, numbers), strict=True))
            for kind, value, *numbers in db.session.execute(query)
        }
    )


def _without_zeros(rows: Mapping[tuple, dict[str, int]]) -> dict[tuple, dict[str, int]]:
    return {key: numbers for key, numbers in rows.items() if any(numbers.values())}
