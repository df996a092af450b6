"""Check-ins by phone from one network at one event: a limit over all workers and nodes, and evidence of bursts.

A class behind one address comes within seconds, a school of 500 within ten minutes; a script invents hundreds of browsers within
seconds. An address is kept only as a hash, keyed and different for each event and day, for an hour. Of a burst the time and the
number stay, for the question about it.
"""

import hashlib
import hmac
import secrets
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, TooMany
from models.security.networks import network_of

MOST_IN_A_MINUTE, MOST_IN_AN_HOUR = 120, 1500
BURST = 90  # in a minute; a school of 500 has about 50
STEP = 5  # a process writes each fifth, so that most check-ins cost no statement more
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_FORGOTTEN = "forgotten-"


class NetworkCount(Base):
    """Check-ins, also refused ones, that one network tried at one event in one minute."""

    __tablename__ = "network_count"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    tried: Mapped[int]


@dataclass(frozen=True)
class Burst:
    """A minute in which one network tried suspiciously many check-ins. stored: how many of these at most."""

    minute: datetime
    tried: int

    @property
    def stored(self) -> int:
        return min(self.tried, MOST_IN_A_MINUTE)


class NetworkLimit:
    """What this process counted and has not written yet, and which networks are over the limit in this minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute: datetime | None = None
        self._waiting: Counter[str] = Counter()
        self._full: set[str] = set()

    def count(self, event_id: int, address: str, secret_key: str, now: datetime) -> None:
        """Count one check-in before it is made. Raises TooMany over the limit."""
        minute = now.replace(second=0, microsecond=0)
        digest = _digest(event_id, network_of(address), secret_key, minute.date())
        with self._lock:
            if self._minute != minute:
                self._minute, self._waiting, self._full = minute, Counter(), set()
            self._waiting[digest] += 1
            full, write = digest in self._full, self._waiting[digest] == STEP
            if write:
                del self._waiting[digest]
        if write:
            tried = _add(event_id, digest, minute)
            if tried >= 0:
                self._note_full(digest, minute)
            full = full or tried > 0
        if full:
            raise TooMany(N_("Please wait a moment, then try again."), minute + MINUTE - now)

    def _note_full(self, digest: str, minute: datetime) -> None:
        with self._lock:
            if self._minute == minute:
                self._full.add(digest)


def _digest(event_id: int, network: str, secret_key: str, day: date) -> str:
    # Keyed, because all IPv4 addresses can be tried.
    text = f"openweek-network\x01{event_id}\x01{day}\x01{network}"
    return hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256).hex()


def _add(event_id: int, digest: str, minute: datetime) -> int:
    """Write a step; by how many the network is over its limit now (negative: so many are left)."""
    first = insert(NetworkCount).values(event_id=event_id, digest=digest, minute=minute, tried=STEP)
    upsert = first.on_conflict_do_update(
        index_elements=["digest", "minute"], set_={"tried": NetworkCount.tried + STEP}
    )
    last_hour = select(NetworkCount.minute, NetworkCount.tried).where(
        NetworkCount.digest == digest, NetworkCount.minute > minute - HOUR
    )
    with transaction():
        db.session.execute(upsert)
        by_minute = dict(db.session.execute(last_hour).tuples().all())
    stored = sum(min(tried, MOST_IN_A_MINUTE) for tried in by_minute.values())
    return max(by_minute[minute] - MOST_IN_A_MINUTE, stored - MOST_IN_AN_HOUR)


def bursts(event_ids: Collection[int]) -> dict[int, list[Burst]]:
    """Of each event the bursts, by time."""
    query = (
        select(NetworkCount.event_id, NetworkCount.minute, func.max(NetworkCount.tried))
        .where(NetworkCount.event_id.in_(event_ids), NetworkCount.tried >= BURST)
        .group_by(NetworkCount.event_id, NetworkCount.minute)
        .order_by(NetworkCount.minute)
    )
    found: dict[int, list[Burst]] = defaultdict(list)
    for event_id, minute, tried in db.session.execute(query):
        found[event_id].append(Burst(minute, tried))
    return found


def forget(now: datetime) -> None:
    """After an hour counts go, and of bursts the network."""
    over = NetworkCount.minute < now - HOUR
    with transaction():
        db.session.execute(delete(NetworkCount).where(over, NetworkCount.tried < BURST))
        known = select(NetworkCount).where(over, NetworkCount.digest.not_like(f"{_FORGOTTEN}%"))
        for row in db.session.scalars(known):
            row.digest = _FORGOTTEN + secrets.token_hex(16)
