"""Reminders of summaries that are due soon or late: an office is reminded of its own, the committee of who is missing. And what
an office is told when its summary is sent back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.db import db, insert, transaction
from models.errors import NotFound
from models.installation import Setting
from models.organizations.tables import Account, Organization, Role
from models.summaries.deadline import deadline_of
from models.summaries.handing_in import latest, part_of, states_by_part
from models.summaries.part import Part, expected_below, own_part
from models.summaries.tables import SealedSummary, StepVerb, SummaryStep

SOON_DAYS, LATE_DAYS = 3, 30  # calendar days before the deadline and after it
_LONGEST_WAIT = timedelta(days=60)  # from the end of a week to its deadline, by far
_NEWS = timedelta(days=2)  # a summary sent back longer ago is no news
_SENT_BACK_KEY = "summary_sent_back"


class Due(StrEnum):
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True)
class SummaryReminder:
    """own: the account's own summary is not handed in. missing: the regions without one, in the order of the notice; only the
    committee is told."""

    campaign: Campaign
    due: Due
    own: bool
    missing: list[str]


def due_of(campaign: Campaign, now: datetime) -> Due | None:
    left = deadline_of(campaign).days_left(campaign.today(now))
    if 0 <= left <= SOON_DAYS:
        return Due.SOON
    return Due.LATE if -LATE_DAYS <= left < 0 else None


def reminder_of(account: Account, campaign: Campaign, now: datetime) -> SummaryReminder | None:
    """None: nothing to say."""
    due = due_of(campaign, now)
    return _reminder(account, campaign, due, states_by_part(campaign)) if due and account.reviews else None


def _reminder(
    account: Account, campaign: Campaign, due: Due, states: dict[tuple[str, str], StepVerb]
) -> SummaryReminder | None:
    try:
        part = own_part(account, campaign)
    except NotFound:
        return None

    def lacks(region: str, line: str) -> bool:
        return states.get((region, line), StepVerb.SENT_BACK) == StepVerb.SENT_BACK

    if part.region:
        return SummaryReminder(campaign, due, True, []) if lacks(part.region, part.line) else None
    missing = [row.code for row in expected_below("") if lacks(row.code, "")]
    return SummaryReminder(campaign, due, False, missing) if missing else None


def unsent(now: datetime) -> Iterator[tuple[Account, SummaryReminder]]:
    """Those whom no mail has reached yet, with what there is to say. Each is noted (note_sent) before the next one."""
    today = now.date()
    near = select(Campaign).where(Campaign.ends <= today, Campaign.ends >= today - _LONGEST_WAIT)
    for campaign in db.session.scalars(near.order_by(Campaign.id)).all():
        due = due_of(campaign, now)
        if due is None:
            continue
        accounts = select(Account).where(
            Account.role.in_((Role.OFFICE, Role.COMMITTEE)),
            Account.closed_at.is_(None),
            Account.id > _sent_up_to(campaign, due),
        )
        waiting = db.session.scalars(accounts.order_by(Account.id)).all()
        states = states_by_part(campaign) if waiting else {}
        for account in waiting:
            reminder = _reminder(account, campaign, due, states)
            if reminder is not None:
                yield account, reminder


def unsent_sent_back(now: datetime) -> Iterator[tuple[SummaryStep, Part, list[Account]]]:
    """What was sent back and not told by mail yet, to whose office. Each is noted (note_told) before the next one."""
    setting = db.session.get(Setting, _SENT_BACK_KEY, populate_existing=True)
    query = select(SummaryStep, SealedSummary).join(SealedSummary, SealedSummary.id == SummaryStep.sealed_id)
    query = query.where(
        SummaryStep.verb == StepVerb.SENT_BACK,
        SummaryStep.at >= now - _NEWS,
        SummaryStep.id > (int(setting.value) if setting is not None else 0),
    )
    for step, sealed in db.session.execute(query.order_by(SummaryStep.id)).tuples().all():
        part = part_of(sealed)
        waits = latest(part) is sealed  # else it is handed in again already
        yield step, part, _accounts_of(part) if waits else []


def _accounts_of(part: Part) -> list[Account]:
    """Of the office that writes a summary; of the country's the committee."""
    query = select(Account).join(Account.organization).where(Account.closed_at.is_(None))
    if part.region:
        query = query.where(Account.role == Role.OFFICE, Organization.region_code == part.region)
    else:
        query = query.where(Account.role == Role.COMMITTEE)
    return [account for account in db.session.scalars(query.order_by(Account.id)) if _is_own(account, part)]


def _is_own(account: Account, part: Part) -> bool:
    try:
        return own_part(account, part.campaign) == part
    except NotFound:
        return False


def note_told(step: SummaryStep) -> None:
    _note(_SENT_BACK_KEY, step.id)


def _key(campaign: Campaign, due: Due) -> str:
    return f"summary_{due}:{campaign.id}"


def _sent_up_to(campaign: Campaign, due: Due) -> int:
    """The highest id of an account that was reminded; accounts are taken in this order."""
    setting = db.session.get(Setting, _key(campaign, due), populate_existing=True)
    return int(setting.value) if setting is not None else 0


def note_sent(reminder: SummaryReminder, account: Account) -> None:
    _note(_key(reminder.campaign, reminder.due), account.id)


def _note(key: str, last: int) -> None:
    values = {"key": key, "value": str(last)}
    with transaction():
        db.session.execute(
            insert(Setting).values(values).on_conflict_do_update(index_elements=["key"], set_=values)
        )
