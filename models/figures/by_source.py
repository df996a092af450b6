"""Visits of an event by where they came from: each kiosk, each venue code, the desk. For the live page.

Reads the scan of each visit, so that it takes as long as there are visits: web.figures.live.snapshots asks seldom.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from models.campaigns.tables import Campaign
from models.codes.venue_codes import VenueCode
from models.db import db
from models.devices.kiosks import Kiosk
from models.events.tables import Occurrence
from models.figures.filters import FiguresFilter, apply_filter
from models.figures.visits import of_event
from models.ledger.tables import Presence, Scan
from models.places.tables import Venue


@dataclass(frozen=True)
class SourceVisits:
    """kiosk: the name of the device; code: the number of a venue code; neither: entered at the desk. venue: where the code
    hangs. hours: visits by day and hour."""

    kiosk: str | None
    code: int | None
    venue: str | None
    rotating: bool
    visits: int
    hours: dict[tuple[date, int], int]


_KEY = (Scan.kiosk_id, Scan.code_number, Presence.day, Presence.hour)


def visits_by_source(event_id: int) -> list[SourceVisits]:
    """Of an event, the largest first."""
    query = select(*_KEY, func.sum(Presence.weight)).join(Scan, Scan.id == Presence.visit_id)
    query = query.join(Occurrence, Occurrence.id == Presence.occurrence_id)
    return _by_source(query.where(of_event(event_id)))


def visits_by_source_of(campaign: Campaign, part: FiguresFilter) -> list[SourceVisits]:
    """The same of any part of a campaign."""
    query = apply_filter(select(*_KEY, func.sum(Presence.weight)), Presence, campaign, part)
    return _by_source(query.join(Scan, Scan.id == Presence.visit_id))


def _by_source(query: Select) -> list[SourceVisits]:
    """query: of _KEY and the visits."""
    hours: dict[tuple, dict] = defaultdict(dict)
    for kiosk_id, code, day, hour, visits in db.session.execute(
        query.where(Presence.weight > 0).group_by(*_KEY)
    ):
        hours[kiosk_id, code][day, hour] = int(visits)
    names = _kiosk_names({kiosk_id for kiosk_id, _code in hours if kiosk_id is not None})
    codes = _codes({code for _kiosk, code in hours if code is not None})
    rows = [
        SourceVisits(
            kiosk=names.get(kiosk_id),
            code=code,
            venue=codes[code][0] if code in codes else None,
            rotating=code in codes and codes[code][1],
            visits=sum(by_hour.values()),
            hours=dict(sorted(by_hour.items())),
        )
        for (kiosk_id, code), by_hour in hours.items()
    ]
    return sorted(rows, key=lambda row: (-row.visits, row.kiosk or "", row.code or 0))


def _kiosk_names(ids: set[int]) -> dict[int, str]:
    return dict(db.session.execute(select(Kiosk.id, Kiosk.name).where(Kiosk.id.in_(ids))).tuples().all())


def _codes(numbers: set[int]) -> dict[int, tuple[str | None, bool]]:
    query = select(VenueCode.number, Venue.name, VenueCode.method).outerjoin(
        Venue, Venue.id == VenueCode.venue_id
    )
    return {
        number: (venue, method == "rotating")
        for number, venue, method in db.session.execute(query.where(VenueCode.number.in_(numbers)))
    }
