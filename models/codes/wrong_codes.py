"""Wrong codes that somebody tries, counted over all workers and nodes, so that codes cannot be found by guessing.

Right codes are not counted: a class behind one address tries as many as it likes. check() refuses also a right code until the
minute or the hour is over. For typed codes and pairing codes, which could be guessed else, it is asked about a network: all
others of it wait with the one who guesses, but for posters that take check-ins. For venue codes it is asked about a browser.
A browser and a network are kept only as hashes, keyed and different each day, for an hour.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, TooMany

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAIT = N_("Too many wrong codes. Please wait a minute, then try again.")
WAIT_LONG = N_("Too many wrong codes within an hour. Please scan the code with the camera, or ask the staff.")


class WrongCodeCount(Base):
    """Wrong codes that one browser or network tried in one minute."""

    __tablename__ = "wrong_code_count"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    tried: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """who: whose wrong codes are counted together, and at what. most: so many in a minute. of_hour: so many in an hour, where
    there is such a limit; check() alone asks for it."""

    who: str
    most: int
    of_hour: int | None = None


class WrongCodes:
    """The limits over all processes. This one remembers who is over a limit, so that a flood does not write."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute: datetime | None = None
        self._full: set[str] = set()

    def check(self, limits: Sequence[Limit], secret_key: str, now: datetime) -> None:
        """Before a right code is answered. Raises TooMany where a limit was reached in this minute or hour."""
        if not limits:
            return
        minute, most = _minute(now), _by_digest(limits, secret_key, now)
        self._check_full(most, minute, now)
        rows = db.session.execute(
            select(WrongCodeCount.digest, WrongCodeCount.minute, WrongCodeCount.tried)
            .where(WrongCodeCount.digest.in_(most), WrongCodeCount.minute > minute - HOUR)
            .order_by(WrongCodeCount.minute)
        ).all()
        for digest, limit in most.items():
            tried = {row.minute: row.tried for row in rows if row.digest == digest}
            if tried.get(minute, 0) >= limit.most:
                raise _too_many(now)
            if limit.of_hour is not None and sum(tried.values()) >= limit.of_hour:
                raise TooMany(WAIT_LONG, min(tried) + HOUR - now)

    def count(self, limits: Sequence[Limit], secret_key: str, now: datetime) -> None:
        """Count a wrong code. Raises TooMany where a limit had been reached before."""
        minute, most = _minute(now), _by_digest(limits, secret_key, now)
        self._check_full(most, minute, now)
        tried = _add(sorted(most), minute)
        over = {digest for digest, limit in most.items() if tried[digest] > limit.most}
        if over:
            with self._lock:
                self._full |= over
            raise _too_many(now)

    def _check_full(self, most: dict[str, Limit], minute: datetime, now: datetime) -> None:
        with self._lock:
            if self._minute != minute:
                self._minute, self._full = minute, set()
            if self._full.intersection(most):
                raise _too_many(now)


def forget(now: datetime) -> None:
    with transaction():
        db.session.execute(delete(WrongCodeCount).where(WrongCodeCount.minute < now - HOUR))


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _too_many(now: datetime) -> TooMany:
    return TooMany(WAIT, _minute(now) + MINUTE - now)


def _by_digest(limits: Sequence[Limit], secret_key: str, now: datetime) -> dict[str, Limit]:
    return {_digest(limit.who, secret_key, now.date()): limit for limit in limits}


def _digest(who: str, secret_key: str, day: date) -> str:
    # Keyed, because all IPv4 addresses can be tried.
    text = f"openweek-wrong-code\x01{day}\x01{who}"
    return hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256).hex()


def _add(digests: Sequence[str], minute: datetime) -> dict[str, int]:
    """One more for each, in one order, so that two processes never wait for each other; the numbers now."""
    rows = [{"digest": digest, "minute": minute, "tried": 1} for digest in digests]
    upsert = (
        insert(WrongCodeCount)
        .values(rows)
        .on_conflict_do_update(index_elements=["digest", "minute"], set_={"tried": WrongCodeCount.tried + 1})
        .returning(WrongCodeCount.digest, WrongCodeCount.tried)
    )
    with transaction():
        return dict(db.session.execute(upsert).tuples().all())
