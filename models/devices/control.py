"""What the desk does with a device from afar: name it, tell it something, lock it, move it. (devices.revoke ends it.)

Each verb is one transaction and takes the device's row first, so that of two people who do something at once the second
sees what the first has done.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import selectinload

from models.db import db, transaction
from models.devices.kiosks import Kiosk, KioskService
from models.errors import N_, Conflict, Mistake
from models.events import check_in_window, scope
from models.events.tables import Event, EventStatus, Occurrence
from models.organizations.tables import Account

LONGEST_NAME = 30
MOST_TARGETS = 200
LONGEST_MESSAGE = 120  # what a steward reads at a glance


def rename(kiosk: Kiosk, name: str) -> None:
    """Give a device the name that people call it by. Raises Mistake for an empty or long one."""
    name = _one_line(name)
    if not name:
        raise Mistake(N_("Give the kiosk a name, for example “East entrance”."))
    if len(name) > LONGEST_NAME:
        raise Mistake(N_("A name can have up to %(most)s characters."), most=LONGEST_NAME)
    with transaction():
        _held(kiosk).name = name


def show_message(kiosk: Kiosk, message: str, now: datetime) -> None:
    """Show a message on a device until it is taken away; an empty one takes it away. Raises Mistake, Conflict."""
    message = _one_line(message)
    if len(message) > LONGEST_MESSAGE:
        raise Mistake(N_("A message can have up to %(most)s characters."), most=LONGEST_MESSAGE)
    with transaction():
        _serving(kiosk, now).message = message


def lock(kiosk: Kiosk, now: datetime) -> None:
    """Let a device take no scans until it is unlocked. Again changes nothing. Raises Conflict."""
    with transaction():
        kiosk = _serving(kiosk, now)
        kiosk.locked_at = kiosk.locked_at or now


def unlock(kiosk: Kiosk, now: datetime) -> None:
    """Let a locked device go on. Again changes nothing. Raises Conflict."""
    with transaction():
        _serving(kiosk, now).locked_at = None


def move_targets(account: Account, event: Event, now: datetime) -> list[Event]:
    """Events to which an account can move a device of this one: of the same campaign, not over. Those of the same
    organization first, then those of the same region, then by day; at most MOST_GOALS."""
    yesterday = event.campaign.today(now) - timedelta(days=1)  # one over midnight, and the hour after its end
    first = (
        select(Occurrence.event_id, func.min(Occurrence.start_day).label("day"))
        .where(Occurrence.end_day >= yesterday)
        .group_by(Occurrence.event_id)
        .subquery()
    )
    asked = (
        scope.events_for(account)
        .join(first, first.c.event_id == Event.id)
        .where(
            Event.campaign_id == event.campaign_id,
            Event.id != event.id,
            Event.status != EventStatus.CANCELLED,
        )
        .options(selectinload(Event.occurrences))
        .order_by(
            Event.lead_id.is_not_distinct_from(event.lead_id).desc(),
            Event.region_code.is_not_distinct_from(event.region_code).desc(),
            first.c.day,
            Event.id,
        )
        .limit(MOST_TARGETS)
    )
    return [one for one in db.session.scalars(asked) if check_in_window.closing_time(one) > now]


def move(kiosk: Kiosk, here: Event, there: Event, now: datetime) -> None:
    """From now on the device serves another event of its campaign. What it has scanned stays where it was.

    The time of a phone that goes with its event is now that of the other one. Raises Conflict."""
    if there.campaign_id != here.campaign_id or there.id == here.id:
        raise Conflict(N_("Choose another event of the same week."))
    if (
        there.status == EventStatus.CANCELLED
        or not there.occurrences
        or check_in_window.closing_time(there) <= now
    ):
        raise Conflict(N_("This event is over, cancelled or has no date, so check-in is not possible."))
    with transaction():
        kiosk = _serving(kiosk, now)
        serves = (KioskService.kiosk_id == kiosk.id, KioskService.until.is_(None))
        ended = db.session.execute(
            update(KioskService).where(*serves, KioskService.event_id == here.id).values(until=now)
        )
        if not ended.rowcount:
            raise Conflict(N_("This kiosk is no longer at this event. Reload the page."))
        if (
            db.session.scalar(select(KioskService.id).where(*serves, KioskService.event_id == there.id))
            is None
        ):
            db.session.add(KioskService(kiosk_id=kiosk.id, event_id=there.id, since=now))
        if kiosk.expires_at is not None:
            kiosk.expires_at = check_in_window.closing_time(there)
        db.session.flush()
        db.session.expire(kiosk, ["services"])


def _held(kiosk: Kiosk) -> Kiosk:
    """The device as it is now, not as it was when the page was opened, held until commit."""
    return db.session.get_one(Kiosk, kiosk.id, with_for_update=True, populate_existing=True)


def _serving(kiosk: Kiosk, now: datetime) -> Kiosk:
    """The same, of one in service. Raises Conflict."""
    kiosk = _held(kiosk)
    if kiosk.ended_at(now) is not None:
        raise Conflict(N_("%(name)s is out of service. To use it again, pair it again."), name=kiosk.name)
    return kiosk


def _one_line(text: str) -> str:
    """Words as they are shown: in one line, without what nobody sees."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
