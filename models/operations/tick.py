"""What is due from time to time, and which node of several does it.

Every task may run twice at once or be missed for an hour without harm; so a lease of a row is lock enough.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from models import clock
from models.codes import self_issue_limit
from models.db import db, insert, transaction
from models.devices.pairing import PairingCode
from models.ics import entries as ical
from models.imports import subscriptions, uploads
from models.installation import Setting

PERIOD = timedelta(seconds=55)  # a little under the minute after which every node asks again
LEASE = timedelta(minutes=10)  # what a node that died in the middle keeps from the others
KEPT_PAIRING_CODES = timedelta(days=1)
_KEY = "tick_due"


@dataclass(frozen=True)
class TickResult:
    """What a tick came to: pairing codes and handed-in files forgotten, calendar entries rendered again, calendars
    of others pulled."""

    codes: int
    entries: int
    files: int
    feeds: int


def claim(now: datetime) -> bool:
    """Take the next tick for this node. False: another one has it, or it is not due."""
    with transaction():
        db.session.execute(
            insert(Setting).values(key=_KEY, value=clock.instant_text(now)).on_conflict_do_nothing()
        )
        # Instants in UTC with milliseconds sort as texts.
        taken = db.session.execute(
            update(Setting)
            .where(Setting.key == _KEY, Setting.value <= clock.instant_text(now))
            .values(value=clock.instant_text(now + LEASE))
            .returning(Setting.key)
        ).first()
    return taken is not None


def release(now: datetime) -> None:
    """The claimed tick is done: the next one is due a period after it was claimed."""
    with transaction():
        db.session.execute(
            update(Setting).where(Setting.key == _KEY).values(value=clock.instant_text(now + PERIOD))
        )


def tick(now: datetime) -> TickResult:
    """Do what is due, once. Each task has its own transactions."""
    self_issue_limit.delete_old(now)
    return TickResult(
        codes=_forget_pairing_codes(now),
        entries=ical.rerender_stale(now),
        files=uploads.forget_old(now),
        feeds=subscriptions.pull_due(now),  # last: others may take their time
    )


def _forget_pairing_codes(now: datetime) -> int:
    with transaction():
        gone = db.session.execute(
            delete(PairingCode).where(PairingCode.expires_at < now - KEPT_PAIRING_CODES)
        )
    return gone.rowcount
