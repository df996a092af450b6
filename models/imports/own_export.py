"""Our own exports handed back: a row of events.csv or an entry of a calendar that names one of our occurrences is that
occurrence. What is unchanged is the same; a cell that was edited changes its event."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, db
from models.errors import N_, Mistake
from models.events.draft import EventDraft, OccurrenceDraft, differences, draft_of
from models.events.draft_rules import check_draft
from models.events.merges import standing_event
from models.events.tables import Event, Occurrence, OccurrenceStatus
from models.ics import entries
from models.ics.vevent import CANCELLED_PREFIX, own_description
from models.imports import plain_text
from models.imports.calendar import ics_file
from models.imports.findings import CalendarEntry, Finding, Outcome, Row, RowVerdict, Understood, field_names
from models.imports.read_file import read
from models.imports.row_writer import DELETED_HERE, MERGED_HERE, RowWriter
from models.imports.source import Exported
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.column_synonyms import fields_of_columns
from models.installation import site

_UID = re.compile(r"occ-(\d{1,18})@(.+)")
_NUMBER = re.compile(r"\d{1,18}")
_NOT_COMPARED = frozenset({"updated", "page_url", "line"})
# By property of a calendar entry: the column of a table with the same content.
_PROPERTIES = {
    "SUMMARY": "title", "DTSTART": "start_date", "DTEND": "end_date", "DURATION": "end_time", "LOCATION": "venue_text",
    "STATUS": "status", "DESCRIPTION": "description", "RRULE": "start_date", "RDATE": "start_date",
}  # fmt: skip
_IN_PARTS = 400
_OF_OCCURRENCES = frozenset("start_date end_date start_time end_time venue_text address capacity".split())


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of an export of ours. occurrence_id None: of an event without a date. changed: the columns that were edited; none
    where the event has left the export since. of_calendar: below its description stand lines written from other fields."""

    event_id: int
    occurrence_id: int | None
    changed: frozenset[str]
    of_calendar: bool = False


def own_rows(
    campaign: Campaign, rows: Sequence[Row | CalendarEntry], exported: Exported
) -> dict[int, OwnRow]:
    """By the position of a row which of our occurrences it is; rows of other files are not in it. exported: gives events.csv
    of a campaign as it is now."""
    table_rows = {at: row for at, row in enumerate(rows) if isinstance(row, Row) and _is_own(campaign, row)}
    entry_rows = {
        at: row for at, row in enumerate(rows) if isinstance(row, CalendarEntry) and _occurrence_id(row.uid)
    }
    own = _own_table_rows(campaign, table_rows, _now(campaign, exported)) if table_rows else {}
    return own | (_own_entries(campaign, entry_rows) if entry_rows else {})


def _is_own(campaign: Campaign, row: Row) -> bool:
    """Whether a row names an event of this installation and campaign by its number and its address."""
    if "occurrence_number" not in row.columns or not _NUMBER.fullmatch(row.cells["id"]):
        return False
    try:
        parts = urlsplit(row.cells["page_url"])
    except ValueError:
        return False
    hosts = {urlsplit(site().base_url).hostname, site().uid_domain}
    return parts.hostname in hosts and parts.path == f"/{campaign.id}/events/{row.cells['id']}"


def _now(campaign: Campaign, exported: Exported) -> dict[tuple[str, str], Row]:
    """The rows of the export as it is now, by the numbers of event and occurrence."""
    data = exported(campaign)
    return {(row.cells["id"], row.cells["occurrence_number"]): row for row in (read(data) if data else [])}


def _own_table_rows(
    campaign: Campaign, rows: Mapping[int, Row], now: Mapping[tuple[str, str], Row]
) -> dict[int, OwnRow]:
    own = {}
    withdrawn = _withdrawn_ids(campaign, {min(int(row.cells["id"]), LARGEST_ID) for row in rows.values()})
    for at, row in rows.items():
        if int(row.cells["id"]) in withdrawn:
            own[at] = OwnRow(int(row.cells["id"]), None, frozenset())
        current = now.get((row.cells["id"], row.cells["occurrence_number"]))
        if current is not None:
            changed = {
                name
                for name in row.columns
                if name not in _NOT_COMPARED and not _equal(row.cells[name], current.cells.get(name, ""))
            }
            occurrence = row.cells["occurrence_number"]
            own[at] = OwnRow(
                int(row.cells["id"]), int(occurrence) if occurrence else None, frozenset(changed)
            )
    return own


def _withdrawn_ids(campaign: Campaign, ids: Collection[int]) -> set[int]:
    """Those of these events that were merged or deleted."""
    in_order, withdrawn = sorted(ids), set[int]()
    for start in range(0, len(in_order), _IN_PARTS):
        part = Event.id.in_(in_order[start : start + _IN_PARTS])
        query = select(Event.id).where(
            part, Event.campaign_id == campaign.id, Event.withdrawn_at.is_not(None)
        )
        withdrawn |= set(db.session.scalars(query))
    return withdrawn


def _equal(one: str, other: str) -> bool:
    """Whether two cells say the same; a spreadsheet writes 30.2500 as 30.25 and 09:00 as 09:00:00."""
    if cells.plain(one) == cells.plain(other):
        return True
    clocks = cells.clock_time(one), cells.clock_time(other)
    if None not in clocks:
        return clocks[0] == clocks[1]
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _occurrence_id(uid: str) -> int | None:
    match = _UID.fullmatch(uid.partition("#")[0])
    return min(int(match[1]), LARGEST_ID) if match and match[2] == site().uid_domain else None


def _own_entries(campaign: Campaign, rows: Mapping[int, CalendarEntry]) -> dict[int, OwnRow]:
    occurrence_ids = {at: _occurrence_id(row.uid) for at, row in rows.items()}
    ids = [occurrence_id for occurrence_id in occurrence_ids.values() if occurrence_id is not None]
    events: dict[int, Event] = {}
    for start in range(0, len(ids), _IN_PARTS):
        query = (
            select(Occurrence)
            .join(Event)
            .where(Occurrence.id.in_(ids[start : start + _IN_PARTS]), Event.campaign_id == campaign.id)
        )
        events |= {occurrence.id: occurrence.event for occurrence in db.session.scalars(query)}
    now: dict[str, CalendarEntry] = {}
    for event in {event.id: event for event in events.values()}.values():
        if event.published_at is not None and event.withdrawn_at is None:
            now |= {entry.uid: entry for entry in ics_file.read(entries.single(event))}
    own = {}
    for at, row in rows.items():
        occurrence_id = occurrence_ids[at]
        current = now.get(row.uid)
        if occurrence_id in events and events[occurrence_id].withdrawn_at is not None:
            own[at] = OwnRow(events[occurrence_id].id, occurrence_id, frozenset())
        elif occurrence_id in events and current is not None:
            changed = {
                column
                for name, column in _PROPERTIES.items()
                if _property(row, name) != _property(current, name)
            }
            own[at] = OwnRow(events[occurrence_id].id, occurrence_id, frozenset(changed), of_calendar=True)
    return own


def _property(entry: CalendarEntry, name: str) -> str:
    text = ics_file.first(entry.main, name)
    return own_description(plain_text.unescaped(text)) if name == "DESCRIPTION" else text


def write_own_rows(
    writer: RowWriter, understood: Sequence[Understood], own: Mapping[int, OwnRow]
) -> dict[int, Outcome]:
    """The outcomes of our own rows by position; what was edited is written. understood: all rows of the file."""
    outcomes: dict[int, Outcome] = {}
    for group in _grouped(writer.campaign, understood, own) if own else ():
        outcomes |= _write_event_rows(writer, group)
    return outcomes


@dataclass(frozen=True, slots=True)
class _EventRows:
    """The rows of one event: the position of each, as it was read, and what was edited in it."""

    event: Event
    rows: tuple[tuple[int, Understood, OwnRow], ...]


def _grouped(campaign: Campaign, read: Sequence[Understood], own: Mapping[int, OwnRow]) -> list[_EventRows]:
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
    return [_EventRows(events[event_id], tuple(group)) for event_id, group in rows.items()]


def _write_event_rows(writer: RowWriter, group: _EventRows) -> dict[int, Outcome]:
    """The outcome of each row by its position; what was edited is written."""
    event = standing_event(group.event)
    try:
        writer.source.adopt(draft_of(event))  # refuses what is not on this desk
        return _left(group, event) if group.event.withdrawn_at is not None else _written(writer, group)
    except Mistake as mistake:
        why = Finding.of(mistake)
        return {
            at: Outcome(row.number, RowVerdict.REFUSED, (why,), event.id, row.title)
            for at, row, _ in group.rows
        }


def _left(group: _EventRows, standing: Event) -> dict[int, Outcome]:
    """Of an event that was merged or deleted nothing is written. standing: which stands for it."""
    merged = standing.id != group.event.id
    verdict = RowVerdict.SAME if merged else RowVerdict.REFUSED
    why = Finding(MERGED_HERE if merged else DELETED_HERE)
    return {at: Outcome(row.number, verdict, (why,), standing.id, row.title) for at, row, _ in group.rows}


def _written(writer: RowWriter, group: _EventRows) -> dict[int, Outcome]:
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
            occurrence = next((one for one in event.occurrences if one.id == own.occurrence_id), None)
            draft = _edited(draft, row.draft, own, occurrence)
            outcome = replace(outcome, verdict=RowVerdict.CHANGED, findings=row.findings, draft=draft)
        outcomes[at] = outcome
    live = {one.id for one in event.occurrences if one.status != OccurrenceStatus.CANCELLED}
    if off and live <= off:
        why = Finding(N_("Its source says it is cancelled."))
        cancelled = writer.cancel_event(None, (why,), event)
        return {
            at: replace(cancelled, row=outcome.row, title=outcome.title)
            if outcome.verdict == RowVerdict.CHANGED
            else outcome
            for at, outcome in outcomes.items()
        }
    gone = [one for one in event.occurrences if one.id in off]
    left = tuple(one for one in draft.occurrences if not any(_is(one, each) for each in gone))
    draft = replace(draft, occurrences=left)
    check_draft(writer.campaign, draft)
    fields = differences(event, draft)
    if fields:
        writer.write_change(event, draft)
    why = Finding(N_("Changed: %(fields)s."), fields=field_names(fields))
    return {at: _with_change(outcome, why, bool(fields), writer) for at, outcome in outcomes.items()}


def _with_change(outcome: Outcome, why: Finding, differs: bool, writer: RowWriter) -> Outcome:
    if outcome.verdict != RowVerdict.CHANGED:
        return outcome
    if not differs:
        return replace(outcome, verdict=RowVerdict.SAME)
    return replace(outcome, findings=(why, *outcome.findings), written=writer.writes)


def _edited(draft: EventDraft, read: EventDraft, own: OwnRow, occurrence: Occurrence | None) -> EventDraft:
    """The event with the edited cells of one row."""
    fields = fields_of_columns(own.changed) - {"occurrences", "origin", "origin_ref"}
    values = {name: getattr(read, name) for name in fields}
    if "title" in values:
        values["title"] = read.title.removeprefix(CANCELLED_PREFIX)
    if "description" in values and own.of_calendar:
        values["description"] = own_description(read.description)
    if occurrence is None or not own.changed & _OF_OCCURRENCES or not read.occurrences:
        return replace(draft, **values)
    edited_one = read.occurrences[0]
    venue_edited = bool(own.changed & {"venue_text", "address"})

    def edited(one: OccurrenceDraft) -> OccurrenceDraft:
        return replace(
            edited_one, venue=edited_one.venue if venue_edited else one.venue, capacity=one.capacity
        )

    occurrences = tuple(edited(one) if _is(one, occurrence) else one for one in draft.occurrences)
    if not venue_edited:
        values.pop("venues", None)
        values.pop("venue_text", None)
    elif len(draft.venues) > 1:
        values.pop("venues", None)
    return replace(draft, **values, occurrences=occurrences)


def _is(draft: OccurrenceDraft, occurrence: Occurrence) -> bool:
    return (draft.start_day, draft.start_at) == (occurrence.start_day, occurrence.start_at)
