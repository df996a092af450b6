"""Merged events, and which event stands for each."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from sqlalchemy import ColumnElement, ForeignKey, Integer, Select, literal_column, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models import clock
from models.db import Base, db
from models.errors import N_, Conflict, Mistake
from models.events.tables import PUBLIC, Event, EventStatus, Mode, Occurrence, OccurrenceStatus
from models.organizations.tables import Account, Role
from models.places.tables import Venue

_IDS_IN_A_QUERY = 400
_STANDING_ID = "COALESCE((SELECT kept_id FROM event_merge WHERE event_merge.event_id = ?), ?)"

Key = TypeVar("Key")


class EventMerge(Base):
    """event_id was merged into kept_id: it is withdrawn, and the other event stands for both."""

    __tablename__ = "event_merge"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)


def obstacle(kept: Event, other: Event, by: Account | None) -> Mistake | None:
    """Why an account may not merge the other event into the kept one; None where it may. by None: the operator.

    What the public has seen stays public (rule 1): a published event goes on as a published one, a cancelled one stays
    visible, if not by itself then by an event that takes place."""
    if (
        kept.withdrawn_at
        or other.withdrawn_at
        or kept.id == other.id
        or kept.campaign_id != other.campaign_id
    ):
        return Conflict(N_("These two are no longer a possible duplicate. Reload the page."))
    if by is not None and by.role == Role.ORGANIZER and (kept.published_at or other.published_at):
        return Mistake(N_("Published events are merged by an office. Ask yours to merge these two."))
    published_ends = other.status == EventStatus.PUBLISHED != kept.status
    if published_ends or (other.status in PUBLIC and kept.status not in PUBLIC):
        return Conflict(N_("Keep the published event: visitors and calendars already have it."))
    return None


def added_sessions(kept: Event, other: Event) -> list[Occurrence]:
    """The sessions of the other event that the kept one takes over: those on days when it has none, if people find them there
    as before. One that the kept event called off stays called off."""
    if EventStatus.CANCELLED in (kept.status, other.status) or _online(kept) != _online(other):
        return []
    days = {day for row in kept.occurrences for day in clock.days(row.start_day, row.end_day)}
    rows = [row for row in _scheduled(other) if days.isdisjoint(clock.days(row.start_day, row.end_day))]
    return [row for row in rows if _keeps_place(row, kept)]


def ending_sessions(kept: Event, other: Event) -> list[Occurrence]:
    """The sessions of the other event that a merge leaves nowhere: at times that the kept one does not have."""
    times = {(row.start_day, row.end_day, row.start_at, row.end_at) for row in _scheduled(kept)}
    added = added_sessions(kept, other)
    rows = [row for row in _scheduled(other) if row not in added]
    return [row for row in rows if (row.start_day, row.end_day, row.start_at, row.end_at) not in times]


def venue_of(occurrence: Occurrence) -> Venue | None:
    """The venue of a session: its own, else the only one of its event."""
    venues = [row.venue for row in occurrence.event.venues]
    return occurrence.venue or (venues[0] if len(venues) == 1 else None)


def _keeps_place(occurrence: Occurrence, kept: Event) -> bool:
    """Whether a session of another event is at the same place once it is the kept event's: a session can only name a venue, and
    an event no two venues of one name."""
    venue = venue_of(occurrence)
    if venue is None:
        return _place_of_event(kept) == _place_of_event(occurrence.event)
    return all(row.venue_id == venue.id or row.venue.name != venue.name for row in kept.venues)


def _place_of_event(event: Event) -> tuple[str | None, str, str, frozenset[int]]:
    """Where an event says that its sessions are."""
    venue_ids = frozenset(row.venue_id for row in event.venues)
    return event.region_code, event.region_text, event.venue_text, venue_ids


def _online(event: Event) -> tuple[str | None, str]:
    """How an event is seen online. A session cannot say it by itself."""
    return event.mode if event.mode in (Mode.ONLINE, Mode.MIXED) else None, event.online_url


def _scheduled(event: Event) -> list[Occurrence]:
    return [row for row in event.occurrences if row.status == OccurrenceStatus.SCHEDULED]


def record_merge(event: Event, kept: Event) -> None:
    """event was merged into kept, and so are those merged into event before. Runs inside the caller's transaction."""
    db.session.execute(update(EventMerge).where(EventMerge.kept_id == event.id).values(kept_id=kept.id))
    db.session.add(EventMerge(event_id=event.id, kept_id=kept.id))


def standing_id_sql(event_id: str) -> str:
    """The id of the event that stands for the one of this column, as an SQL expression. For queries over whole tables."""
    return _STANDING_ID.replace("?", event_id)


def standing_id(event_id: str) -> ColumnElement[int]:
    """The same for a query of SQLAlchemy. event_id: as event.id."""
    return literal_column(standing_id_sql(event_id), Integer)


def kept_ids(event_ids: Collection[int] | Select[tuple[int]]) -> Select[tuple[int]]:
    """The ids of the events that stand for the merged ones of these."""
    return select(EventMerge.kept_id).where(EventMerge.event_id.in_(event_ids))


def merged_ids(event_ids: Collection[int] | Select[tuple[int]]) -> Select[tuple[int]]:
    """The ids of the events that were merged into these."""
    return select(EventMerge.event_id).where(EventMerge.kept_id.in_(event_ids))


def standing_for(event_ids: Collection[int]) -> dict[int, int]:
    """For each of these events that was merged: the id of the event that stands for it."""
    standing: dict[int, int] = {}
    for part in _parts(event_ids):
        pairs = select(EventMerge.event_id, EventMerge.kept_id).where(EventMerge.event_id.in_(part))
        standing |= dict(db.session.execute(pairs).tuples().all())
    return standing


def merged_into(event_ids: Collection[int]) -> dict[int, list[int]]:
    """For each of these events: the ids of those that were merged into it, in order."""
    merged: dict[int, list[int]] = {event_id: [] for event_id in event_ids}
    for part in _parts(event_ids):
        pairs = select(EventMerge.kept_id, EventMerge.event_id).where(EventMerge.kept_id.in_(part))
        for kept_id, event_id in db.session.execute(pairs.order_by(EventMerge.event_id)):
            merged[kept_id].append(event_id)
    return merged


def with_standing(event_ids: Collection[int]) -> frozenset[int]:
    """These events, and those that stand for the merged ones of them."""
    return frozenset(event_ids) | set(standing_for(event_ids).values())


def standing_event(event: Event) -> Event:
    """The event that stands for this one; itself, where it was never merged."""
    if event.withdrawn_at is None:
        return event
    kept_id = standing_for([event.id]).get(event.id)
    return db.session.get_one(Event, kept_id) if kept_id else event


def follow_merges(events: dict[Key, Event]) -> dict[Key, Event]:
    """The same, with each merged event replaced by the one that stands for it."""
    standing = standing_for([event.id for event in events.values() if event.withdrawn_at is not None])
    kept: dict[int, Event] = {}
    for part in _parts(set(standing.values())):
        kept |= {event.id: event for event in db.session.scalars(select(Event).where(Event.id.in_(part)))}
    return {key: kept[standing[event.id]] if event.id in standing else event for key, event in events.items()}


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    in_order = sorted(ids)
    for start in range(0, len(in_order), _IDS_IN_A_QUERY):
        yield in_order[start : start + _IDS_IN_A_QUERY]
