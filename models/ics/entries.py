"""Calendar entries, rendered once per change and stored with the occurrence; feeds are put together from stored bytes.

What entries depend on besides their rows (the form below, the site's address, the campaign's words) is their stamp;
entries with another stamp are stale. A row of CalendarVersion per campaign tells, in one look, whether anything moved.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, case, event, func, or_, select, type_coerce
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, selectinload

from models import clock
from models.campaigns.tables import Campaign
from models.db import Base, Instant, db, insert, transaction
from models.events.tables import Event, EventChange, Occurrence
from models.ics import alarms, vcalendar, vevent
from models.installation import site
from models.public import queries
from models.public.queries import EVERYTHING, Filters
from models.publishing import shared_venues

BATCH = 100  # events rendered in one transaction: a moment, for check-ins wait meanwhile on SQLite
ROWS = 1000  # entries read at a time
HEAVY = 1024 * 1024  # bytes of a feed from which on a smaller choice is the better advice
_BARE = {
    True: "SELECT version FROM calendar_version WHERE campaign_id = ?",
    False: "SELECT version FROM calendar_version WHERE campaign_id = %s",
}
_MOVED = "openweek.calendars_moved"
_BYTES = "openweek_bytes"  # execution option
_COMMITTED = "openweek.calendars_committed"
_moves_here = 0


class CalendarVersion(Base):
    """Which state of a campaign's calendar is the present one. version: random, another one after every change, so
    that two changes that commit in any order never leave a reader with a state that he believes is the newest."""

    __tablename__ = "calendar_version"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    stamp: Mapped[str] = mapped_column(String(64), default="")  # that of the last rerender_stale()


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
    kept = db.session.get(CalendarVersion, campaign.id, populate_existing=True)
    if kept is None or kept.stamp != present:
        # A calendar that was never looked at here has only changed if its entries did.
        changed = kept is None or kept.stamp or count
        with transaction():
            _move(campaign.id, now if changed else kept.changed_at, present)
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


def _with_all(*conditions) -> Select[tuple[Occurrence]]:
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


def version(campaign_id: str) -> tuple[str, datetime] | None:
    """The present version of a campaign's calendar and when it last changed, cancellations and withdrawals counted.

    One read by key: enough to know that nothing moved. None: nothing ever happened in this campaign."""
    asked = select(CalendarVersion.version, CalendarVersion.changed_at)
    row = db.session.execute(asked.where(CalendarVersion.campaign_id == campaign_id)).one_or_none()
    return (row.version, row.changed_at) if row else None


def bare_version(engine: Engine, campaign_id: str) -> str | None:
    """The same version without its time, asked of the driver itself: a quarter of a page's work is saved where only
    this is asked. None too where the database cannot answer now."""
    try:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(_BARE[engine.dialect.paramstyle == "qmark"], (campaign_id,))
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
    except (engine.dialect.dbapi.Error, SQLAlchemyError):
        return None
    return row[0] if row else None


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
    result = db.session.connection().execute(asked, execution_options={"yield_per": ROWS, _BYTES: True})
    rows, stale, one = [], [], {}
    for day, timed, at, number, entry, is_current in result:
        # Thousands begin at the same hour of the same days: one object each, or they weigh as much as the entries.
        rows.append((one.setdefault(day, day), timed, one.setdefault(at, at), number, entry))
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


@event.listens_for(Engine, "before_cursor_execute")
def _as_bytes(_connection, cursor, _statement, _parameters, context, _many) -> None:
    """PostgreSQL would send every entry as text, twice as long as its bytes, to be turned back here."""
    if context is not None and context.execution_options.get(_BYTES) and context.dialect.name == "postgresql":
        cursor.format = 1  # binary, in the protocol's words


@event.listens_for(EventChange, "after_insert")
def _note_move(_mapper, _connection, change: EventChange) -> None:
    """Hung on the history of events, so that no verb can forget it."""
    session = object_session(change)
    moved = session.info.setdefault(_MOVED, {})
    moved[change.event_id] = max(change.at, moved.get(change.event_id, change.at))


@event.listens_for(db.session, "before_commit")
def _move_calendars(session: Session) -> None:
    """The last statement of a change: whoever holds a calendar's row waits for no lock any more."""
    session.flush()
    moved = session.info.pop(_MOVED, {})
    for event_id, at in shared_venues.spread(session).items():
        moved[event_id] = max(at, moved.get(event_id, at))
    if not moved:
        return
    latest: dict[str, datetime] = {}
    for event_id, campaign_id in _campaigns_of(session, list(moved)):
        latest[campaign_id] = max(moved[event_id], latest.get(campaign_id, moved[event_id]))
    for campaign_id, at in sorted(latest.items()):
        _move(campaign_id, at)


@event.listens_for(db.session, "after_commit")
def _note_commit(session: Session) -> None:
    global _moves_here
    if session.info.pop(_COMMITTED, False):
        _moves_here += 1


def moves_here() -> int:
    """How often this process moved a calendar so far: one that did knows at once that a version is not the newest."""
    return _moves_here


@event.listens_for(db.session, "after_soft_rollback")
def _forget_moves(session: Session, _previous) -> None:
    session.info.pop(_MOVED, None)
    session.info.pop(_COMMITTED, None)


def _campaigns_of(session: Session, event_ids: list[int]) -> list[tuple[int, str]]:
    found = []
    for first in range(0, len(event_ids), BATCH):
        asked = select(Event.id, Event.campaign_id).where(Event.id.in_(event_ids[first : first + BATCH]))
        found += [tuple(row) for row in session.execute(asked)]
    return found


def _move(campaign_id: str, at: datetime, present: str | None = None) -> None:
    """Another version; the time of change only goes forward."""
    row = {
        "campaign_id": campaign_id,
        "version": secrets.token_hex(8),
        "changed_at": at,
        "stamp": present or "",
    }
    upsert = insert(CalendarVersion).values(row)
    new, old = upsert.excluded, CalendarVersion
    changes = {
        "version": new.version,
        "changed_at": case((new.changed_at > old.changed_at, new.changed_at), else_=old.changed_at),
    }
    if present is not None:
        changes["stamp"] = new.stamp
    db.session.info[_COMMITTED] = True
    db.session.execute(upsert.on_conflict_do_update(index_elements=["campaign_id"], set_=changes))
