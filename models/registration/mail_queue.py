"""Registrations of which a message is to be sent by mail."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from models.db import db, transaction
from models.registration.tables import Registration, RegistrationSettings

SENT_WITHIN = timedelta(days=1)  # later the message would surprise: a mail server was set up meanwhile


def due(now: datetime, most: int = 200) -> list[Registration]:
    """The oldest first, with their events."""
    since = func.coalesce(Registration.mail_due_at, Registration.moved_up_at, Registration.at)
    query = select(Registration).where(Registration.mail_due.is_not(None), since > now - SENT_WITHIN)
    query = query.options(joinedload(Registration.settings).joinedload(RegistrationSettings.event))
    return list(db.session.scalars(query.order_by(Registration.id).limit(most)))


def note_sent(row: Registration) -> None:
    """Of this message: whoever moved up meanwhile gets the next one."""
    with transaction():
        db.session.execute(
            update(Registration)
            .where(Registration.id == row.id, Registration.mail_due == row.mail_due)
            .values(mail_due=None, mail_due_at=None)
        )
