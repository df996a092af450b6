"""What every change of an event ends with: its time, its calendar entries, and a row of its history."""

from datetime import datetime
from typing import Any

from models.db import db
from models.events.tables import ChangeVerb, Event, EventChange, Occurrence
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
