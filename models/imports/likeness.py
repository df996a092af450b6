"""Events of one source that come again under another id: moved, renamed, or with a new UID at every export."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.campaigns.tables import Campaign
from models.db import db
from models.events.draft import EventDraft
from models.events.tables import Event, EventStatus, Occurrence
from models.imports.findings import Understood
from models.imports.spreadsheet import cells

_ALIKE = 0.6
_MOST = 3_000  # of a larger source, likeness is not looked for


@dataclass(frozen=True, slots=True)
class Likeness:
    """exact: the same title, start and place. Else it was moved or renamed."""

    event: Event
    exact: bool


def candidates(campaign: Campaign, origin: str, taken: Collection[int]) -> list[Event]:
    """The events of an origin that no row was imported as before, oldest first."""
    query = (
        select(Event)
        .where(
            Event.campaign_id == campaign.id,
            Event.origin == origin,
            Event.withdrawn_at.is_(None),
            Event.status != EventStatus.CANCELLED,
        )
        .options(selectinload(Event.occurrences).selectinload(Occurrence.venue), selectinload(Event.venues))
        .order_by(Event.id)
        .limit(_MOST + 1)
    )
    events = list(db.session.scalars(query))
    return [event for event in events if event.id not in taken] if len(events) <= _MOST else []


def alike(rows: Mapping[int, Understood], events: Sequence[Event], corrected: bool) -> dict[int, Likeness]:
    """By position the event that a row is. corrected: the file is a newer version of one that was imported, so that a row
    may be an event that was moved or renamed."""
    free = {event.id: event for event in events}
    found: dict[int, Likeness] = {}

    def pair(same: Callable[[EventDraft, Event], bool], exact: bool) -> None:
        for at, row in rows.items():
            if at in found or row.draft is None:
                continue
            match = next((event for event in free.values() if same(row.draft, event)), None)
            if match is not None:
                found[at] = Likeness(match, exact)
                del free[match.id]

    pair(
        lambda draft, event: (
            _title(draft) == _title(event) and _when(draft) == _when(event) and _where_fits(draft, event)
        ),
        True,
    )
    if corrected or found:
        pair(lambda draft, event: _title(draft) == _title(event) and _there_and_then(draft, event), True)
    if corrected or found:
        pair(lambda draft, event: _title(draft) == _title(event), False)
        pair(lambda draft, event: _there_and_then(draft, event) and _titles_alike(draft, event), False)
    return found


def dropped(events: Sequence[Event], versions: Collection[datetime], today: date) -> list[Event]:
    """Of the events left over those that came with the file of which this is a newer version, and are still to come.
    versions: when the events were taken in that the file still has."""
    return [
        event
        for event in events
        if event.created_at in versions and any(one.end_day >= today for one in event.occurrences)
    ]


def _title(one: EventDraft | Event) -> str:
    return cells.plain(one.title)


def _when(one: EventDraft | Event) -> tuple | None:
    firsts = [(occurrence.start_day, occurrence.start_at) for occurrence in one.occurrences]
    return (
        min(firsts, key=lambda first: (first[0], first[1].timestamp() if first[1] else 0.0))
        if firsts
        else None
    )


def _there_and_then(draft: EventDraft, event: Event) -> bool:
    return _when(draft) == _when(event) and _where_fits(draft, event)


def _where_fits(draft: EventDraft, event: Event) -> bool:
    """Whether both tell the same place, or one tells none."""
    told = {venue.name for venue in draft.all_venues()} or {draft.venue_text} - {""}
    here = {row.venue.name for row in event.venues} or {event.venue_text} - {""}
    return not told or not here or bool(told & here)


def _titles_alike(draft: EventDraft, event: Event) -> bool:
    one, other = _title(draft), _title(event)
    return one in other or other in one or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
