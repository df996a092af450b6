"""What becomes of the rows of our own exports, event by event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.events.draft import EventDraft, OccurrenceDraft, differences, draft_of
from models.events.draft_rules import check_draft
from models.events.tables import Event, EventStatus, Occurrence
from models.ics.vevent import CANCELLED_PREFIX
from models.imports.findings import Finding, Outcome, RowVerdict, Understood
from models.imports.own_export import OwnRow
from models.imports.row_writer import RowWriter, field_names
from models.imports.spreadsheet.fields_of_columns import fields_of_columns

_OF_OCCURRENCES = frozenset("start_date end_date start_time end_time venue_text address capacity".split())


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The rows of one event: the position of each, as it was read, and what was edited in it."""

    event: Event
    rows: tuple[tuple[int, Understood, OwnRow], ...]


def grouped(campaign: Campaign, read: Sequence[Understood], own: Mapping[int, OwnRow]) -> list[OwnRows]:
    ids = {row.event_id for row in own.values()}
    events = {
        event.id: event
        for event in db.session.scalars(
            select(Event).where(Event.id.in_(ids), Event.campaign_id == campaign.id)
        )
    }
    rows: dict[int, list[tuple[int, Understood, OwnRow]]] = {}
    for at, row in own.items():
        if row.event_id in events:
            rows.setdefault(row.event_id, []).append((at, read[at], row))
    return [OwnRows(events[event_id], tuple(group)) for event_id, group in rows.items()]


def write_own(writer: RowWriter, group: OwnRows) -> dict[int, Outcome]:
    """The outcome of each row by its position; what was edited is written."""
    event = group.event
    try:
        writer.source.adopt(draft_of(event))  # refuses what is not on this desk
        return _written(writer, group)
    except Mistake as mistake:
        why = Finding.of(mistake)
        return {
            at: Outcome(row.number, RowVerdict.REFUSED, (why,), event.id, row.title)
            for at, row, _ in group.rows
        }


def _written(writer: RowWriter, group: OwnRows) -> dict[int, Outcome]:
    event = group.event
    draft = draft_of(event)
    outcomes: dict[int, Outcome] = {}
    off: set[int] = set()
    for at, row, own in group.rows:
        outcome = Outcome(row.number, RowVerdict.SAME, (), event.id, row.title)
        if own.changed and row.draft is None:
            outcome = replace(outcome, verdict=row.verdict or RowVerdict.REFUSED, findings=row.findings)
        elif own.changed and row.draft is not None:
            if row.cancelled and own.occurrence_id is not None:
                off.add(own.occurrence_id)
            draft = _edited(draft, row.draft, own, _occurrence(event, own))
            outcome = replace(outcome, verdict=RowVerdict.CHANGED, findings=row.findings, draft=draft)
        outcomes[at] = outcome
    live = {one.id for one in event.occurrences if one.status != EventStatus.CANCELLED}
    if off and live <= off:
        why = Finding(N_("Its source says it is cancelled."))
        cancelled = writer.cancel_event(None, (why,), event)
        return {
            at: replace(cancelled, row=outcome.row, title=outcome.title)
            if outcome.verdict == RowVerdict.CHANGED
            else outcome
            for at, outcome in outcomes.items()
        }
    draft = _without(draft, [one for one in event.occurrences if one.id in off])
    check_draft(writer.campaign, draft)
    fields = differences(event, draft)
    if fields:
        writer.write_change(event, draft)
    why = Finding(N_("Changed: %(fields)s."), fields=field_names(fields))
    return {at: _told(outcome, why, bool(fields), writer) for at, outcome in outcomes.items()}


def _told(outcome: Outcome, why: Finding, differs: bool, writer: RowWriter) -> Outcome:
    if outcome.verdict != RowVerdict.CHANGED:
        return outcome
    if not differs:
        return replace(outcome, verdict=RowVerdict.SAME)
    return replace(outcome, findings=(why, *outcome.findings), written=writer.writes)


def _occurrence(event: Event, own: OwnRow) -> Occurrence | None:
    return next((one for one in event.occurrences if one.id == own.occurrence_id), None)


def _edited(draft: EventDraft, read: EventDraft, own: OwnRow, occurrence: Occurrence | None) -> EventDraft:
    """The event with the edited cells of one row."""
    fields = fields_of_columns(own.changed) - {"occurrences", "origin", "origin_ref"}
    values = {name: getattr(read, name) for name in fields}
    if "title" in values:
        values["title"] = read.title.removeprefix(CANCELLED_PREFIX)
    if occurrence is None or not own.changed & _OF_OCCURRENCES or not read.occurrences:
        return replace(draft, **values)
    told = read.occurrences[0]
    venue_told = bool(own.changed & {"venue_text", "address"})

    def edited(one: OccurrenceDraft) -> OccurrenceDraft:
        return replace(told, venue=told.venue if venue_told else one.venue, capacity=one.capacity)

    occurrences = tuple(edited(one) if _is(one, occurrence) else one for one in draft.occurrences)
    if not venue_told:
        values.pop("venues", None)
        values.pop("venue_text", None)
    elif len(draft.venues) > 1:
        values.pop("venues", None)
    return replace(draft, **values, occurrences=occurrences)


def _is(draft: OccurrenceDraft, occurrence: Occurrence) -> bool:
    return (draft.start_day, draft.start_at) == (occurrence.start_day, occurrence.start_at)


def _without(draft: EventDraft, off: Sequence[Occurrence]) -> EventDraft:
    left = tuple(one for one in draft.occurrences if not any(_is(one, gone) for gone in off))
    return replace(draft, occurrences=left)
