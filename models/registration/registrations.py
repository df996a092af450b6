"""Registering, cancelling and moving up. Each locks the settings' row first, so the places of an event are never given twice.

A group gets all its places or none. A free place goes to the first who waits and fits: 3 free places pass over a waiting class of
45. A pass exists from the moment there is a place: while somebody waits there is no code to show, so no device can let it in.
"""

import base64
import hashlib
import re
import secrets
from datetime import datetime

from sqlalchemy import func, select

from models.audit import chain
from models.audit.tables import AuditSubject, AuditVerb
from models.codes import passes
from models.codes.passes import Pass
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.registration import contacts
from models.registration.contacts import ContactContent
from models.registration.lists import people_came
from models.registration.requests import RegistrationRequest, is_mail
from models.registration.settings import (
    Openness,
    ends_at,
    is_held,
    openness,
    sequence_of,
    sessions_of,
)
from models.registration.tables import (
    ContactRule,
    MailKind,
    Registration,
    RegistrationSettings,
    RegistrationState,
)

_SECRET_BYTES = 20
_SECRET = re.compile(r"[A-Z2-7]{32}")


def new_secret() -> str:
    """A secret for the address of a registration's page. The form carries it, so that sending it twice registers once."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def is_secret(text: str) -> bool:
    return _SECRET.fullmatch(text) is not None


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.upper().encode()).hexdigest()


def register(
    settings: RegistrationSettings, request: RegistrationRequest, secret: str, now: datetime
) -> Registration:
    """A place, or one on the waiting list. The same secret again: the registration that it has.

    The request has no problems (requests.problems_of). Raises Conflict where registration is not open or everything is taken."""
    with transaction():
        settings = _lock(settings.id)
        digest = digest_of(secret)
        existing = db.session.scalar(select(Registration).where(Registration.digest == digest))
        if existing is not None:
            return existing
        _require_open(settings, now)
        headcount = request.headcount or 1
        fits = headcount <= settings.left
        if not fits and not settings.waiting_list:
            raise Conflict(_nothing_left(settings.left))
        row = Registration(
            settings=settings,
            digest=digest,
            group=request.group,
            headcount=headcount,
            state=RegistrationState.WAITING,
            at=now,
            sequence=sequence_of(settings),
        )
        if fits:
            _give_place(settings, row, now)
        db.session.add(row)
        db.session.flush()
        _write_contact(settings, row, request, secret)
    return row


def _nothing_left(left: int) -> str:
    if left:
        return N_("There are fewer places left than people. A group gets all its places or none.")
    return N_("All places are taken, and there is no waiting list.")


def _require_open(settings: RegistrationSettings, now: datetime) -> None:
    state = openness(settings, now)
    if state == Openness.NOT_YET:
        raise Conflict(N_("Registration has not opened yet."))
    if state == Openness.CLOSED:
        raise Conflict(N_("Registration is closed."))
    if state == Openness.NOT_HELD:
        raise Conflict(N_("This event does not take place, so nobody can register."))


def _lock(settings_id: int) -> RegistrationSettings:
    """On PostgreSQL the row is locked until the commit; on SQLite writers are alone. Raises NotFound."""
    query = select(RegistrationSettings).where(RegistrationSettings.id == settings_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(N_("There is no registration with the number %(id)s."), id=settings_id)
    return row


def _give_place(settings: RegistrationSettings, row: Registration, now: datetime) -> None:
    event = settings.event
    settings.taken += row.headcount
    row.state = RegistrationState.REGISTERED
    row.issued = passes.write_pass(
        event.campaign, row.group, row.headcount, event, settings.occurrence_id, now
    )


def _write_contact(
    settings: RegistrationSettings, row: Registration, request: RegistrationRequest, secret: str
) -> None:
    """What was not asked for is not kept."""
    contact = request.contact.strip() if settings.contact != ContactRule.NONE else ""
    pairs = zip(settings.questions, request.answers, strict=False)
    answers = {question: answer.strip() for question, answer in pairs if answer.strip()}
    if not contact and not answers:
        return
    row.by_mail = is_mail(contact)
    if row.by_mail:
        row.mail_due = MailKind(row.state.value)
    contacts.write_contact(row, ContactContent(contact, answers, secret if row.by_mail else ""))


def of_pass(campaign_id: str, holder: str) -> Registration | None:
    """The registration that a pass belongs to. holder: as in the ledger, by the first pass of a registration."""
    serial = int(holder.partition(":")[2], 16)
    query = select(Registration).join(Pass, Pass.id == Registration.pass_id)
    return db.session.scalar(query.where(Pass.campaign_id == campaign_id, Pass.serial == serial).limit(1))


def find_by_secret(secret: str) -> Registration:
    """Raises NotFound."""
    query = select(Registration).where(Registration.digest == digest_of(secret))
    row = db.session.scalar(query)
    if row is None:
        raise NotFound(N_("There is no registration at this address. Check that it is complete."))
    return row


def find_in(settings: RegistrationSettings, registration_id: int) -> Registration:
    """Raises NotFound for one of other settings."""
    row = db.session.get(Registration, registration_id) if 0 < registration_id <= LARGEST_ID else None
    if row is None or row.settings_id != settings.id:
        raise NotFound(N_("There is no registration with the number %(id)s."), id=registration_id)
    return row


def cancel(row: Registration, now: datetime, *, by_staff: bool = False) -> list[Registration]:
    """Give the place back; those who moved up. Cancelling again changes nothing. Raises Conflict after the event.

    by_staff: an account does it, which the audit log notes."""
    with transaction():
        settings = _lock(row.settings_id)
        db.session.refresh(row)
        if row.state == RegistrationState.CANCELLED:
            return []
        if ends_at(settings) <= now:
            raise Conflict(N_("This event is over, so there is nothing to cancel."))
        if row.issued is not None:
            settings.taken -= row.headcount
            issued = passes.newest_of(row.issued)
            issued.revoked_at = issued.revoked_at or now
        row.state, row.cancelled_at, row.mail_due = RegistrationState.CANCELLED, now, None
        contacts.delete_contact(row)
        moved = _move_up(settings, now)
        if by_staff:
            chain.record_act(
                AuditVerb.REGISTRATION_CANCELLED,
                now,
                AuditSubject.EVENT,
                settings.event_id,
                registration=row.id,
                heads=row.headcount,
            )
    return moved


def lower_headcount(row: Registration, headcount: int | None, now: datetime) -> list[Registration]:
    """Fewer people come: the other places are free; those who moved up. A new pass takes the place of the one for more people.

    Raises Mistake for a number that is not lower; Conflict after the event, or where more people have come already."""
    with transaction():
        settings = _lock(row.settings_id)
        db.session.refresh(row)
        if row.state == RegistrationState.CANCELLED or ends_at(settings) <= now:
            raise Conflict(N_("This registration can no longer be changed."))
        if headcount == row.headcount:
            return []
        if headcount is None or not 1 <= headcount < row.headcount:
            raise Mistake(N_("Enter a whole number from 1 to %(most)s."), most=row.headcount - 1)
        if row.issued is not None:
            issued = passes.newest_of(row.issued)
            sessions = [session.id for session in sessions_of(settings)]
            if people_came([issued.holder], sessions).get(issued.holder, 0) > headcount:
                raise Conflict(N_("More people of this group have checked in already."))
            settings.taken -= row.headcount - headcount
            if issued.revoked_at is None:
                passes.write_smaller(issued, headcount, now)
        row.headcount = headcount
        db.session.flush()
        return _move_up(settings, now)


def move_up(settings: RegistrationSettings, now: datetime) -> list[Registration]:
    """After places were added: who now has one."""
    with transaction():
        return _move_up(_lock(settings.id), now)


def _move_up(settings: RegistrationSettings, now: datetime) -> list[Registration]:
    """Also after registration has closed, until the end of the event."""
    moved: list[Registration] = []
    if not is_held(settings) or ends_at(settings) <= now:
        return moved
    while (row := _first_that_fits(settings)) is not None:
        _give_place(settings, row, now)
        row.moved_up_at = now
        row.mail_due = MailKind.MOVED_UP if row.by_mail else None
        db.session.flush()
        moved.append(row)
    return moved


def _first_that_fits(settings: RegistrationSettings) -> Registration | None:
    if settings.left == 0:
        return None
    query = select(Registration).where(
        Registration.settings_id == settings.id,
        Registration.state == RegistrationState.WAITING,
        Registration.headcount <= settings.left,
    )
    return db.session.scalar(query.order_by(Registration.id).limit(1))


def waiting_before(row: Registration) -> int:
    """How many registrations stand before this one on the waiting list."""
    query = select(func.count()).where(
        Registration.settings_id == row.settings_id,
        Registration.state == RegistrationState.WAITING,
        Registration.id < row.id,
    )
    return db.session.scalars(query).one()
