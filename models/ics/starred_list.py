"""A visitor's starred events (收藏): a list behind a secret address, without an account and without a name.

Only the hash of the secret is stored. Whoever has the address may read, change, renew and delete the list. No figure
depends on these lists.
"""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CompoundSelect, ForeignKey, Select, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.bearer import secret_digest
from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, Base, BigId, Instant, db, insert, transaction
from models.errors import N_, Mistake, NotFound
from models.events.merges import kept_ids, merged_ids
from models.events.tables import Event, Occurrence
from models.ics import entries, vcalendar, vevent
from models.public import queries
from models.public.filters import EVERYTHING

MAX_EVENTS = 500  # in one list
SECRET_BYTES = 18  # 144 bits, 24 characters of an address
_NO_LIST = N_("There is no list at this address. It may have been deleted or given a new address.")
_NO_ADDRESS = N_("This is not the address of a list. Copy the whole address of its page or calendar.")
_ADDRESS = re.compile("(?:^|/my/)([A-Za-z0-9_-]{24})(?![A-Za-z0-9_-])")
_TOO_MANY = N_("A list can hold %(count)s events. Please remove some first.")


class StarredList(Base):
    """One list. revision rises with every change: the feed's ETag depends on it."""

    __tablename__ = "chosen_list"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    campaign: Mapped[Campaign] = relationship()


class StarredEvent(Base):
    __tablename__ = "chosen_event"

    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("chosen_list.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    chosen_at: Mapped[datetime] = mapped_column(Instant)


def create(campaign: Campaign, event_ids: Iterable[int], now: datetime) -> str:
    """A new list with these events; its secret, of which only the hash is stored. Raises as add() does."""
    public_ids = _public_ids(campaign, event_ids)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction():
        starred = StarredList(
            campaign_id=campaign.id, digest=secret_digest(secret), created_at=now, changed_at=now
        )
        db.session.add(starred)
        db.session.flush()
        _put(starred, public_ids, now)
    return secret


def find(campaign: Campaign, secret: str) -> StarredList:
    """The list behind a secret. Raises NotFound, also for a replaced secret and for a list of another campaign."""
    query = select(StarredList).where(
        StarredList.digest == secret_digest(secret), StarredList.campaign_id == campaign.id
    )
    starred = db.session.scalar(query)
    if starred is None:
        raise NotFound(_NO_LIST)
    return starred


def secret_in(address: str) -> str:
    """The secret in the address of a list's page or calendar. Raises Mistake where there is none."""
    match = _ADDRESS.search(address.strip())
    if match is None:
        raise Mistake(_NO_ADDRESS)
    return match[1]


def public_events(campaign: Campaign, event_ids: Iterable[int]) -> list[Event]:
    """The public ones of these events, in calendar order. Raises as add() does."""
    query = queries.events(campaign).where(Event.id.in_(_public_ids(campaign, event_ids)))
    return list(db.session.scalars(query))


def add(starred: StarredList, event_ids: Iterable[int], now: datetime) -> None:
    """Star events. Those on the list already stay as they are; those that are not public are left out.

    Raises NotFound where none of them is public, Mistake for more than MAX_EVENTS."""
    public_ids = _public_ids(starred.campaign, event_ids)
    with transaction():
        _put(_locked(starred), public_ids, now)


def remove(starred: StarredList, event_ids: Iterable[int], now: datetime) -> None:
    """Remove events from the list. Ids that are not on it are ignored."""
    removed_ids = _storable(event_ids)
    either = or_(StarredEvent.event_id.in_(removed_ids), StarredEvent.event_id.in_(merged_ids(removed_ids)))
    with transaction():
        locked = _locked(starred)
        db.session.execute(delete(StarredEvent).where(StarredEvent.list_id == locked.id, either))
        _touch(locked, now)


def renew(starred: StarredList, now: datetime) -> str:
    """A new secret for the same list. The old address is no longer valid."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction():
        locked = _locked(starred)
        locked.digest = secret_digest(secret)
        _touch(locked, now)
    return secret


def forget(starred: StarredList) -> None:
    """Delete the list and its events."""
    with transaction():
        locked = _locked(starred)
        db.session.execute(delete(StarredEvent).where(StarredEvent.list_id == locked.id))
        db.session.delete(locked)


def events(starred: StarredList) -> Select[tuple[Event]]:
    """The starred events in calendar order, cancelled ones included. A withdrawn event is not shown."""
    return queries.events(starred.campaign).where(Event.id.in_(_ids(starred)))


def ids(starred: StarredList) -> list[int]:
    """The ids of the starred events in calendar order."""
    return list(db.session.scalars(events(starred).with_only_columns(Event.id)))


def feed(starred: StarredList, url: str, alarm: int | None = None) -> bytes:
    """The calendar of a list: every occurrence of its events, cancelled ones marked. url: its own address. alarm: minutes
    before the start, for a reminder."""
    campaign = starred.campaign
    name = vevent.line(f"{campaign.name_zh} · 我的收藏")
    head = vcalendar.feed_head(campaign, EVERYTHING, url) | {"name": name, "x-wr-calname": name}
    occurrences = queries.occurrences(campaign).where(Occurrence.event_id.in_(_ids(starred)))
    return entries.join_entries(campaign, occurrences, head, alarm)


def _ids(starred: StarredList) -> CompoundSelect[tuple[int]]:
    """The ids on the list, and the ids of the events that stand for merged ones."""
    starred_ids = select(StarredEvent.event_id).where(StarredEvent.list_id == starred.id)
    return starred_ids.union(kept_ids(starred_ids))


def _storable(event_ids: Iterable[int]) -> list[int]:
    return sorted({event_id for event_id in event_ids if 0 < event_id <= LARGEST_ID})


def _public_ids(campaign: Campaign, event_ids: Iterable[int]) -> list[int]:
    storable = _storable(event_ids)
    if len(storable) > MAX_EVENTS:
        raise Mistake(_TOO_MANY, count=MAX_EVENTS)
    public = queries.events(campaign).where(Event.id.in_(storable))
    public_ids = list(db.session.scalars(public.with_only_columns(Event.id)))
    if not public_ids:
        raise NotFound(N_("This event is not on the public calendar."))
    return public_ids


def _locked(starred: StarredList) -> StarredList:
    """The list's row, locked until commit. Raises NotFound where it was deleted meanwhile."""
    locked = db.session.get(StarredList, starred.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise NotFound(_NO_LIST)
    return locked


def _put(starred: StarredList, event_ids: list[int], now: datetime) -> None:
    rows = [{"list_id": starred.id, "event_id": event_id, "chosen_at": now} for event_id in event_ids]
    db.session.execute(insert(StarredEvent).values(rows).on_conflict_do_nothing())
    count = db.session.scalars(
        select(func.count()).select_from(StarredEvent).where(StarredEvent.list_id == starred.id)
    ).one()
    if count > MAX_EVENTS:
        raise Mistake(_TOO_MANY, count=MAX_EVENTS)
    _touch(starred, now)


def _touch(starred: StarredList, now: datetime) -> None:
    starred.revision += 1
    starred.changed_at = max(starred.changed_at, now)
