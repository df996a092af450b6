"""Reminders of what is missing of events, by mail to those who can add it: one message a person, each reminder once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from models.db import db
from models.desk import reminders
from models.desk.reminders import EventReminder
from models.installation import site
from models.organizations.tables import Account
from web.desk.mail import send_in_both
from web.desk.overview import missing_name


def send_due(now: datetime) -> int:
    """How many messages were sent. Where the server fails, the rest waits for the next tick; without one, nothing is due."""
    if current_app.config["MAIL_SERVER"] is None:
        return 0
    by_lead: dict[int | None, list[EventReminder]] = defaultdict(list)
    for row in reminders.unsent():
        by_lead[row.event.lead_id].append(row)
    sent = 0
    for lead_id, rows in by_lead.items():
        for account in _writers_of(lead_id):
            if not _send(account, rows):
                return sent
            sent += 1
        reminders.note_sent(rows, now)
    return sent


def _writers_of(organization_id: int | None) -> list[Account]:
    query = select(Account).where(Account.organization_id == organization_id, Account.closed_at.is_(None))
    return [account for account in db.session.scalars(query.order_by(Account.id)) if account.writes]


def _send(account: Account, rows: Sequence[EventReminder]) -> bool:
    def text() -> tuple[str, str]:
        lines = [
            f"{row.event.title}{_(': ')}{missing_name(row.kind)}\n{site().url(f'/desk/events/{row.event_id}')}"
            for row in rows
        ]
        return _("Missing information of your events"), "\n\n".join(
            [_("The desk of Openweek misses something of these events:"), *lines]
        )

    return bool(send_in_both(account.email, text))
