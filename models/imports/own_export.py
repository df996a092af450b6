"""Our own exports handed back: a row of events.csv or an entry of a calendar that names one of our occurrences is that
occurrence. What is unchanged is the same; a cell that was edited changes its event."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, db
from models.events.tables import Event, Occurrence
from models.ics import entries
from models.imports.calendar import ics_file
from models.imports.findings import CalendarEntry, Row
from models.imports.spreadsheet import cells
from models.installation import site

Exported = Callable[[Campaign], bytes]
_UID = re.compile(r"occ-(\d{1,18})@(.+)")
_NUMBER = re.compile(r"\d{1,18}")
_NOT_COMPARED = frozenset({"updated", "page_url", "line"})
# By property of a calendar entry the column of a table that tells the same.
_PROPERTIES = {
    "SUMMARY": "title", "DTSTART": "start_date", "DTEND": "end_date", "DURATION": "end_time", "LOCATION": "venue_text",
    "STATUS": "status", "DESCRIPTION": "description", "RRULE": "start_date", "RDATE": "start_date",
}  # fmt: skip
_IN_PARTS = 400


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of an export of ours. occurrence_id None: of an event without a date. changed: the columns that were edited."""

    event_id: int
    occurrence_id: int | None
    changed: frozenset[str]


def nothing_exported(_campaign: Campaign) -> bytes:
    return b""


def own_rows(
    campaign: Campaign, rows: Sequence[Row | CalendarEntry], exported: Exported
) -> dict[int, OwnRow]:
    """By the position of a row which of our occurrences it is; rows of other files are not in it. exported: gives events.csv
    of a campaign as it is now."""
    tables = {at: row for at, row in enumerate(rows) if isinstance(row, Row) and _is_own(campaign, row)}
    entries_of = {
        at: row for at, row in enumerate(rows) if isinstance(row, CalendarEntry) and _occurrence_id(row.uid)
    }
    own = _own_table_rows(tables, _now(campaign, exported)) if tables else {}
    return own | (_own_entries(campaign, entries_of) if entries_of else {})


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
    from models.imports.read_file import read

    data = exported(campaign)
    return {(row.cells["id"], row.cells["occurrence_number"]): row for row in (read(data) if data else [])}


def _own_table_rows(rows: Mapping[int, Row], now: Mapping[tuple[str, str], Row]) -> dict[int, OwnRow]:
    own = {}
    for at, row in rows.items():
        here = now.get((row.cells["id"], row.cells["occurrence_number"]))
        if here is not None:
            changed = {
                name
                for name in row.columns
                if name not in _NOT_COMPARED and not _equal(row.cells[name], here.cells.get(name, ""))
            }
            occurrence = row.cells["occurrence_number"]
            own[at] = OwnRow(
                int(row.cells["id"]), int(occurrence) if occurrence else None, frozenset(changed)
            )
    return own


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
    wanted = {at: _occurrence_id(row.uid) for at, row in rows.items()}
    ids = [occurrence_id for occurrence_id in wanted.values() if occurrence_id is not None]
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
        occurrence_id = wanted[at]
        here = now.get(row.uid)
        if occurrence_id in events and here is not None:
            changed = {
                column
                for name, column in _PROPERTIES.items()
                if ics_file.first(row.main, name) != ics_file.first(here.main, name)
            }
            own[at] = OwnRow(events[occurrence_id].id, occurrence_id, frozenset(changed))
    return own
