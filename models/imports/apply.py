"""Compare the rows of a file with the events that are there, give each row its verdict, write what is new or changed.

A row that is refused never stops the others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.events.merges import follow_merges
from models.events.tables import Event, EventStatus, Occurrence
from models.imports.calendar import to_draft
from models.imports.calendar.recurrence import Steps
from models.imports.findings import VERDICTS, CalendarEntry, Finding, Outcome, Row, RowVerdict, Understood
from models.imports.lead_region import seats_of, with_seat
from models.imports.likeness import alike, candidates, dropped
from models.imports.own_export import own_rows
from models.imports.own_rows_writer import grouped, write_own
from models.imports.row_writer import FIELDS, RowWriter, field_names
from models.imports.source import Mode, Source
from models.imports.spreadsheet.to_draft import understand
from models.imports.vocabulary import vocabulary_of
from models.publishing.change import event_transaction

_IN_PARTS = 400
_WHOLE = (
    selectinload(Event.occurrences).selectinload(Occurrence.venue),
    selectinload(Event.lead),
    *(
        selectinload(part)
        for part in (Event.hosts, Event.audiences, Event.formats, Event.venues, Event.report, Event.changes)
    ),
)


def preview(
    campaign: Campaign,
    rows: Sequence[Row | CalendarEntry],
    source: Source,
    now: datetime,
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """What would become of the rows that read_file gave; nothing is written. The outcomes are those of apply."""
    return _run(RowWriter(campaign, now, source, Mode.PREVIEW), rows, on_row)


def apply(
    campaign: Campaign,
    rows: Sequence[Row | CalendarEntry],
    source: Source,
    now: datetime,
    cancel: Collection[int] = (),
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Write what is new or changed, all in one transaction: an outcome for each row, then those for missing events.

    cancel: where the source asks, the ids of the events that a person agreed to cancel. on_row: called after each row.
    Raises Mistake when the database cannot take the file in; then nothing was written."""
    return _run(RowWriter(campaign, now, source, Mode.ALL, cancel), rows, on_row)


def apply_each(
    campaign: Campaign,
    rows: Sequence[Row | CalendarEntry],
    source: Source,
    now: datetime,
    cancel: Collection[int] = (),
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """The same, each row in a transaction of its own: one that the database refuses holds up no other."""
    return _run(RowWriter(campaign, now, source, Mode.EACH, cancel), rows, on_row)


def _run(
    writer: RowWriter, rows: Sequence[Row | CalendarEntry], on_row: Callable[[], object]
) -> list[Outcome]:
    campaign, source, now = writer.campaign, writer.source, writer.now
    vocabulary, steps = vocabulary_of(campaign), Steps()
    read = [
        understand(row, vocabulary) if isinstance(row, Row) else to_draft.understand(row, vocabulary, steps)
        for row in rows
    ]
    own = own_rows(campaign, rows, source.exported)
    seats = seats_of(each.draft.lead.name for each in read if each.draft and each.draft.lead)
    others = [position for position in range(len(rows)) if position not in own]
    understood = _each_once(_adopted(rows[at], read[at], source, seats) for at in others)
    try:
        with event_transaction() if writer.mode == Mode.ALL else nullcontext():
            if writer.writes:
                # Two imports of one file at once would both find its rows new: the second waits here.
                db.session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
            known = _known(campaign, understood, source.origin)
            found: dict[int, Outcome] = {}
            for group in grouped(campaign, read, own):
                found |= write_own(writer, group)
            again = _Again(campaign, source, dict(zip(others, understood, strict=True)), known)
            for position, row in again.rows.items():
                found[position] = writer.write(row, again.event_of(row), again.alike.get(position))
                on_row()
            outcomes = [found[position] for position in sorted(found)]
            seen = {outcome.event for outcome in outcomes if outcome.event}
            if source.complete and source.origin:
                missing = _missing(campaign, source.origin, understood, seen, now)
                outcomes += [writer.write_missing(event, certain) for event, certain in missing]
            else:
                outcomes += [writer.write_dropped(event) for event in again.dropped(seen, now)]
    except SQLAlchemyError:
        raise Mistake(
            N_("The file could not be saved to the database. Nothing was saved; please try again.")
        ) from None
    return outcomes


class _Again:
    """Which events the rows of a file were imported as before: by their ids, else by likeness."""

    def __init__(
        self,
        campaign: Campaign,
        source: Source,
        rows: dict[int, Understood],
        known: dict[tuple, Event],
    ) -> None:
        self.campaign, self.source, self.rows, self.known = campaign, source, rows, known
        origins = {row.draft.origin for row in rows.values() if row.draft and row.draft.origin}
        taken = {event.id for event in known.values()}
        unknown = {
            at: row
            for at, row in rows.items()
            if row.draft and self.event_of(row) is None and not row.numbered
        }
        self.others = candidates(campaign, min(origins), taken) if len(origins) == 1 else []
        self.alike = alike(unknown, self.others, corrected=bool(known)) if unknown else {}

    def event_of(self, row: Understood) -> Event | None:
        key = _key(row, self.source.origin)
        return self.known.get(key) if key else None

    def dropped(self, seen: Collection[int], now: datetime) -> list[Event]:
        """Events that an earlier version of the file had, where most of its rows are of that version."""
        events = [*self.known.values(), *(likeness.event for likeness in self.alike.values())]
        tables = all("title" in (row.columns or ()) for row in self.rows.values() if row.draft)
        if not tables or not events or len(events) * 2 < len(self.rows):
            return []
        if self.source.origin and not self.source.asks:
            return []  # whether the file is all there is of its origin is told with it
        left = [event for event in self.others if event.id not in seen]
        return dropped(left, {event.created_at for event in events}, self.campaign.today(now))


def counts(outcomes: Iterable[Outcome]) -> dict[RowVerdict, int]:
    """How many rows got each verdict, every verdict named."""
    found = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: found[verdict] for verdict in VERDICTS}


def _adopted(
    row: Row | CalendarEntry, read: Understood, source: Source, seats: Mapping[str, set[str | None]]
) -> Understood:
    """A row as the source's desk takes it: with its lead's region where it names none, and what the desk fills in."""
    if read.draft is None:
        return read if isinstance(row, CalendarEntry) else replace(read, ref=row.cells["id"])
    told = replace(read.draft, origin=source.origin or read.draft.origin)
    written = with_seat(told, seats)
    ref = written.origin_ref or ""
    try:
        draft = source.adopt(written)
    except Mistake as mistake:
        return Understood(row.number, RowVerdict.REFUSED, (Finding.of(mistake),), title=read.title, ref=ref)
    filled = [
        name
        for name in FIELDS
        if getattr(told, name) != getattr(draft, name) and (name != "lead" or told.lead is None)
    ]
    findings = (
        (Finding(N_("Added automatically: %(fields)s."), fields=field_names(filled)),) if filled else ()
    )
    return replace(read, draft=draft, ref=ref, findings=(*read.findings, *findings))


def _each_once(rows: Iterable[Understood]) -> list[Understood]:
    """A second row of the same event in one file is refused: which of them is right is not ours to say."""
    first: dict[tuple, int] = {}
    found = []
    for row in rows:
        key = (row.draft.origin, row.ref) if row.draft else None
        if key and key in first:
            why = Finding(
                N_("This is the same event as row %(row)s. Please remove one of them."), row=first[key]
            )
            row = Understood(row.number, RowVerdict.REFUSED, (why,), title=row.title, ref=row.ref)
        elif key:
            first[key] = row.number
        found.append(row)
    return found


def _key(row: Understood, origin: str | None) -> tuple[str, str] | None:
    """What an event is known by; None where its row does not tell for certain."""
    if row.draft:
        return row.draft.origin or "", row.ref
    return (origin, row.ref) if origin and row.ref else None


def _uid(ref: str) -> str:
    """What events of one UID have in common (uid, uid#begin)."""
    return ref.split("#")[0]


def _known(campaign: Campaign, rows: Sequence[Understood], origin: str | None) -> dict[tuple, Event]:
    """The events that these rows were imported as before, with all that a comparison needs."""
    wanted: dict[str, list[str]] = {}
    for key in filter(None, (_key(row, origin) for row in rows)):
        wanted.setdefault(key[0], []).append(key[1])
    known = {}
    for origin, refs in wanted.items():
        for part in (refs[n : n + _IN_PARTS] for n in range(0, len(refs), _IN_PARTS)):
            asked = select(Event).where(
                Event.campaign_id == campaign.id, Event.origin == origin, Event.origin_ref.in_(part)
            )
            for event in db.session.scalars(asked.options(*_WHOLE)):
                known[event.origin, event.origin_ref] = event
    return follow_merges(known)


def _missing(
    campaign: Campaign, origin: str, rows: Sequence[Understood], seen: set[int], now: datetime
) -> list[tuple[Event, bool]]:
    """Published events of an origin that its file names no more, and whether that is certain: no row that could not be
    read may be it. What is over is not called off by a file that dropped it: many calendars keep only what is to come."""
    unread = [row for row in rows if row.verdict == RowVerdict.REFUSED]
    named, shared = all(row.ref for row in unread), {_uid(row.ref) for row in unread}
    asked = select(Event).where(
        Event.campaign_id == campaign.id,
        Event.origin == origin,
        Event.status == EventStatus.PUBLISHED,
        Event.withdrawn_at.is_(None),
        Event.occurrences.any(Occurrence.end_day >= campaign.today(now)),
    )
    events = db.session.scalars(asked.options(*_WHOLE).order_by(Event.id))
    return [
        (event, named and _uid(event.origin_ref or "") not in shared)
        for event in events
        if event.id not in seen
    ]
