"""How many passes visitors take from one address: a class takes its own within minutes, a script that invents participants
wants thousands.

Counted in the database, so that it holds over all workers and nodes. Of an address nothing is kept but a keyed hash, and that
for an hour.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, TooMany

IN_A_MINUTE, IN_AN_HOUR = 60, 600
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class SelfIssueCount(Base):
    """Passes taken from one address in one minute."""

    __tablename__ = "taken_count"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    passes: Mapped[int]


def count_pass(address: str, secret_key: str, now: datetime) -> None:
    """One more from this address. Raises TooMany, and then it is not counted."""
    # Short enough to search: without the secret key a stolen table tells nothing.
    digest = hmac.digest(secret_key.encode(), b"openweek-taking\x01" + address.encode(), hashlib.sha256).hex()
    minute = now.replace(second=0, microsecond=0)
    one_more = insert(SelfIssueCount).values(digest=digest, minute=minute, passes=1)
    one_more = one_more.on_conflict_do_update(
        index_elements=["digest", "minute"], set_={"passes": SelfIssueCount.passes + 1}
    )
    of_the_hour = select(SelfIssueCount.minute, SelfIssueCount.passes).where(
        SelfIssueCount.digest == digest, SelfIssueCount.minute > minute - HOUR
    )
    with transaction():
        db.session.execute(one_more)
        taken = {row.minute: row.passes for row in db.session.execute(of_the_hour)}
        if sum(taken.values()) > IN_AN_HOUR:
            raise TooMany(N_("Please wait a moment, then try again."), HOUR)
        if taken[minute] > IN_A_MINUTE:
            raise TooMany(N_("Please wait a moment, then try again."), MINUTE)


def delete_old(now: datetime) -> None:
    """What slows nobody down any more."""
    with transaction():
        db.session.execute(delete(SelfIssueCount).where(SelfIssueCount.minute < now - HOUR))
