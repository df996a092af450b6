"""Slows down guessing at sign-in. Wrong guesses are rows, so that they are counted over all workers and nodes.

A browser in which the account has signed in before (a known device) has a count of its own: whatever others guess, its owner
gets in. Every other browser shares the counts of the address that was typed and of the network it comes from.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, text

from models.accounts.tables import FailedSignIn
from models.db import db, on_postgresql, transaction
from models.errors import N_, TooMany
from models.security.networks import network_of

LONGEST_ADDRESS = 254
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# Wrong guesses allowed within a time.
FOR_SUBJECT = ((6, _MINUTE), (40, _HOUR))
FROM_NETWORK = ((20, _MINUTE), (200, _HOUR))
KEPT = timedelta(days=1)
_GUESS_LOCK = 0x4F59  # class of PostgreSQL's advisory locks, see models.ledger.campaign_lock for another


@dataclass(frozen=True)
class Guess:
    """Who is guessed at, from where. subject: a normalized address, or another name for what is guessed.

    device: the id of a known device of this account; empty for any other browser."""

    subject: str
    network: str
    device: str = ""


def normalized_address(typed: str) -> str:
    """The one form of an e-mail address that is looked up and counted."""
    return typed.strip().lower()[:LONGEST_ADDRESS].replace("\0", "\ufffd")


def count_guess(guess: Guess, now: datetime) -> int:
    """Count a guess before it is checked, so that many at once are counted too; take_back() a right one with the result.

    Raises TooMany where there were too many before: that one is not counted."""
    with transaction():
        _wait_for_others(guess)
        waits = [_wait(_of_subject(guess), FOR_SUBJECT, now)]
        if not guess.device:
            waits.append(_wait(_of_network(guess), FROM_NETWORK, now))
        wait = max(waits)
        if wait > timedelta(0):
            raise TooMany(N_("Please wait a moment, then try again."), wait)
        row = FailedSignIn(
            at=now, subject=_digest(guess.subject), network=network_of(guess.network), device=guess.device
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def take_back(guess_id: int) -> None:
    """It was right. Runs inside the caller's transaction."""
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.id == guess_id))


def forget(subject: str) -> None:
    """The owner has set the password anew. Runs inside the caller's transaction."""
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.subject == _digest(subject)))


def delete_old(now: datetime) -> None:
    with transaction():
        db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - KEPT))


def _wait_for_others(guess: Guess) -> None:
    """Guesses at one subject are counted one after the other: at the same moment none would see the others."""
    if on_postgresql():
        key = int(_digest(guess.subject)[:7], 16)
        db.session.execute(
            text("SELECT pg_advisory_xact_lock(:kind, :key)"), {"kind": _GUESS_LOCK, "key": key}
        )


def _digest(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()


def _of_subject(guess: Guess) -> ColumnElement[bool]:
    return (FailedSignIn.subject == _digest(guess.subject)) & (FailedSignIn.device == guess.device)


def _of_network(guess: Guess) -> ColumnElement[bool]:
    return (FailedSignIn.network == network_of(guess.network)) & (FailedSignIn.device == "")


def _wait(
    condition: ColumnElement[bool], limits: tuple[tuple[int, timedelta], ...], now: datetime
) -> timedelta:
    """Until fewer than the most of each limit lie within its time; zero where that is so already."""
    waits = [timedelta(0)]
    for most, time in limits:
        newest = select(FailedSignIn.at).where(condition, FailedSignIn.at > now - time)
        oldest_of_most = db.session.scalar(newest.order_by(FailedSignIn.at.desc()).offset(most - 1).limit(1))
        if oldest_of_most is not None:
            waits.append(oldest_of_most + time - now)
    return max(waits)
