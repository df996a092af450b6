"""Remote control of a device from the desk: rename, show a message, lock, move. (kiosks.revoke ends it.)

Each function is one transaction and locks the device's row first, so that of two people acting at the same time the
second sees what the first did.
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
LONGEST_MESSAGE = 120


def rename(kiosk: Kiosk, name: str) -> None:
    """Rename a device. Raises Mistake for an empty or long name."""
    name = _one_line(name)
    if not name:
        raise Mistake(N_("Give the kiosk a name, for example “East entrance”."))
    if len(name) > LONGEST_NAME:
        raise Mistake(N_("A name can have up to %(most)s characters."), most=LONGEST_NAME)
    with transaction():
        _locked(kiosk).name = name


def show_message(kiosk: Kiosk, message: str, now: datetime) -> None:
    """Show a message on a device until it is removed; an empty message removes it. Raises Mistake, Conflict."""
    message = _one_line(message)
    if len(message) > LONGEST_MESSAGE:
        raise Mistake(N_("A message can have up to %(most)s characters."), most=LONGEST_MESSAGE)
    with transaction():
        _locked_in_service(kiosk, now).message = message


def lock(kiosk: Kiosk, now: datetime) -> None:
    """Stop a device from scanning until it is unlocked. Repeating it changes nothing. Raises Conflict."""
    with transaction():
        kiosk = _locked_in_service(kiosk, now)
        kiosk.locked_at = kiosk.locked_at or now


def unlock(kiosk: Kiosk, now: datetime) -> None:
    """Let a locked device scan again. Repeating it changes nothing. Raises Conflict."""
    with transaction():
        _locked_in_service(kiosk, now).locked_at = None


def move_targets(account: Account, event: Event, now: datetime) -> list[Event]:
    """Events to which an account can move a device of this one: of the same campaign, not over. Those of the same
    lead organization first, then those of the same region, then by day; at most MOST_GOALS."""
    yesterday = event.campaign.today(now) - timedelta(
        days=1
    )  # may still be open: check-in ends an hour later
    first = (
        select(Occurrence.event_id, func.min(Occurrence.start_day).label("day"))
        .where(Occurrence.end_day >= yesterday)
        .group_by(Occurrence.event_id)
        .subquery()
    )
    query = (
        scope.events_for(account, scope.runs_check_in)
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
    return [target for target in db.session.scalars(query) if check_in_window.closing_time(target) > now]


def move(kiosk: Kiosk, source: Event, target: Event, now: datetime) -> None:
    """From now on the device serves another event of its campaign. Its scans stay with the events of their time.

    A steward's phone now expires with the new event. Raises Conflict."""
    if target.campaign_id != source.campaign_id or target.id == source.id:
        raise Conflict(N_("Choose another event of the same week."))
    if (
        target.status == EventStatus.CANCELLED
        or not target.occurrences
        or check_in_window.closing_time(target) <= now
    ):
        raise Conflict(N_("This event is over, cancelled or has no date, so check-in is not possible."))
    with transaction():
        kiosk = _locked_in_service(kiosk, now)
        serves = (KioskService.kiosk_id == kiosk.id, KioskService.until.is_(None))
        ended = update(KioskService).where(*serves, KioskService.event_id == source.id).values(until=now)
        if not db.session.scalars(ended.returning(KioskService.id)).all():
            raise Conflict(N_("This kiosk is no longer at this event. Reload the page."))
        serves_target = select(KioskService.id).where(*serves, KioskService.event_id == target.id)
        if db.session.scalar(serves_target) is None:
            db.session.add(KioskService(kiosk_id=kiosk.id, event_id=target.id, since=now))
        if kiosk.expires_at is not None:
            kiosk.expires_at = check_in_window.closing_time(target)
        db.session.flush()
        db.session.expire(kiosk, ["services"])


def _locked(kiosk: Kiosk) -> Kiosk:
    """The device as it is now in the database, locked until commit."""
    return db.session.get_one(Kiosk, kiosk.id, with_for_update=True, populate_existing=True)


def _locked_in_service(kiosk: Kiosk, now: datetime) -> Kiosk:
    """The same. Raises Conflict for a device out of service."""
    kiosk = _locked(kiosk)
    if kiosk.ended_at(now) is not None:
        raise Conflict(N_("%(name)s is out of service. To use it again, pair it again."), name=kiosk.name)
    return kiosk


def _one_line(text: str) -> str:
    """The text in one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
