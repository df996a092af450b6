"""Create, change, publish, cancel, merge and withdraw events. Nothing else writes events and occurrences.

Each function is one transaction: the rows, a row of the event's history, and the rendered calendar entries. Those named
write_… do the same inside the caller's transaction, for imports that write many events.

Subscribed calendars rely on this: an occurrence keeps its id; its SEQUENCE rises when its own time, place or status
changes and never falls; its changed_at is the time of the last change of its entry; a published occurrence is cancelled
and not deleted.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import insert

from models.campaigns.tables import Campaign
from models.db import db
from models.devices import kiosks
from models.errors import N_, Conflict, Mistake
from models.events import merges
from models.events.draft import (
    EventDraft,
    FormatDraft,
    OccurrenceDraft,
    OrganizationDraft,
    ReportDraft,
    VenueDraft,
    differences,
    draft_of,
    draft_of_merge,
)
from models.events.draft_rules import check_draft
from models.events.tables import ChangeVerb, Event, EventChange, EventStatus, OccurrenceStatus
from models.ics import entries
from models.organizations.tables import Account
from models.public import search
from models.publishing import history, sequence
from models.publishing.apply_draft import write_fields, write_occurrences
from models.publishing.change import current, event_transaction, lock_event
from models.publishing.draft_references import Directory
from models.publishing.history import history_row, note, touch

__all__ = [
    "EventDraft", "FormatDraft", "OccurrenceDraft", "OrganizationDraft", "ReportDraft",
    "VenueDraft", "cancel", "change", "check_draft", "create", "differences", "draft_of",
    "merge", "publish", "withdraw", "write_cancelled", "write_change", "write_new", "write_new_events",
    "write_published", "write_restored", "write_status", "write_submitted",
]  # fmt: skip

# Fields that no calendar entry shows.
_NOT_IN_ENTRIES = {
    "lead",  # its name stands among the hosts
    "origin",
    "origin_ref",
    "contact",
    "title_en",
    "spotlights",
    "picture_sha256",
    "picture_alt",
    "picture_url",
}


def create(
    campaign: Campaign, draft: EventDraft, now: datetime, by: Account | None = None, publish: bool = True
) -> Event:
    """A new event, published at once or as a draft. by None: the operator. Raises Mistake."""
    with event_transaction():
        return write_new(campaign, draft, now, by, publish)


def change(
    event: Event,
    draft: EventDraft,
    now: datetime,
    by: Account | None = None,
    verb: ChangeVerb = ChangeVerb.CHANGED,
) -> list[str]:
    """Write a draft into an event; the names of the draft's fields that differed, [] when none did.

    A moved occurrence keeps its id; one that is no longer in the draft is cancelled where the event was ever public. verb:
    CHANGED or IMPORTED. Raises Mistake; Conflict for a withdrawn event."""
    with event_transaction():
        return write_change(lock_event(event), draft, now, by, verb)


def publish(event: Event, now: datetime, by: Account | None = None) -> None:
    """A draft becomes public. Publishing again changes nothing. Raises Conflict for a cancelled event."""
    with event_transaction():
        write_published(lock_event(event), now, by)


def cancel(
    event: Event,
    now: datetime,
    by: Account | None = None,
    why: str = "",
    verb: ChangeVerb = ChangeVerb.CANCELLED,
) -> None:
    """Cancel an event, with a reason for its visitors. It stays visible as cancelled and keeps its attendance; one that was
    never public is withdrawn instead. Cancelling again changes nothing. Raises Conflict for a withdrawn event."""
    with event_transaction():
        write_cancelled(lock_event(event), now, by, why, verb)


def write_published(event: Event, now: datetime, by: Account | None = None) -> None:
    """publish() inside the caller's transaction."""
    if event.status == EventStatus.CANCELLED:
        raise Conflict(N_("This event is cancelled. Please create a new one instead."))
    if event.withdrawn_at is not None:
        raise Conflict(N_("This event was deleted and can no longer be changed."))
    if event.status != EventStatus.PUBLISHED:
        event.status, event.published_at = EventStatus.PUBLISHED, now
        touch(event, event.occurrences, now)
        note(event, ChangeVerb.PUBLISHED, now, by)


def write_submitted(event: Event, now: datetime, by: Account | None = None) -> None:
    """Submit a draft for review, inside the caller's transaction."""
    if event.status in (EventStatus.DRAFT, EventStatus.SENT_BACK):
        write_status(event, EventStatus.SUBMITTED, ChangeVerb.SUBMITTED, now, by)


def write_status(
    event: Event, status: EventStatus, verb: ChangeVerb, now: datetime, by: Account | None
) -> None:
    """Another state of an event that is not public, inside the caller's transaction. verb: for its history."""
    event.status, event.changed_at = status, now
    note(event, verb, now, by)


def merge(
    kept: Event,
    other: Event,
    now: datetime,
    by: Account | None = None,
    obstacle_to: Callable[[Event, Event, Account | None], Mistake | None] = merges.obstacle,
) -> None:
    """Merge another event into the kept one: the other is withdrawn, its hosts, venues and sessions on other days are added
    to the kept one.

    Its attendance stays in the ledger under its own id; the figures count it at the kept one. Codes, passes and kiosks of
    the other, and its imports, continue with the kept one. Raises what obstacle_to(kept, other, by) finds while both are
    locked."""
    with event_transaction():
        for event in sorted(
            (kept, other), key=lambda event: event.id
        ):  # the same order everywhere: no deadlock
            lock_event(event)
        if obstacle := obstacle_to(kept, other, by):
            raise obstacle
        write_change(kept, draft_of_merge(kept, other), now, by)
        other.withdrawn_at = other.changed_at = now
        merges.record_merge(other, kept)
        note(other, ChangeVerb.MERGED, now, by)


def withdraw(event: Event, now: datetime, by: Account | None = None) -> None:
    """Remove an event from every view. Its attendance stays. Withdrawing again changes nothing."""
    with event_transaction():
        event = db.session.get_one(Event, event.id, with_for_update=True, populate_existing=True)
        if event.withdrawn_at is None:
            _write_withdrawn(event, now, by)


def _write_withdrawn(event: Event, now: datetime, by: Account | None) -> None:
    event.withdrawn_at = event.changed_at = now
    note(event, ChangeVerb.WITHDRAWN, now, by)


def write_new(
    campaign: Campaign, draft: EventDraft, now: datetime, by: Account | None = None, publish: bool = True
) -> Event:
    """create() inside the caller's transaction."""
    return write_new_events(campaign, [draft], now, by, publish)[0]


def write_new_events(
    campaign: Campaign,
    drafts: Sequence[EventDraft],
    now: datetime,
    by: Account | None = None,
    publish: bool = True,
) -> list[Event]:
    """One new event for each draft, inside the caller's transaction. A few statements for all of them together."""
    for draft in drafts:
        check_draft(campaign, draft)
    directory = Directory(drafts)
    # Added when all are filled: SQLAlchemy would query each list of a stored event.
    events = [_new_event(campaign, draft, directory, now, by, publish) for draft in drafts]
    db.session.add_all(events)
    db.session.flush()
    search.index_new_events(events)
    for event in events:
        current().note(event.id, now)
    # Not through the session, which would ask the database for the id of each row.
    db.session.execute(
        insert(EventChange), [history_row(event, ChangeVerb.CREATED, now, by) for event in events]
    )
    entries.render(occurrence for event in events for occurrence in event.occurrences)
    return events


def _new_event(
    campaign: Campaign,
    draft: EventDraft,
    directory: Directory,
    now: datetime,
    by: Account | None,
    publish: bool,
) -> Event:
    event = Event(
        campaign_id=campaign.id, created_at=now, status=EventStatus.DRAFT, title=draft.title, changed_at=now
    )
    event.campaign = campaign
    event.hosts, event.formats, event.venues, event.audiences = [], [], [], []
    event.spotlight_rows = []
    if publish:
        event.status, event.published_at = EventStatus.PUBLISHED, now
    write_fields(event, draft, directory, now, by)
    write_occurrences(event, draft, directory, now, by)
    return event


def write_change(
    event: Event,
    draft: EventDraft,
    now: datetime,
    by: Account | None = None,
    verb: ChangeVerb = ChangeVerb.CHANGED,
) -> list[str]:
    """change() inside the caller's transaction."""
    if event.withdrawn_at is not None:
        raise Conflict(N_("This event was deleted and can no longer be changed."))
    check_draft(event.campaign, draft)
    changed = differences(event, draft)
    if not changed:
        return []
    old = sequence.snapshot(event.occurrences)
    fields = history.named_fields(changed, event, draft)
    directory = Directory([draft])
    write_fields(event, draft, directory, now, by)
    touched = write_occurrences(event, draft, directory, now, by)
    if set(changed) - _NOT_IN_ENTRIES - {"occurrences"}:
        touched = list(event.occurrences)
    sequence.raise_changed(event.occurrences, old)
    search.index_event(event)
    touch(event, touched, now)
    if "occurrences" in changed:
        kiosks.follow_event_hours(event, now)
    note(event, verb, now, by, fields)
    return changed


def write_cancelled(
    event: Event,
    now: datetime,
    by: Account | None = None,
    why: str = "",
    verb: ChangeVerb = ChangeVerb.CANCELLED,
) -> None:
    """cancel() inside the caller's transaction. verb: DROPPED where its source no longer has it."""
    if event.withdrawn_at is not None:
        raise Conflict(N_("This event was deleted and can no longer be changed."))
    if event.status == EventStatus.CANCELLED:
        return
    if event.published_at is None:
        # Cancelled events are shown to the public; this one was never shown.
        _write_withdrawn(event, now, by)
        return
    old = sequence.snapshot(event.occurrences)
    event.status, event.cancelled_at = EventStatus.CANCELLED, now
    for occurrence in event.occurrences:
        occurrence.status = OccurrenceStatus.CANCELLED
    sequence.raise_changed(event.occurrences, old)
    touch(event, event.occurrences, now)
    note(event, verb, now, by, why=why)


def write_restored(event: Event, draft: EventDraft, now: datetime, by: Account | None = None) -> None:
    """A cancelled event takes place after all, as the draft says. Inside the caller's transaction."""
    check_draft(event.campaign, draft)
    old = sequence.snapshot(event.occurrences)
    event.status, event.cancelled_at = EventStatus.PUBLISHED, None
    directory = Directory([draft])
    write_fields(event, draft, directory, now, by)
    write_occurrences(event, draft, directory, now, by)
    sequence.raise_changed(event.occurrences, old)
    search.index_event(event)
    touch(event, list(event.occurrences), now)
    kiosks.follow_event_hours(event, now)
    note(event, ChangeVerb.RESTORED, now, by)
