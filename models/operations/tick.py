"""Periodic tasks, and which of several nodes runs them.

Every task may run twice at the same time or be missed for an hour, so a lease in one row is enough of a lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, or_, select, update
from sqlalchemy.exc import DBAPIError

from models import clock
from models.accounts import idempotency, invitations, password_resets, sessions, throttle
from models.codes import self_issue_limit, wrong_codes
from models.db import db, insert, transaction
from models.desk import form_files, reminders
from models.devices.pairing import PairingCode
from models.figures import subscribers
from models.figures.publication import release as release_of_figures
from models.ics import entries
from models.imports import pictures, uploads
from models.imports.beforehand import hidden_events
from models.imports.feeds import subscriptions
from models.installation import Setting
from models.ledger import network_counts
from models.operations import holder_links, schema
from models.publishing import old_drafts, session_counts, unused_pictures
from models.registration import changes, contacts
from models.webhooks import announce, send

PERIOD = timedelta(seconds=55)  # a little less than the minute in which each node tries again
LEASE = timedelta(minutes=10)  # after which another node takes over from one that died
CLOCKS_DIFFER = timedelta(minutes=1)  # between nodes, at most
PAIRING_CODES_KEPT = timedelta(days=1)  # after they expired
JUMP = timedelta(days=2)  # without a tick: the server was off for long, or its clock has jumped
DOUBT = timedelta(days=1)  # after a jump nothing is destroyed that long
_KEY = "tick_due"
_JUMPED = "clock_jumped"


@dataclass(frozen=True)
class TickResult:
    """Counts of what a tick did: pairing codes deleted, calendar entries rendered, uploads deleted, unused pictures deleted,
    feeds pulled, pictures fetched, reminders written."""

    codes: int
    entries: int
    files: int
    unused_pictures: int
    feeds: int
    pictures: int
    reminders: int = 0


def claim(now: datetime) -> bool:
    """Claim the next tick for this node. False: another node has it, or it is not due.

    A due time that lies beyond a lease was written by a clock that was wrong, and is not believed."""
    with transaction():
        db.session.execute(
            insert(Setting).values(key=_KEY, value=clock.instant_text(now)).on_conflict_do_nothing()
        )
        before = db.session.scalars(select(Setting.value).where(Setting.key == _KEY)).one()
        # Instants in UTC with milliseconds sort as text.
        claimed = db.session.execute(
            update(Setting)
            .where(
                Setting.key == _KEY,
                or_(
                    Setting.value <= clock.instant_text(now),
                    Setting.value > clock.instant_text(now + LEASE + CLOCKS_DIFFER),
                ),
            )
            .values(value=clock.instant_text(now + LEASE))
            .returning(Setting.key)
        ).first()
        if claimed is not None and now - clock.parse_instant(before) > JUMP:
            jump = insert(Setting).values(key=_JUMPED, value=clock.instant_text(now))
            db.session.execute(
                jump.on_conflict_do_update(index_elements=["key"], set_={"value": jump.excluded.value})
            )
    return claimed is not None


def may_destroy(now: datetime) -> bool:
    """False for a day after a jump of the clock: one that is a year ahead for an hour must not destroy what is due in a year."""
    jumped = db.session.scalars(select(Setting.value).where(Setting.key == _JUMPED)).one_or_none()
    return jumped is None or not timedelta(0) <= now - clock.parse_instant(jumped) < DOUBT


def release(now: datetime) -> None:
    """The claimed tick is done; the next one is due PERIOD after its claim. now: that of claim()."""
    with transaction():
        db.session.execute(
            update(Setting).where(Setting.key == _KEY).values(value=clock.instant_text(now + PERIOD))
        )


def due_at() -> datetime | None:
    """When the next tick is due; None before the first one."""
    setting = db.session.get(Setting, _KEY)
    return clock.parse_instant(setting.value) if setting is not None else None


def due_at_on(standby: Engine) -> datetime | None:
    """The same as the standby has it; None also where the standby has no such table yet."""
    try:
        with standby.connect() as connection:
            value = connection.scalar(select(Setting.value).where(Setting.key == _KEY))
    except DBAPIError:
        return None
    return clock.parse_instant(value) if value is not None else None


def believable_wait(now: datetime) -> timedelta:
    """Until the next tick is due; zero where it is, or where a clock that was wrong wrote that time. A server that was stopped
    within a tick leaves the whole lease."""
    due = due_at()
    wait = due - now if due is not None else timedelta(0)
    return wait if timedelta(0) < wait <= LEASE + CLOCKS_DIFFER else timedelta(0)


def tick(now: datetime, *, destroy: bool = True) -> TickResult:
    """Run every task once. Each has its own transactions. destroy: False leaves what cannot be had back."""
    self_issue_limit.delete_old(now)
    network_counts.forget(now)
    wrong_codes.forget(now)
    throttle.delete_old(now)
    sessions.delete_old(now)
    invitations.delete_old(now)
    password_resets.delete_old(now)
    if destroy:
        contacts.delete_old(now)
        release_of_figures.freeze_due(now)
        old_drafts.delete_due(now)
        subscribers.close_all(now)  # with the salts: a reader of a day that goes on would be counted twice
    idempotency.delete_old(now)
    form_files.delete_old(now)
    announce.announce(now)
    changes.note_due(now)
    result = TickResult(
        codes=delete_pairing_codes(now),
        # While a newer version takes over, its form of an entry is left as it is: two would rewrite it in turn each minute.
        entries=entries.rerender_stale(now) if schema.is_newest() else 0,
        files=uploads.forget_old(now),
        unused_pictures=unused_pictures.delete_unused(now),
        reminders=reminders.remind(now),
        # Last, because other servers may be slow.
        feeds=subscriptions.pull_due(now),
        pictures=pictures.fetch_due(now),
    )
    send.send_due(now)
    send.delete_old(now)
    session_counts.correct_session_counts(now)
    hidden_events.delete_left(now)
    if destroy:
        holder_links.destroy_due(now)
    return result


def delete_pairing_codes(now: datetime) -> int:
    expired = delete(PairingCode).where(PairingCode.expires_at < now - PAIRING_CODES_KEPT)
    with transaction():
        return len(db.session.scalars(expired.returning(PairingCode.digest)).all())
