"""The limits on passes that visitors take by themselves, and on registrations, from one network address.

A school of 1,500 takes its passes within minutes; a script that invents participants wants more. Counted in the
database, so the limit holds over all workers and nodes. The address is stored only as a keyed hash, for one hour.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, TooMany

MOST_IN_A_MINUTE, MOST_IN_AN_HOUR = 600, 3000
# A class in which everybody registers alone, a lecture hall of a university.
MOST_REGISTRATIONS = (120, 1200)  # in a minute, in an hour
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class SelfIssueCount(Base):
    """Passes taken from one address in one minute."""

    __tablename__ = "taken_count"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    passes: Mapped[int]


def count_pass(address: str, secret_key: str, now: datetime) -> None:
    """Count one more pass from this address. Raises TooMany over the limit; then nothing is counted."""
    _count(b"openweek-taking\x01" + address.encode(), secret_key, now, MOST_IN_A_MINUTE, MOST_IN_AN_HOUR)


def count_registration(address: str, secret_key: str, now: datetime) -> None:
    """Count one more registration from this address. Raises TooMany over the limit; then nothing is counted."""
    _count(b"openweek-registering\x01" + address.encode(), secret_key, now, *MOST_REGISTRATIONS)


def _count(
    counted: bytes, secret_key: str, now: datetime, most_in_a_minute: int, most_in_an_hour: int
) -> None:
    # Keyed, because all IPv4 addresses can be tried.
    digest = hmac.digest(secret_key.encode(), counted, hashlib.sha256).hex()
    minute = now.replace(second=0, microsecond=0)
    first = insert(SelfIssueCount).values(digest=digest, minute=minute, passes=1)
    upsert = first.on_conflict_do_update(
        index_elements=["digest", "minute"], set_={"passes": SelfIssueCount.passes + 1}
    )
    last_hour = select(SelfIssueCount.minute, SelfIssueCount.passes).where(
        SelfIssueCount.digest == digest, SelfIssueCount.minute > minute - HOUR
    )
    with transaction():
        db.session.execute(upsert)
        by_minute = dict(db.session.execute(last_hour).tuples().all())
        if sum(by_minute.values()) > most_in_an_hour:
            raise TooMany(N_("Please wait a moment, then try again."), HOUR)
        if by_minute[minute] > most_in_a_minute:
            raise TooMany(N_("Please wait a moment, then try again."), MINUTE)


def delete_old(now: datetime) -> None:
    """Delete counts that no longer matter."""
    with transaction():
        db.session.execute(delete(SelfIssueCount).where(SelfIssueCount.minute < now - HOUR))
