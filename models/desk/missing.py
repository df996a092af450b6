"""What is missing of events: figures of what is over, a time or place of what comes, a kiosk or poster for tomorrow."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_

from models.codes.venue_codes import CodeMethod, VenueCode
from models.devices.kiosks import KioskService
from models.events.tables import Event, EventStatus, EventVenue, Mode, Occurrence, OccurrenceStatus
from models.ledger.tables import Counter

PAST_DAYS = 14  # for so long after its end an event is asked for figures


class Missing(StrEnum):
    FIGURES = "figures"
    TIME = "time"
    PLACE = "place"
    REGION = "region"
    ENTRANCE = "entrance"


def condition(kind: Missing, today: date) -> ColumnElement[bool]:
    """The condition on Event that this is missing of it. today: in the campaign's zone."""
    return and_(Event.withdrawn_at.is_(None), Event.status != EventStatus.CANCELLED, _CONDITIONS[kind](today))


def _figures(today: date) -> ColumnElement[bool]:
    """An onsite event that is over since yesterday at the latest, without a visit at any of its occurrences."""
    counted = exists().where(
        Counter.occurrence_id == Occurrence.id, Occurrence.event_id == Event.id, Counter.visits > 0
    )
    late = _occurrence(Occurrence.end_day < today, Occurrence.end_day >= today - timedelta(days=PAST_DAYS))
    to_come = _occurrence(Occurrence.end_day >= today)
    return and_(Event.status == EventStatus.PUBLISHED, _on_site(), late, ~to_come, ~counted)


def _time(_today: date) -> ColumnElement[bool]:
    return ~exists().where(Occurrence.event_id == Event.id)


def _place(today: date) -> ColumnElement[bool]:
    named = exists().where(EventVenue.event_id == Event.id)
    return and_(_on_site(), Event.venue_text == "", ~named, _ahead(today))


def _region(today: date) -> ColumnElement[bool]:
    return and_(Event.region_code.is_(None), _ahead(today))


def _entrance(today: date) -> ColumnElement[bool]:
    """An onsite event of tomorrow without a kiosk and without a printed code."""
    kiosk = exists().where(KioskService.event_id == Event.id, KioskService.until.is_(None))
    poster = exists().where(
        VenueCode.event_id == Event.id,
        VenueCode.revoked_at.is_(None),
        VenueCode.method == CodeMethod.PRINTED,
    )
    tomorrow = today + timedelta(days=1)
    begins = _occurrence(Occurrence.start_day == tomorrow)
    return and_(Event.status == EventStatus.PUBLISHED, _on_site(), begins, ~kiosk, ~poster)


def _on_site() -> ColumnElement[bool]:
    return or_(Event.mode.is_(None), Event.mode != Mode.ONLINE)


def _ahead(today: date) -> ColumnElement[bool]:
    """Not over: the place of a past event need not be corrected."""
    return or_(~exists().where(Occurrence.event_id == Event.id), _occurrence(Occurrence.end_day >= today))


def _occurrence(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Occurrence.event_id == Event.id, Occurrence.status != OccurrenceStatus.CANCELLED, *conditions
    )


_CONDITIONS: dict[Missing, Callable[[date], ColumnElement[bool]]] = {
    Missing.FIGURES: _figures,
    Missing.TIME: _time,
    Missing.PLACE: _place,
    Missing.REGION: _region,
    Missing.ENTRANCE: _entrance,
}
