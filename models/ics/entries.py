"""Calendar entries: rendered at each change and stored with the occurrence. Feeds join the stored bytes.

The stamp is a hash of what entries depend on besides their own rows: vevent.VERSION, the site's address and the campaign's
names. An entry with another stamp than stamp() is stale and is rendered again by rerender_stale().
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    event,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.orm import selectinload
from sqlalchemy.types import NullType

from models import clock
from models.campaigns.tables import Campaign
from models.db import db, on_postgresql, transaction
from models.events.tables import Event, Occurrence
from models.ics import alarms, vcalendar, version, vevent
from models.ics.version import CalendarVersion
from models.installation import site
from models.public import queries
from models.public.queries import EVERYTHING, Filters

BATCH = 100  # events rendered in one transaction; on SQLite, check-ins wait for it
ROWS = 1000  # entries fetched at a time
STARTS = 200  # fetched at a time, with the entries of each
ENTRIES_MEMORY = "32MB"  # of the server of PostgreSQL, for one feed
LARGE_FEED = 1024 * 1024  # bytes; above it, the subscribe page suggests a smaller part

# By day, whether there is an hour, and the hour: ids and stored entries.
Starts = dict[tuple[Any, bool, Any], list[tuple[int, bytes | None]]]


def stamp(campaign: Campaign) -> str:
    """The hash of everything besides its own rows that an entry of this campaign is rendered from."""
    words = [[term.kind, term.key, term.name_zh] for term in campaign.terms]
    names = [campaign.name_zh, campaign.theme_zh, campaign.zone, str(campaign.starts), sorted(words)]
    parts = [vevent.VERSION, site().base_url, site().uid_domain, names]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def render(occurrences: Iterable[Occurrence]) -> None:
    """Render and store the entries of these occurrences, inside the caller's transaction. They must have ids."""
    stamps: dict[str, str] = {}
    for occurrence in occurrences:
        campaign = occurrence.event.campaign
        if campaign.id not in stamps:
            stamps[campaign.id] = stamp(campaign)
        occurrence.vevent = vevent.entry(occurrence, site())
        occurrence.vevent_stamp = stamps[campaign.id]


def rerender_stale(now: datetime | None = None) -> int:
    """Render stale entries again, in transactions of its own; the number of occurrences."""
    now, count = now or clock.now(), 0
    for campaign in db.session.scalars(select(Campaign).order_by(Campaign.id)).all():
        count += _rerender(campaign, now)
    return count


def _rerender(campaign: Campaign, now: datetime) -> int:
    current, count = stamp(campaign), 0
    while db.session.scalar(_stale(campaign, current).limit(1)) is not None:
        with transaction():
            count += _render_batch(_stale(campaign, current).limit(BATCH))
    row = db.session.get(CalendarVersion, campaign.id, populate_existing=True)
    if row is None or row.stamp != current:
        # A row without a stamp and no stale entry: the calendar is unchanged, so its time of change stays.
        changed_at = row.changed_at if row and not row.stamp and not count else now
        with transaction():
            version.renew(campaign.id, changed_at, current)
        version.note_commit()
    return count


def _stale(campaign: Campaign, current: str) -> Select[tuple[int]]:
    """The ids of events that have an entry with another stamp."""
    other = or_(Occurrence.vevent_stamp.is_(None), Occurrence.vevent_stamp != current)
    has_stale = Event.id.in_(select(Occurrence.event_id).where(other))
    return select(Event.id).where(Event.campaign_id == campaign.id, has_stale).order_by(Event.id)


def _render_batch(ids: Select[tuple[int]]) -> int:
    # The lock keeps a concurrent change from being overwritten by an entry rendered from older rows.
    locked = db.session.scalars(ids.with_for_update()).all()
    query = _with_relations(Occurrence.event_id.in_(locked)).execution_options(populate_existing=True)
    occurrences = db.session.scalars(query).all()
    render(occurrences)
    return len(occurrences)


def _with_relations(*conditions: ColumnElement[bool]) -> Select[tuple[Occurrence]]:
    """Occurrences with all that their entries are rendered from, in a fixed number of queries."""
    of_event = selectinload(Occurrence.event)
    return (
        select(Occurrence)
        .where(*conditions)
        .options(
            selectinload(Occurrence.venue),
            of_event.selectinload(Event.hosts),
            of_event.selectinload(Event.audiences),
            of_event.selectinload(Event.formats),
            of_event.selectinload(Event.venues),
        )
    )


def feed(campaign: Campaign, filters: Filters, url: str, alarm: int | None = None) -> bytes:
    """The calendar of the filtered occurrences. url: the feed's own address. alarm: minutes before the start, for a reminder."""
    head = vcalendar.feed_head(campaign, filters, url)
    return join_entries(campaign, queries.occurrences(campaign, filters), head, alarm)


def join_entries(
    campaign: Campaign,
    occurrences: Select[tuple[Occurrence]],
    head: dict[str, object],
    alarm: int | None = None,
) -> bytes:
    """The calendar of selected occurrences, from their stored entries. head: see vcalendar.calendar()."""
    return vcalendar.calendar(campaign, _entries(campaign, occurrences, alarm), head)


def single(event: Event, alarm: int | None = None) -> bytes:
    """One event as a file to download: every occurrence, cancelled ones included."""
    occurrences = queries.occurrences(event.campaign, EVERYTHING).where(Occurrence.event_id == event.id)
    return vcalendar.calendar(event.campaign, _entries(event.campaign, occurrences, alarm))


def feed_size(campaign: Campaign, filters: Filters) -> int:
    """Bytes of all entries of a feed, without its head. The database sums stored lengths and reads no entry."""
    lengths = func.coalesce(func.sum(func.length(Occurrence.vevent)), 0)
    query = queries.occurrences(campaign, filters).with_only_columns(lengths).order_by(None)
    return int(db.session.scalar(query) or 0)


def _entries(
    campaign: Campaign, occurrences: Select[tuple[Occurrence]], alarm: int | None
) -> Iterator[bytes]:
    """The stored entries by start and id. A stale one is rendered for this answer only; nothing is written."""
    read = _starts_of_postgresql if on_postgresql() else _starts_of_sqlite
    starts, stale = read(occurrences, stamp(campaign))
    rendered = _render_for_answer(stale)
    # Thousands begin at the same times: these are sorted, not thousands of rows.
    for _start, rows in sorted(starts.items()):
        rows.sort()
        for occurrence_id, stored in rows:
            entry = rendered.get(occurrence_id, stored)
            if entry:
                yield entry if alarm is None else alarms.add(entry, alarm)


def _starts_of_sqlite(occurrences: Select[tuple[Occurrence]], current: str) -> tuple[Starts, list[int]]:
    """The entries of each start, and the ids of stale ones. They are sorted in Python, by the values that the driver
    returns, because the database would sort rows with the whole entry in them."""
    day, at = type_coerce(Occurrence.start_day, String), type_coerce(Occurrence.start_at, String)
    columns = (day, at.is_not(None), at, Occurrence.id, Occurrence.vevent, Occurrence.vevent_stamp == current)
    query = _as_stored(occurrences).with_only_columns(*columns).order_by(None)
    starts: Starts = defaultdict(list)
    stale = []
    # Connection.execute(): rows without the session's work on each.
    result = db.session.connection().execute(query, execution_options={"yield_per": ROWS})
    for part in result.partitions():
        for day, timed, at, occurrence_id, entry, is_current in part:
            starts[day, timed, at].append((occurrence_id, entry))
            if not is_current:
                stale.append(occurrence_id)
    return starts, stale


def _starts_of_postgresql(occurrences: Select[tuple[Occurrence]], current: str) -> tuple[Starts, list[int]]:
    """The same. A row for each start, with its entries as one array: psycopg makes a tuple of each row, and 14,708 of them
    took 47 ms of a processor, as arrays 12. yield_per: without it the driver holds all entries a second time."""
    day, at = type_coerce(Occurrence.start_day, NullType), type_coerce(Occurrence.start_at, NullType)
    other = Occurrence.vevent_stamp.is_distinct_from(current)
    arrays = (
        func.array_agg(Occurrence.id, type_=NullType()),
        func.array_agg(Occurrence.vevent, type_=NullType()),
        func.array_agg(Occurrence.id, type_=NullType()).filter(other),
    )
    query = occurrences.with_only_columns(day, at, *arrays).order_by(None).group_by(day, at)
    connection = db.session.connection()
    # Until the end of the transaction. With its 4 MB the server would write entries to the disk to put them together.
    connection.exec_driver_sql(f"SET LOCAL work_mem = '{ENTRIES_MEMORY}'")
    event.listen(connection, "before_cursor_execute", _read_binary)
    starts: Starts = defaultdict(list)
    stale: list[int] = []
    result = connection.execute(query, execution_options={"yield_per": STARTS})
    for part in result.partitions():
        for on, instant, ids, entries, others in part:
            starts[on, instant is not None, instant] += zip(ids, entries, strict=True)
            stale += others or ()
    return starts, stale


def _as_stored(occurrences: Select[tuple[Occurrence]]) -> Select[tuple[Occurrence]]:
    """The same occurrences as they lie in SQLite's table, each page of it read once: its own way, by the place of their events
    in the calendar, takes as long again for 10,000 entries as to read them."""
    # Without a limit SQLite would drop the order.
    ids = occurrences.with_only_columns(Occurrence.id).order_by(None).order_by(Occurrence.id).limit(-1)
    chosen = ids.subquery("chosen")
    return select(Occurrence).select_from(chosen).join(Occurrence, Occurrence.id == chosen.c.id)


def _render_for_answer(occurrence_ids: list[int]) -> dict[int, bytes | None]:
    rendered = {}
    for start in range(0, len(occurrence_ids), BATCH):
        part = occurrence_ids[start : start + BATCH]
        for occurrence in db.session.scalars(_with_relations(Occurrence.id.in_(part))):
            rendered[occurrence.id] = vevent.entry(occurrence, site())
    return rendered


def _read_binary(
    _connection: Connection,
    cursor: Any,
    _statement: str,
    _parameters: object,
    _context: ExecutionContext | None,
    _many: bool,
) -> None:
    """psycopg's binary format: as text, BYTEA is sent as hex, twice as long, and decoded here."""
    cursor.format = 1
