"""Drafts that nobody ever submitted, deleted a year after the end of their week.

One to which anything else refers stays: a pass, a code, a kiosk, a scan, a registration, in whichever package."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select

from models.campaigns.tables import Campaign
from models.db import Base, db, transaction
from models.events.tables import ChangeVerb, Event, EventChange, EventStatus, Occurrence

KEPT = timedelta(days=365)  # after the week
MOST = 50  # in one tick
# What is deleted with a draft: its own content, and what is computed from it.
_OWN = frozenset(
    "event_host event_audience event_spotlight event_format event_venue event_report event_change event_search "
    "event_reminder pair_ruling review_claim occurrence".split()
)
_NEVER_HANDED_IN = (ChangeVerb.CREATED, ChangeVerb.CHANGED, ChangeVerb.WITHDRAWN, ChangeVerb.CANCELLED)


def count_due(now: datetime) -> int:
    return db.session.scalar(_due(now).with_only_columns(func.count())) or 0


def delete_due(now: datetime) -> int:
    """How many were deleted, MOST at a time."""
    if not count_due(now):
        return 0  # without taking the write lock
    with transaction():
        # Locked, so that nobody submits one or makes a code for it meanwhile.
        query = _due(now).with_only_columns(Event.id).order_by(Event.id).limit(MOST).with_for_update()
        ids = list(db.session.scalars(query))
        delete_rows(ids)
    return len(ids)


def delete_rows(ids: Sequence[int]) -> None:
    """Delete events to which nothing else refers, inside the caller's transaction."""
    for table in reversed(Base.metadata.sorted_tables):
        for column in _references(table, "event.id") if table.name in _OWN else ():
            db.session.execute(table.delete().where(column.in_(ids)))
    db.session.execute(Base.metadata.tables["event"].delete().where(Event.id.in_(ids)))


def _due(now: datetime) -> Select[tuple[Event]]:
    over = [
        campaign.id
        for campaign in db.session.scalars(select(Campaign))
        if campaign.ends <= campaign.today(now) - KEPT
    ]
    handed_in = exists().where(EventChange.event_id == Event.id, EventChange.verb.not_in(_NEVER_HANDED_IN))
    return select(Event).where(
        Event.campaign_id.in_(over),
        Event.status == EventStatus.DRAFT,
        Event.origin.is_(None),  # an import would bring it again
        ~handed_in,
        *nothing_refers(),
    )


def nothing_refers() -> Iterator[ColumnElement[bool]]:
    """Conditions of events that stand alone."""
    for table in Base.metadata.sorted_tables:
        if table.name in _OWN:
            continue
        of_event = [column == Event.id for column in _references(table, "event.id")]
        if of_event:
            yield ~exists().where(or_(*of_event))
        for column in _references(table, "occurrence.id"):
            yield ~exists().where(column == Occurrence.id, Occurrence.event_id == Event.id)


def _references(table: Table, target: str) -> list[ColumnElement[int]]:
    return [
        column
        for column in table.columns
        if any(key.target_fullname == target for key in column.foreign_keys)
    ]
