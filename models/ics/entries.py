"""Calendar entries, rendered once per change and stored with the occurrence; feeds are put together from stored bytes.

What entries depend on besides their rows (the form below, the site's address, the campaign's words) is their stamp;
entries with another stamp are stale. A row of CalendarVersion per campaign tells, in one look, whether anything moved.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, event, func, or_, select, type_coerce
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.orm import selectinload

from models import clock
from models.campaigns.tables import Campaign
from models.db import db, transaction
from models.events.tables import Event, Occurrence
from models.ics import alarms, vcalendar, version, vevent
from models.ics.version import CalendarVersion
from models.installation import site
from models.public import queries
from models.public.queries import EVERYTHING, Filters

BATCH = 100  # events rendered in one transaction: a moment, for check-ins wait meanwhile on SQLite
ROWS = 1000  # entries read at a time
HEAVY = 1024 * 1024  # bytes of a feed from which on a smaller choice is the better advice


def stamp(campaign: Campaign) -> str:
    """What entries of this campaign are rendered with, besides their own rows."""
    words = [[term.kind, term.key, term.name_zh] for term in campaign.terms]
    names = [campaign.name_zh, campaign.theme_zh, campaign.zone, str(campaign.starts), sorted(words)]
    parts = [vevent.VERSION, site().base_url, site().uid_domain, names]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def render(occurrences: Iterable[Occurrence]) -> None:
    """Store the calendar entries of these occurrences, which have their ids, inside the caller's transaction."""
    stamps: dict[str, str] = {}
    for occurrence in occurrences:
        campaign = occurrence.event.campaign
        if campaign.id not in stamps:
            stamps[campaign.id] = stamp(campaign)
        occurrence.vevent = vevent.entry(occurrence, site())
        occurrence.vevent_stamp = stamps[campaign.id]


def rerender_stale(now: datetime | None = None) -> int:
    """Render again what has another stamp than the present one; how many occurrences. Its own transactions."""
    now, count = now or clock.now(), 0
    for campaign in db.session.scalars(select(Campaign).order_by(Campaign.id)).all():
        count += _rerender(campaign, now)
    return count


def _rerender(campaign: Campaign, now: datetime) -> int:
    present, count = stamp(campaign), 0
    while db.session.scalar(_stale(campaign, present).limit(1)) is not None:
        with transaction():
            count += _render_batch(_stale(campaign, present).limit(BATCH))
    row = db.session.get(CalendarVersion, campaign.id, populate_existing=True)
    if row is None or row.stamp != present:
        # A calendar that was never rendered here has only changed if its entries did.
        changed_at = row.changed_at if row and not row.stamp and not count else now
        with transaction():
            version.renew(campaign.id, changed_at, present)
        version.note_commit()
    return count


def _stale(campaign: Campaign, present: str) -> Select[tuple[int]]:
    """The ids of events that have an entry with another stamp."""
    other = or_(Occurrence.vevent_stamp.is_(None), Occurrence.vevent_stamp != present)
    mine = Event.id.in_(select(Occurrence.event_id).where(other))
    return select(Event.id).where(Event.campaign_id == campaign.id, mine).order_by(Event.id)


def _render_batch(ids: Select[tuple[int]]) -> int:
    # Locking the events keeps a change that runs at this moment from being overwritten with what was before.
    locked = db.session.scalars(ids.with_for_update()).all()
    asked = _with_all(Occurrence.event_id.in_(locked)).execution_options(populate_existing=True)
    occurrences = db.session.scalars(asked).all()
    render(occurrences)
    return len(occurrences)


def _with_all(*conditions: ColumnElement[bool]) -> Select[tuple[Occurrence]]:
    """Occurrences with everything that their entries tell, in a number of queries that does not grow."""
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
    """The calendar of a choice. url: the feed's own address. alarm: minutes before, for a reminder."""
    head = vcalendar.feed_head(campaign, filters, url)
    return put_together(campaign, queries.occurrences(campaign, filters), head, alarm)


def put_together(
    campaign: Campaign, chosen: Select[tuple[Occurrence]], head: dict[str, object], alarm: int | None = None
) -> bytes:
    """The calendar of chosen occurrences, from their stored entries. head: see vcalendar.calendar()."""
    return vcalendar.calendar(campaign, _entries(campaign, chosen, alarm), head)


def single(event: Event, alarm: int | None = None) -> bytes:
    """One event as a file to keep: every occurrence, cancelled ones too."""
    mine = queries.occurrences(event.campaign, EVERYTHING).where(Occurrence.event_id == event.id)
    return vcalendar.calendar(event.campaign, _entries(event.campaign, mine, alarm))


def weight(campaign: Campaign, filters: Filters) -> int:
    """How many bytes the feed of a choice has, to within its head; above HEAVY a phone may take long over it.

    Asked of the database, which knows lengths without reading the entries."""
    lengths = func.coalesce(func.sum(func.length(Occurrence.vevent)), 0)
    chosen = queries.occurrences(campaign, filters).with_only_columns(lengths).order_by(None)
    return int(db.session.scalar(chosen) or 0)


def _entries(campaign: Campaign, chosen: Select[tuple[Occurrence]], alarm: int | None) -> Iterator[bytes]:
    """The stored entries in order. A stale one (the address of the site changed a moment ago) is rendered for this
    answer only: reading stores nothing.

    The order is made here, over values as the driver gives them: the database would carry every entry through its
    sorting. yield_per: else PostgreSQL's driver holds all entries a second time."""
    day, at = type_coerce(Occurrence.start_day, String), type_coerce(Occurrence.start_at, String)
    current = Occurrence.vevent_stamp == stamp(campaign)
    columns = (day, at.is_not(None), at, Occurrence.id, Occurrence.vevent, current)
    asked = chosen.with_only_columns(*columns).order_by(None)
    # The connection's own execute: rows without the session's work on each.
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        event.listen(connection, "before_cursor_execute", _read_binary)
    result = connection.execute(asked, execution_options={"yield_per": ROWS})
    rows, stale = [], []
    shared: dict[object, object] = {}
    for day, timed, at, number, entry, is_current in result:
        # Thousands begin at the same hour of the same days: one object each, or they weigh as much as the entries.
        rows.append((shared.setdefault(day, day), timed, shared.setdefault(at, at), number, entry))
        if not is_current:
            stale.append(number)
    rows.sort()
    fresh = _rendered(stale)
    for _day, _timed, _at, number, entry in rows:
        told = fresh.get(number, entry)
        if told:
            yield told if alarm is None else alarms.add(told, alarm)


def _rendered(stale: list[int]) -> dict[int, bytes | None]:
    fresh = {}
    for first in range(0, len(stale), BATCH):
        for occurrence in db.session.scalars(_with_all(Occurrence.id.in_(stale[first : first + BATCH]))):
            fresh[occurrence.id] = vevent.entry(occurrence, site())
    return fresh


def _read_binary(
    _connection: Connection,
    cursor: Any,
    _statement: str,
    _parameters: object,
    _context: ExecutionContext | None,
    _many: bool,
) -> None:
    """psycopg's binary format. As text, entries would travel twice as long and be decoded here."""
    cursor.format = 1
