"""Sessions that were moved or cancelled after people registered: who is to be told.

SEQUENCE of the calendar entries (models.publishing.sequence) rises with every such change, so a registration that knows another
sum than the sessions have now has not heard."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select, update

from models.db import db, transaction
from models.events.merges import standing_id
from models.events.tables import Event, Occurrence
from models.registration.settings import ends_at, sequence_of
from models.registration.tables import MailKind, Registration, RegistrationSettings, RegistrationState


def has_changed(row: Registration) -> bool:
    """Whether a session was moved or cancelled since it was registered for."""
    return row.sequence != sequence_of(row.settings)


def note_due(now: datetime) -> int:
    """Whoever left an address and has not heard of a change is to be sent a message; how many. Reads first: a tick that finds
    nothing must not hold the write lock."""
    current = _sequence()
    query = select(RegistrationSettings.id).where(RegistrationSettings.sequence != current)
    return sum(_note(settings_id, now) for settings_id in db.session.scalars(query).all())


def _sequence() -> ColumnElement[int]:
    """sequence_of() in a query of settings."""
    event_id = standing_id("registration_settings.event_id")
    of_session = select(Occurrence.sequence).where(Occurrence.id == RegistrationSettings.occurrence_id)
    of_event = select(func.coalesce(func.sum(Occurrence.sequence), 0)).where(Occurrence.event_id == event_id)
    deleted = select(case((Event.withdrawn_at.is_(None), 0), else_=1)).where(Event.id == event_id)
    sessions = case(
        (RegistrationSettings.occurrence_id.is_not(None), of_session.scalar_subquery()),
        else_=of_event.scalar_subquery(),
    )
    return sessions + deleted.scalar_subquery()


def _note(settings_id: int, now: datetime) -> int:
    with transaction():
        settings = db.session.get_one(
            RegistrationSettings, settings_id, with_for_update=True, populate_existing=True
        )
        settings.sequence = sequence_of(settings)
        if ends_at(settings) <= now:
            return 0
        told = (
            update(Registration)
            .where(
                Registration.settings_id == settings_id,
                Registration.state != RegistrationState.CANCELLED,
                Registration.by_mail,
                Registration.sequence != settings.sequence,
            )
            .values(mail_due=MailKind.CHANGED, mail_due_at=now)
        )
        return len(db.session.scalars(told.returning(Registration.id)).all())
