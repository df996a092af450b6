"""The history of an event: what every change ends with (its time, its calendar entries, a row), and what the rows say."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from models.db import db
from models.events.draft import EventDraft, draft_of
from models.events.tables import ChangeVerb, Event, EventChange, EventStatus, Occurrence
from models.ics import entries
from models.organizations.tables import Account
from models.publishing.change import current

# What an event says: the last row of its history. In queries of Event.
VERSION = (
    select(func.max(EventChange.id))
    .where(EventChange.event_id == Event.id)
    .correlate(Event)
    .scalar_subquery()
)
CONTENT_CHANGES = (ChangeVerb.CHANGED, ChangeVerb.IMPORTED)


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


def named_fields(changed: list[str], event: Event, draft: EventDraft) -> list[str]:
    """The changed fields as readers are told of them: sessions that only have another place or room for more people are no
    change of time. event: before the change."""
    if "occurrences" not in changed:
        return changed
    return [
        one
        for name in changed
        for one in (_of_sessions(draft_of(event), draft) if name == "occurrences" else [name])
    ]


def _of_sessions(before: EventDraft, after: EventDraft) -> list[str]:
    if not same_times(before, after):
        return ["occurrences"]
    pairs = list(zip(before.occurrences, after.occurrences, strict=True))
    names = [
        name
        for name, attribute in (("occurrence_venue", "venue"), ("occurrence_capacity", "capacity"))
        if any(getattr(one, attribute) != getattr(other, attribute) for one, other in pairs)
    ]
    return names or ["occurrences"]


def same_times(before: EventDraft, after: EventDraft) -> bool:
    """Whether the sessions of two drafts are at the same times, wherever they are."""
    times = [
        Counter(replace(one, venue=None, capacity=None) for one in draft.occurrences)
        for draft in (before, after)
    ]
    return times[0] == times[1]


def may_return(event: Event) -> bool:
    """Whether an event is cancelled because its source dropped it, so that its source can bring it back."""
    if event.status != EventStatus.CANCELLED or event.withdrawn_at is not None:
        return False
    last = select(EventChange.verb).where(
        EventChange.event_id == event.id, EventChange.verb.in_((ChangeVerb.CANCELLED, ChangeVerb.DROPPED))
    )
    return db.session.scalar(last.order_by(EventChange.id.desc()).limit(1)) == ChangeVerb.DROPPED


def version_of(event: Event) -> int:
    return db.session.scalar(select(VERSION).where(Event.id == event.id)) or 0


def changed_since_sent_back(event: Event) -> list[str]:
    """The fields that its organizer has changed since an event was sent back last."""
    names: list[str] = []
    for change in event.changes:
        if change.verb == ChangeVerb.SENT_BACK:
            names = []
        names += change.fields if change.verb in CONTENT_CHANGES else []
    return list(dict.fromkeys(names))
