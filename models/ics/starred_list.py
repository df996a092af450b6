"""What one person chose (收藏): a list of events behind a secret address, without an account and without a name.

The secret is in the address alone; here lies its hash. Who knows the address may read, extend, renew and delete the
list. A list is no evidence of anything: deleting it takes nothing from the figures.
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

MOST = 500  # events of one list
SECRET_BYTES = 18  # 144 bits, 24 characters of an address
_NO_LIST = N_("There is no list at this address. It may have been deleted or given a new address.")
_NO_ADDRESS = N_("This is not the address of a list. Copy the whole address of its page or calendar.")
_ADDRESS = re.compile("(?:^|/my/)([A-Za-z0-9_-]{24})(?![A-Za-z0-9_-])")
_TOO_MANY = N_("A list can hold %(count)s events. Please remove some first.")


class ChosenList(Base):
    """One list. revision rises with every change, so that its feed knows when it is another one."""

    __tablename__ = "chosen_list"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    campaign: Mapped[Campaign] = relationship()


class ChosenEvent(Base):
    __tablename__ = "chosen_event"

    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("chosen_list.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    chosen_at: Mapped[datetime] = mapped_column(Instant)


def create(campaign: Campaign, event_ids: Iterable[int], now: datetime) -> str:
    """A new list with these events; its secret, which nobody can tell again. Raises as add() does."""
    found = _public_ids(campaign, event_ids)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction():
        chosen = ChosenList(
            campaign_id=campaign.id, digest=secret_digest(secret), created_at=now, changed_at=now
        )
        db.session.add(chosen)
        db.session.flush()
        _put(chosen, found, now)
    return secret


def find(campaign: Campaign, secret: str) -> ChosenList:
    """The list behind a secret. Raises NotFound, for a revoked one and for another campaign's too."""
    held = select(ChosenList).where(
        ChosenList.digest == secret_digest(secret), ChosenList.campaign_id == campaign.id
    )
    chosen = db.session.scalar(held)
    if chosen is None:
        raise NotFound(_NO_LIST)
    return chosen


def secret_in(address: str) -> str:
    """The secret in the address of a list, of its page or its calendar. Raises Mistake where there is none."""
    found = _ADDRESS.search(address.strip())
    if found is None:
        raise Mistake(_NO_ADDRESS)
    return found[1]


def public_ones(campaign: Campaign, event_ids: Iterable[int]) -> list[Event]:
    """Those of these events that are public, in calendar order. Raises as add() does."""
    found = queries.events(campaign).where(Event.id.in_(_public_ids(campaign, event_ids)))
    return list(db.session.scalars(found))


def add(chosen: ChosenList, event_ids: Iterable[int], now: datetime) -> None:
    """Choose events; those chosen before stay as they are, those that are not public are left out.

    Raises NotFound where none of them is public, Mistake where the list would be too long."""
    found = _public_ids(chosen.campaign, event_ids)
    with transaction():
        _put(_locked(chosen), found, now)


def remove(chosen: ChosenList, event_ids: Iterable[int], now: datetime) -> None:
    """Take events off the list; those that are not on it are none."""
    gone = _storable(event_ids)
    either = or_(ChosenEvent.event_id.in_(gone), ChosenEvent.event_id.in_(merged_ids(gone)))
    with transaction():
        held = _locked(chosen)
        db.session.execute(delete(ChosenEvent).where(ChosenEvent.list_id == held.id, either))
        _touch(held, now)


def renew(chosen: ChosenList, now: datetime) -> str:
    """Another secret for the same list: the address before is dead from now on."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction():
        held = _locked(chosen)
        held.digest = secret_digest(secret)
        _touch(held, now)
    return secret


def forget(chosen: ChosenList) -> None:
    """Delete the list with everything in it."""
    with transaction():
        held = _locked(chosen)
        db.session.execute(delete(ChosenEvent).where(ChosenEvent.list_id == held.id))
        db.session.delete(held)


def events(chosen: ChosenList) -> Select[tuple[Event]]:
    """The chosen events in calendar order, cancelled ones too; a withdrawn one is gone from every view."""
    return queries.events(chosen.campaign).where(Event.id.in_(_ids(chosen)))


def ids(chosen: ChosenList) -> list[int]:
    """The ids of the chosen events in calendar order."""
    return list(db.session.scalars(events(chosen).with_only_columns(Event.id)))


def feed(chosen: ChosenList, url: str, alarm: int | None = None) -> bytes:
    """The calendar of a list: every sitting of its events, cancelled ones marked. url: its own address. alarm: minutes
    before, for a reminder."""
    campaign = chosen.campaign
    name = vevent.line(f"{campaign.name_zh} · 我的收藏")
    head = vcalendar.feed_head(campaign, EVERYTHING, url) | {"name": name, "x-wr-calname": name}
    mine = queries.occurrences(campaign).where(Occurrence.event_id.in_(_ids(chosen)))
    return entries.put_together(campaign, mine, head, alarm)


def _ids(chosen: ChosenList) -> CompoundSelect[tuple[int]]:
    """What is on the list, and in place of an entry that was merged into another that other one."""
    mine = select(ChosenEvent.event_id).where(ChosenEvent.list_id == chosen.id)
    return mine.union(kept_ids(mine))


def _storable(event_ids: Iterable[int]) -> list[int]:
    return sorted({number for number in event_ids if 0 < number <= LARGEST_ID})


def _public_ids(campaign: Campaign, event_ids: Iterable[int]) -> list[int]:
    wanted = _storable(event_ids)
    if len(wanted) > MOST:
        raise Mistake(_TOO_MANY, count=MOST)
    public = queries.events(campaign).where(Event.id.in_(wanted))
    found = list(db.session.scalars(public.with_only_columns(Event.id)))
    if not found:
        raise NotFound(N_("This event is not on the public calendar."))
    return found


def _locked(chosen: ChosenList) -> ChosenList:
    """The list's row, which two changes at once take one after the other. Raises NotFound where it was deleted."""
    held = db.session.get(ChosenList, chosen.id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound(_NO_LIST)
    return held


def _put(chosen: ChosenList, event_ids: list[int], now: datetime) -> None:
    rows = [{"list_id": chosen.id, "event_id": number, "chosen_at": now} for number in event_ids]
    db.session.execute(insert(ChosenEvent).values(rows).on_conflict_do_nothing())
    count = db.session.scalars(
        select(func.count()).select_from(ChosenEvent).where(ChosenEvent.list_id == chosen.id)
    ).one()
    if count > MOST:
        raise Mistake(_TOO_MANY, count=MOST)
    _touch(chosen, now)


def _touch(chosen: ChosenList, now: datetime) -> None:
    chosen.revision += 1
    chosen.changed_at = max(chosen.changed_at, now)
