"""Event.session_count of events that a server of the version before wrote during an upgrade: it keeps no count."""

from datetime import datetime

from sqlalchemy import select, update

from models.db import db
from models.events.calendar_order import counted_sessions
from models.events.tables import Event
from models.publishing.change import current, event_transaction

_SESSIONS = counted_sessions()


def correct_session_counts(now: datetime) -> int:
    """Count the sessions of these events again; the number of events. The lists read the count, so they are made anew."""
    wrong = db.session.scalars(select(Event.id).where(Event.session_count != _SESSIONS)).all()
    if not wrong:
        return 0
    with event_transaction():
        for event_id in wrong:
            counted = update(Event).where(Event.id == event_id).values(session_count=_SESSIONS)
            db.session.execute(counted.execution_options(synchronize_session=False))
            current().note(event_id, now)
    return len(wrong)
