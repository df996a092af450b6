"""Reminders by mail, each once: of what is missing of events, one message a person to those who can add it; of summaries that are
due, late or sent back, to their offices and to the committee."""

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
from models.summaries import reminders as summary_reminders
from models.summaries.deadline import deadline_of
from models.summaries.part import Part
from models.summaries.reminders import SummaryReminder
from web.desk.mail import send_in_both
from web.desk.overview import deadline_words, missing_name, summary_reminder_words
from web.summaries.names import place_name
from web.words.terms import campaign_name


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
    return sent + _send_of_summaries(now)


def _send_of_summaries(now: datetime) -> int:
    sent = _send_of_sent_back(now)
    for account, reminder in summary_reminders.unsent(now):
        if not _send_of_summary(account, reminder, now):
            break
        summary_reminders.note_sent(reminder, account)
        sent += 1
    return sent


def _send_of_sent_back(now: datetime) -> int:
    """To the office whose summary was sent back, with the reason."""
    sent = 0
    for step, part, accounts in summary_reminders.unsent_sent_back(now):
        for account in accounts:
            if not _send_reason(account, part, step.why):
                return sent
            sent += 1
        summary_reminders.note_told(step)
    return sent


def _send_reason(account: Account, part: Part, why: str) -> bool:
    def text() -> tuple[str, str]:
        lines = [
            f"{campaign_name(part.campaign)}{_(': ')}{place_name(part)}",
            _("Your summary was sent back: change it and hand it in again"),
            f"{_('Reason')}{_(': ')}{why}",
            site().url(f"/desk/summary/?campaign={part.campaign.id}"),
        ]
        return _("A summary was sent back"), "\n\n".join(lines)

    return bool(send_in_both(account.email, text))


def _send_of_summary(account: Account, reminder: SummaryReminder, now: datetime) -> bool:
    campaign = reminder.campaign

    def text() -> tuple[str, str]:
        lines = [
            campaign_name(campaign),
            deadline_words(deadline_of(campaign), campaign.today(now)),
            summary_reminder_words(reminder),
            site().url(f"/desk/summary/?campaign={campaign.id}"),
        ]
        return _("Summaries of the week"), "\n\n".join(lines)

    return bool(send_in_both(account.email, text))


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
