"""Reminders of what is missing of published events: one row an event and kind, written by the tick and ended when it is mended.

The desk lists what is missing by itself; a row says since when, and that a mail about it was sent (web.desk.reminder_mails).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from models.campaigns.tables import Campaign
from models.db import Base, Instant, db, enumeration, insert, transaction
from models.desk.missing import PAST_DAYS, Missing, condition
from models.events.tables import Event, EventStatus

DAYS_BEFORE = 14  # so long before its first day a campaign's events are looked at


class EventReminder(Base):
    """sent_at: when its mail was sent; None: not yet, or no mail server is set."""

    __tablename__ = "event_reminder"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    kind: Mapped[Missing] = mapped_column(enumeration(Missing, 10), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)

    event: Mapped[Event] = relationship()


def remind(now: datetime) -> int:
    """Write the reminders that are new and delete those that are mended; how many are new."""
    return sum(_remind(campaign, now) for campaign in _campaigns(now))


def _campaigns(now: datetime) -> list[Campaign]:
    """The weeks that are near: a week that is long over is asked for nothing."""
    margin = timedelta(days=1)
    today = now.date()
    query = select(Campaign).where(
        Campaign.starts <= today + timedelta(days=DAYS_BEFORE) + margin,
        Campaign.ends >= today - timedelta(days=PAST_DAYS) - margin,
    )
    return list(db.session.scalars(query.order_by(Campaign.id)))


def _remind(campaign: Campaign, now: datetime) -> int:
    """Reads outside of a transaction: a tick that finds nothing new must not hold the write lock."""
    today = campaign.today(now)
    lacking: set[tuple[int, Missing]] = set()
    for kind in Missing:
        query = select(Event.id).where(
            Event.campaign_id == campaign.id,
            Event.status == EventStatus.PUBLISHED,
            condition(kind, today),
        )
        lacking |= {(event_id, kind) for event_id in db.session.scalars(query)}
    stored = select(EventReminder.event_id, EventReminder.kind).join(EventReminder.event)
    known = set(db.session.execute(stored.where(Event.campaign_id == campaign.id)).tuples())
    new, mended = lacking - known, known - lacking
    if new or mended:
        _write(new, mended, now)
    return len(new)


def _write(new: set[tuple[int, Missing]], mended: set[tuple[int, Missing]], now: datetime) -> None:
    rows = [{"event_id": event_id, "kind": kind, "at": now} for event_id, kind in sorted(new)]
    key = EventReminder.event_id == bindparam("ended_event"), EventReminder.kind == bindparam("ended_kind")
    ended = [{"ended_event": event_id, "ended_kind": kind} for event_id, kind in sorted(mended)]
    with transaction():
        if rows:
            db.session.execute(insert(EventReminder).on_conflict_do_nothing(), rows)
        if ended:
            db.session.connection().execute(delete(EventReminder).where(*key), ended)


def unsent(most: int = 500) -> list[EventReminder]:
    """The reminders of which no mail was sent, the oldest first, with their events."""
    query = select(EventReminder).where(EventReminder.sent_at.is_(None))
    query = query.options(joinedload(EventReminder.event).joinedload(Event.lead))
    return list(
        db.session.scalars(
            query.order_by(EventReminder.at, EventReminder.event_id, EventReminder.kind).limit(most)
        )
    )


def note_sent(reminders: Collection[EventReminder], now: datetime) -> None:
    with transaction():
        for one in reminders:
            db.session.execute(
                update(EventReminder)
                .where(EventReminder.event_id == one.event_id, EventReminder.kind == one.kind)
                .values(sent_at=now)
            )
