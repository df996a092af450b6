"""What a device tells of itself every half minute: how much it holds back, since when, and how its battery is."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import update

from models import clock
from models.db import db, insert, transaction
from models.devices.kiosks import Heartbeat, Kiosk
from models.errors import N_, Mistake

MOST_SCANS = 10_000_000  # scans; more than any device holds
_VERSION = re.compile(r"[\w.+-]{0,20}", re.ASCII)


@dataclass(frozen=True)
class HeartbeatReport:
    """One report, read with care. Its fields are the columns of Heartbeat."""

    waiting: int
    aside: int
    oldest_at: datetime | None
    version: str
    battery: int | None
    charging: bool | None


def parse_report(raw: dict, now: datetime) -> HeartbeatReport:
    """A report as the API takes it: {"waiting", "aside", "oldest", "version", "battery", "charging"}. Pure.

    Raises Mistake with the field that is wrong and what it should be."""
    oldest = raw.get("oldest")
    return HeartbeatReport(
        waiting=_whole(raw, "waiting", MOST_SCANS, 0),
        aside=_whole(raw, "aside", MOST_SCANS, 0),
        # A clock that is a little ahead makes no scan of the future.
        oldest_at=None if oldest is None else min(clock.parse_instant(oldest), now),
        version=_version(raw.get("version", "")),
        battery=_whole(raw, "battery", 100, None),
        charging=_yes_or_no(raw.get("charging")),
    )


def _whole(raw: dict, name: str, most: int, absent: int | None) -> int | None:
    value = raw.get(name, absent)
    if value is None and absent is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        raise Mistake(N_("“%(name)s” must be a whole number from 0 to %(most)s."), name=name, most=most)
    return value


def _version(value: object) -> str:
    if isinstance(value, str) and _VERSION.fullmatch(value):
        return value
    raise Mistake(N_("“version” can have up to 20 letters, digits, dots or dashes."))


def _yes_or_no(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise Mistake(N_("“charging” must be true, false or null."))


def save_report(kiosk: Kiosk, beat: HeartbeatReport, now: datetime) -> None:
    """Write the report over the one before."""
    told = {"at": now, **asdict(beat)}
    statement = insert(Heartbeat).values(kiosk_id=kiosk.id, **told)
    with transaction():
        db.session.execute(statement.on_conflict_do_update(index_elements=["kiosk_id"], set_=told))
        db.session.execute(update(Kiosk).where(Kiosk.id == kiosk.id).values(seen_at=now))
