"""What is deleted after its time: `openweek retention`. The tick does the same each minute."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from models.accounts import idempotency, invitations, password_resets, sessions, throttle
from models.accounts.tables import AccountInvitation, AccountSession, FailedSignIn, PasswordReset
from models.db import Base, db
from models.desk import form_files
from models.desk.form_files import FormFile
from models.devices.pairing import PairingCode
from models.errors import N_
from models.imports import uploads
from models.imports.uploads import UploadedFile
from models.operations import holder_links, tick
from models.publishing import old_drafts
from models.registration import contacts
from models.webhooks import send
from models.webhooks.tables import WebhookDelivery


@dataclass(frozen=True)
class Rule:
    """name: what is deleted and when, in English. count: how many are due."""

    name: str
    count: Callable[[datetime], int]
    delete: Callable[[datetime], object]


def _rows(table: type[Base], due: Callable[[datetime], ColumnElement[bool]]) -> Callable[[datetime], int]:
    return lambda now: db.session.scalar(select(func.count()).select_from(table).where(due(now))) or 0


HOLDER_LINKS = Rule(
    N_("Which pass or phone made which scan, 30 days after the last summary of the week was sealed"),
    holder_links.count_due,
    holder_links.destroy_due,
)
RULES = (
    Rule(N_("Contacts of registrations, 30 days after the event"), contacts.count_due, contacts.delete_old),
    Rule(
        N_("Uploaded files, after one day"),
        _rows(UploadedFile, lambda now: UploadedFile.expires_at <= now),
        uploads.forget_old,
    ),
    Rule(
        N_("Files of forms that were not saved, after one day"),
        _rows(FormFile, lambda now: FormFile.at <= now - form_files.KEPT),
        form_files.delete_old,
    ),
    Rule(
        N_("Invitations, 30 days after they expired"),
        _rows(AccountInvitation, lambda now: AccountInvitation.expires_at < now - invitations.KEPT),
        invitations.delete_old,
    ),
    Rule(
        N_("Links for a new password, 30 days after they expired"),
        _rows(PasswordReset, lambda now: PasswordReset.expires_at < now - password_resets.KEPT),
        password_resets.delete_old,
    ),
    Rule(
        N_("Sessions of accounts, 30 days after their end"),
        _rows(AccountSession, lambda now: AccountSession.created_at < now - sessions.LIFE - sessions.KEPT),
        sessions.delete_old,
    ),
    Rule(
        N_("Failed sign-ins, after one day"),
        _rows(FailedSignIn, lambda now: FailedSignIn.at < now - throttle.KEPT),
        throttle.delete_old,
    ),
    Rule(
        N_("Pairing codes, one day after they expired"),
        _rows(PairingCode, lambda now: PairingCode.expires_at < now - tick.PAIRING_CODES_KEPT),
        tick.delete_pairing_codes,
    ),
    Rule(
        N_("Answers kept for requests that come again, after 7 days"),
        _rows(
            idempotency.IdempotentAnswer, lambda now: idempotency.IdempotentAnswer.at < now - idempotency.KEPT
        ),
        idempotency.delete_old,
    ),
    Rule(
        N_("Deliveries of webhooks, after 30 days"),
        _rows(WebhookDelivery, lambda now: WebhookDelivery.created_at < now - send.KEPT),
        send.delete_old,
    ),
    Rule(
        N_("Drafts that were never submitted, a year after the end of their week"),
        old_drafts.count_due,
        old_drafts.delete_due,
    ),
    HOLDER_LINKS,
)


def due(now: datetime) -> Iterator[tuple[Rule, int]]:
    """Each rule with the number of rows that it would delete."""
    for rule in RULES:
        yield rule, rule.count(now)


def delete_due(now: datetime) -> Iterator[tuple[Rule, int]]:
    """Delete what is due; each rule with the number of rows. Each in its own transactions."""
    for rule in RULES:
        deleted, left = 0, rule.count(now)
        while left:  # contacts are deleted some at a time
            rule.delete(now)
            count, left = left, rule.count(now)
            deleted += count - left
            if left >= count:
                break
        yield rule, deleted
