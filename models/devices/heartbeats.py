"""Heartbeats: what a device reports every half minute (undelivered scans, version, battery)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import update

from models import clock
from models.db import commits_without_waiting, db, insert, transaction
from models.devices.kiosks import Heartbeat, Kiosk
from models.errors import N_, Mistake

MOST_SCANS = 10_000_000
_VERSION = re.compile(r"[\w.+-]{0,20}", re.ASCII)


@dataclass(frozen=True)
class HeartbeatReport:
    """One report, validated. Its fields are the columns of Heartbeat."""

    waiting: int
    aside: int
    oldest_at: datetime | None
    version: str
    battery: int | None
    charging: bool | None


def parse_report(raw: Mapping[str, object], now: datetime) -> HeartbeatReport:
    """A report as the API takes it: {"waiting", "aside", "oldest", "version", "battery", "charging"}. Pure.

    Raises Mistake naming the field that is wrong."""
    oldest = raw.get("oldest")
    return HeartbeatReport(
        waiting=_whole_number(raw.get("waiting", 0), "waiting", MOST_SCANS),
        aside=_whole_number(raw.get("aside", 0), "aside", MOST_SCANS),
        # Not later than now, where the device's clock is ahead.
        oldest_at=None if oldest is None else min(clock.parse_instant(oldest), now),
        version=_version(raw.get("version", "")),
        battery=None if raw.get("battery") is None else _whole_number(raw["battery"], "battery", 100),
        charging=_yes_or_no(raw.get("charging")),
    )


def _whole_number(value: object, name: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
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


def save_report(kiosk: Kiosk, report: HeartbeatReport, now: datetime) -> None:
    """Store the report in place of the one before."""
    columns = {"at": now, **asdict(report)}
    upsert = insert(Heartbeat).values(kiosk_id=kiosk.id, **columns)
    seen = update(Kiosk).where(Kiosk.id == kiosk.id, commits_without_waiting())
    with transaction(first=True):
        db.session.execute(upsert.on_conflict_do_update(index_elements=["kiosk_id"], set_=columns))
        db.session.execute(seen.values(seen_at=now))
