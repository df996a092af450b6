"""Which events the rows of a file were imported as before: by their ids, else by likeness; which of them it names no more."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from models.campaigns.tables import Campaign
from models.db import db
from models.events.draft import EventDraft
from models.events.merges import EventMerge, follow_merges
from models.events.tables import Event, EventStatus, Occurrence
from models.imports.findings import RowVerdict, Understood
from models.imports.source import Source
from models.imports.spreadsheet import cells

_IN_PARTS = 400
_WHOLE = (
    selectinload(Event.occurrences).selectinload(Occurrence.venue),
    selectinload(Event.lead),
    *(
        selectinload(part)
        for part in (
            Event.hosts,
            Event.audiences,
            Event.formats,
            Event.venues,
            Event.spotlight_rows,
            Event.report,
            Event.changes,
        )
    ),
)
_ALIKE = 0.6
_MOST = 3_000  # of a larger source, likeness is not looked for


@dataclass(frozen=True, slots=True)
class Likeness:
    """exact: the same title, start and place. Else it was moved or renamed."""

    event: Event
    exact: bool


class Comparison:
    """rows: by their position in the file. others: events of its origin that no row has the id of."""

    def __init__(
        self,
        campaign: Campaign,
        source: Source,
        rows: dict[int, Understood],
    ) -> None:
        self.campaign, self.source, self.rows = campaign, source, rows
        self.known = _known(campaign, list(rows.values()), source.origin)
        origins = {row.draft.origin for row in rows.values() if row.draft and row.draft.origin}
        imported_ids = {event.id for event in self.known.values()}
        unknown = {
            at: row
            for at, row in rows.items()
            if row.draft and self.event_of(row) is None and not row.numbered
        }
        candidates = _candidates(campaign, min(origins), imported_ids) if len(origins) == 1 else []
        self.others, ended = _of_two_kinds(candidates)
        self.alike = _alike(unknown, self.others, ended, corrected=bool(self.known)) if unknown else {}

    def event_of(self, row: Understood) -> Event | None:
        key = _key(row, self.source.origin)
        return self.known.get(key) if key else None

    def dropped(self, seen: Collection[int]) -> list[Event]:
        """Events that an earlier version of the file had, where most of its rows are of that version."""
        events = [*self.known.values(), *(likeness.event for likeness in self.alike.values())]
        tables = all("title" in (row.columns or ()) for row in self.rows.values() if row.draft)
        if not tables or not events or len(events) * 2 < len(self.rows):
            return []
        if self.source.origin and not self.source.asks:
            return []  # whether the file is all there is of its origin is said with it
        left = [event for event in self.others if event.id not in seen]
        versions = {
            event.created_at for event in events
        }  # when the events were taken in that the file still has
        return [event for event in left if event.occurrences and event.created_at in versions]

    def missing(self, seen: Collection[int], now: datetime) -> list[tuple[Event, bool]]:
        """Published events of the origin that the file names no more, and whether that is certain: no row that could not be
        read may be it. What is over is not called off by a file that dropped it: many calendars keep only what is to come."""
        unread = [row for row in self.rows.values() if row.verdict == RowVerdict.REFUSED]
        certain, shared = all(row.ref for row in unread), {_uid(row.ref) for row in unread}
        query = select(Event).where(
            Event.campaign_id == self.campaign.id,
            Event.origin == self.source.origin,
            Event.status == EventStatus.PUBLISHED,
            Event.withdrawn_at.is_(None),
            Event.occurrences.any(Occurrence.end_day >= self.campaign.today(now)),
        )
        events = db.session.scalars(query.options(*_WHOLE).order_by(Event.id))
        return [
            (event, certain and _uid(event.origin_ref or "") not in shared)
            for event in events
            if event.id not in seen
        ]


def _key(row: Understood, origin: str | None) -> tuple[str, str] | None:
    """The key of an event; None where its row has no certain one."""
    if row.draft:
        return row.draft.origin or "", row.ref
    return (origin, row.ref) if origin and row.ref else None


def _uid(ref: str) -> str:
    """What events of one UID have in common (uid, uid#begin)."""
    return ref.split("#")[0]


def _known(campaign: Campaign, rows: Sequence[Understood], origin: str | None) -> dict[tuple, Event]:
    """The events that these rows were imported as before, with all that a comparison needs."""
    refs_of: dict[str, list[str]] = {}
    for key in filter(None, (_key(row, origin) for row in rows)):
        refs_of.setdefault(key[0], []).append(key[1])
    known = {}
    for origin, refs in refs_of.items():
        for part in (refs[n : n + _IN_PARTS] for n in range(0, len(refs), _IN_PARTS)):
            query = select(Event).where(
                Event.campaign_id == campaign.id, Event.origin == origin, Event.origin_ref.in_(part)
            )
            for event in db.session.scalars(query.options(*_WHOLE)):
                known[event.origin, event.origin_ref] = event
    return follow_merges(known)


def whole_events(ids: Sequence[int]) -> dict[int, Event]:
    """Events by id, read anew with all that a comparison needs. At most some hundreds."""
    query = select(Event).where(Event.id.in_(ids)).options(*_WHOLE).execution_options(populate_existing=True)
    return {event.id: event for event in db.session.scalars(query)}


def _candidates(campaign: Campaign, origin: str, imported_ids: Collection[int]) -> list[Event]:
    """The events of an origin that no row was imported as before, oldest first; those included that were cancelled here or
    merged into another."""
    merged = Event.id.in_(select(EventMerge.event_id))
    query = (
        select(Event)
        .where(
            Event.campaign_id == campaign.id,
            Event.origin == origin,
            or_(Event.withdrawn_at.is_(None), merged),
        )
        .options(selectinload(Event.occurrences).selectinload(Occurrence.venue), selectinload(Event.venues))
        .order_by(Event.id)
        .limit(_MOST + 1)
    )
    events = list(db.session.scalars(query))
    return [event for event in events if event.id not in imported_ids] if len(events) <= _MOST else []


def _of_two_kinds(events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """Those that take place, and those that were cancelled or merged."""
    present: list[Event] = []
    ended: list[Event] = []
    for event in events:
        gone = event.withdrawn_at is not None or event.status == EventStatus.CANCELLED
        (ended if gone else present).append(event)
    return present, ended


def _alike(
    rows: Mapping[int, Understood], events: Sequence[Event], ended: Sequence[Event], corrected: bool
) -> dict[int, Likeness]:
    """By position the event that a row is. ended: cancelled or merged ones, which only a row equal to one of them is.
    corrected: the file is a newer version of one that was imported, so that a row may be an event that was moved or renamed."""
    pairs: dict[int, Likeness] = {}

    def pair(
        free: dict[int, Event], same: Callable[[EventDraft, Event], bool], *, exact: bool = False
    ) -> None:
        for at, row in rows.items():
            if at in pairs or row.draft is None:
                continue
            match = next((event for event in free.values() if same(row.draft, event)), None)
            if match is not None:
                pairs[at] = Likeness(match, exact)
                del free[match.id]

    present = {event.id: event for event in events}
    pair(present, _same, exact=True)
    pair({event.id: event for event in ended}, _same, exact=True)
    if corrected or pairs:
        pair(present, lambda draft, event: _title(draft) == _title(event))
        pair(present, lambda draft, event: _there_and_then(draft, event) and _titles_alike(draft, event))
    return pairs


def _same(draft: EventDraft, event: Event) -> bool:
    return _title(draft) == _title(event) and _there_and_then(draft, event)


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
    """Whether both name the same place, or one names none."""
    draft_places = {venue.name for venue in draft.all_venues()} or {draft.venue_text} - {""}
    event_places = {row.venue.name for row in event.venues} or {event.venue_text} - {""}
    return not draft_places or not event_places or bool(draft_places & event_places)


def _titles_alike(draft: EventDraft, event: Event) -> bool:
    one, other = _title(draft), _title(event)
    return one in other or other in one or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
