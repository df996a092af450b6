"""What the desk sees of registrations: the list, the sums, who did not come as a number, and the export with contacts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from models.audit import chain
from models.audit.tables import AuditSubject, AuditVerb
from models.campaigns.tables import Campaign
from models.codes.passes import Pass, holder_name
from models.db import db, transaction
from models.errors import N_, Mistake
from models.events.tables import Event
from models.ledger.tables import Presence
from models.registration import contacts
from models.registration.contacts import ContactContent
from models.registration.settings import belongs_to, ends_at, sessions_of
from models.registration.tables import Registration, RegistrationSettings, RegistrationState

Value = TypeVar("Value")

LONGEST_REASON = 200
PAGE = 100
_AT_ONCE = 500


@dataclass(frozen=True)
class RegistrationSums:
    """People, not registrations. missing: registered people who did not come; None before the end."""

    registered: int
    waiting: int
    cancelled: int
    missing: int | None


def sums(settings: RegistrationSettings, now: datetime) -> RegistrationSums:
    query = (
        select(Registration.state, func.sum(Registration.headcount))
        .where(Registration.settings_id == settings.id)
        .group_by(Registration.state)
    )
    heads = {state: int(count) for state, count in db.session.execute(query)}
    return RegistrationSums(
        registered=heads.get(RegistrationState.REGISTERED, 0),
        waiting=heads.get(RegistrationState.WAITING, 0),
        cancelled=heads.get(RegistrationState.CANCELLED, 0),
        missing=_missing(settings) if ends_at(settings) <= now else None,
    )


def _missing(settings: RegistrationSettings) -> int:
    """By the passes' visits in the ledger. Only the sum leaves this function, never who did not come.

    Of a week whose ledger no longer names passes: the number that was kept."""
    if settings.missing is not None:
        return settings.missing
    query = (
        select(Pass.serial, Registration.headcount)
        .join(Pass, Pass.id == Registration.pass_id)
        .where(Registration.settings_id == settings.id, Registration.state == RegistrationState.REGISTERED)
    )
    registered = {holder_name(serial): headcount for serial, headcount in db.session.execute(query)}
    # Before a merge they came to the event that was merged.
    earlier = [] if settings.occurrence else settings.event.occurrences
    came = people_came([*registered], {row.id for row in (*sessions_of(settings), *earlier)})
    return sum(max(0, headcount - came.get(holder, 0)) for holder, headcount in registered.items())


def keep_missing(campaign: Campaign) -> None:
    """Keep who did not come as a number, before the ledger forgets which pass came. What was kept before stays."""
    of_week = (
        select(RegistrationSettings)
        .join(Event, Event.id == RegistrationSettings.event_id)
        .where(Event.campaign_id == campaign.id, RegistrationSettings.missing.is_(None))
        .order_by(RegistrationSettings.id)
    )
    for settings in db.session.scalars(of_week).all():
        with transaction():
            settings.missing = _missing(settings)


def people_came(holders: Sequence[str], occurrence_ids: Collection[int]) -> dict[str, int]:
    """The largest number of people that came with a pass on one day."""
    came: dict[str, int] = {}
    for part in _parts(holders):
        query = (
            select(Presence.holder, func.max(Presence.weight))
            .where(Presence.holder.in_(part), Presence.occurrence_id.in_(occurrence_ids))
            .group_by(Presence.holder)
        )
        came |= {holder: int(weight) for holder, weight in db.session.execute(query)}
    return came


def _parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def page_of(settings: RegistrationSettings, state: RegistrationState, number: int) -> list[Registration]:
    """A page (from 1) of one state, in the order of registering: PAGE rows, and one more where another page follows."""
    query = select(Registration).where(Registration.settings_id == settings.id, Registration.state == state)
    return list(
        db.session.scalars(query.order_by(Registration.id).limit(PAGE + 1).offset((number - 1) * PAGE))
    )


def all_of(event_id: int) -> list[tuple[Registration, RegistrationSettings]]:
    """Every registration of an event, cancelled ones too."""
    query = (
        select(Registration, RegistrationSettings)
        .join(RegistrationSettings, RegistrationSettings.id == Registration.settings_id)
        .where(belongs_to(event_id))
        .order_by(Registration.id)
    )
    return [(row, settings) for row, settings in db.session.execute(query)]


def contacts_for_export(
    event_id: int, rows: Collection[Registration], reason: str, now: datetime
) -> dict[int, ContactContent | None]:
    """The contacts of these registrations, once the reason stands in the audit log. Raises Mistake without a reason."""
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Mistake(
            N_(
                "Say in at most %(most)s characters why you need the contacts. The reason is recorded in the audit log."
            ),
            most=LONGEST_REASON,
        )
    with transaction():
        chain.record_act(
            AuditVerb.CONTACTS_EXPORTED, now, AuditSubject.EVENT, event_id, why=reason, rows=len(rows)
        )
    found: dict[int, ContactContent | None] = {}
    for part in _parts([row.id for row in rows]):
        found |= contacts.read_contacts(part)
    return found
