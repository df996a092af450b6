"""The history of an event: what every change ends with (its time, its calendar entries, a row), and what the rows say."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.db import db
from models.events.tables import ChangeVerb, Event, EventChange, EventStatus, Occurrence
from models.ics import entries
from models.organizations.tables import Account
from models.publishing.change import current


def touch(event: Event, occurrences: list[Occurrence], now: datetime) -> None:
    """Set the time of change of an event and of these occurrences, and render their entries."""
    event.changed_at = now
    for occurrence in occurrences:
        occurrence.changed_at = now
    db.session.flush()
    entries.render(occurrences)


def note(
    event: Event,
    verb: ChangeVerb,
    now: datetime,
    by: Account | None,
    changed: list[str] | None = None,
    why: str = "",
) -> None:
    current().note(event.id, now)
    db.session.add(EventChange(**history_row(event, verb, now, by, changed), why=why))


def history_row(
    event: Event, verb: ChangeVerb, now: datetime, by: Account | None, changed: list[str] | None = None
) -> dict[str, Any]:
    account_id = by.id if by else None
    return {"event_id": event.id, "at": now, "account_id": account_id, "verb": verb, "fields": changed or []}


def may_return(event: Event) -> bool:
    """Whether an event is cancelled because its source dropped it, so that its source can bring it back."""
    if event.status != EventStatus.CANCELLED or event.withdrawn_at is not None:
        return False
    last = select(EventChange.verb).where(
        EventChange.event_id == event.id, EventChange.verb.in_((ChangeVerb.CANCELLED, ChangeVerb.DROPPED))
    )
    return db.session.scalar(last.order_by(EventChange.id.desc()).limit(1)) == ChangeVerb.DROPPED
