"""Move sessions of an event to other days. Their times, places and ids stay, so that subscribed calendars move the entry.

Not done by writing a draft: that finds the row of a session by its day, and in a row of daily sessions moved by one day
the second would take the first one's place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from models import clock
from models.devices import kiosks
from models.errors import N_, Conflict, Mistake
from models.events.calendar_order import update_calendar_order
from models.events.draft import EventDraft, OccurrenceDraft, draft_of
from models.events.draft_rules import check_draft
from models.events.tables import ChangeVerb, Event, EventStatus, Occurrence, OccurrenceStatus
from models.organizations.tables import Account
from models.publishing import proposals, sequence
from models.publishing.change import event_transaction, lock_event
from models.publishing.history import note, touch
from models.text.fingerprint import fingerprint

MOST_DAYS = 366
CHANGED = N_(
    "The days of this event were changed meanwhile. Look at what would change now, then confirm again."
)


@dataclass(frozen=True)
class Step:
    """One session that is moved. before, after: as drafts."""

    occurrence: Occurrence
    before: OccurrenceDraft
    after: OccurrenceDraft

    def has_begun(self, today: date) -> bool:
        """Whether people may have been counted already, on the days before the move."""
        return self.before.start_day <= today


def movable(event: Event) -> list[Occurrence]:
    """The sessions that take place, in calendar order."""
    return [row for row in event.occurrences if row.status == OccurrenceStatus.SCHEDULED]


def days_until(event: Event, occurrence_id: int | None, day: date) -> int:
    """How many days the session lies before a day; without a session, the first one of the event."""
    rows = [row for row in movable(event) if occurrence_id in (None, row.id)]
    if not rows:
        raise Mistake(N_("This session is not there any more. Reload the page."))
    return (day - rows[0].start_day).days


def steps(event: Event, days: Mapping[int, int]) -> list[Step]:
    """What a move does, session by session. days: by id of the occurrence. Raises Mistake, Conflict."""
    if event.withdrawn_at is not None:
        raise Conflict(N_("This event was deleted and can no longer be changed."))
    if event.status == EventStatus.CANCELLED:
        raise Conflict(N_("This event is cancelled. Please create a new one instead."))
    if any(abs(number) > MOST_DAYS for number in days.values()):
        raise Mistake(N_("An event is moved by at most %(most)s days."), most=MOST_DAYS)
    found = [
        Step(row, before, _moved(before, days[row.id], event.campaign.zone))
        for row, before in zip(movable(event), draft_of(event).occurrences, strict=True)
        if days.get(row.id)
    ]
    if not found:
        raise Mistake(N_("No session would move. Choose another day or another number of days."))
    check_draft(event.campaign, _moved_draft(event, found))
    return found


def days_mark(event: Event) -> str:
    """Names the days of an event's sessions, so that only the move that was seen is carried out."""
    rows = [(row.id, row.start_day.isoformat(), row.end_day.isoformat()) for row in movable(event)]
    return fingerprint(rows)


def move(event: Event, days: Mapping[int, int], now: datetime, by: Account, seen: str = "") -> bool:
    """Move sessions, or propose it where the event is public and the account may not publish. True: moved.

    seen: days_mark() as the person saw it; Conflict where the sessions are on other days by now: of two people who move an
    event by a day, or of two clicks, only the first one moves it."""
    with event_transaction():
        lock_event(event)
        if seen and seen != days_mark(event):
            raise Conflict(CHANGED)
        moved = steps(event, days)
        if proposals.must_propose(event, by):
            # What this organization has proposed already stays proposed.
            content = replace(
                proposals.content_for(event, by), occurrences=_moved_draft(event, moved).occurrences
            )
            proposals.write_proposal(event, content, now, by)
            return False
        _write(event, moved, now, by)
        return True


def _write(event: Event, moved: list[Step], now: datetime, by: Account) -> None:
    old = sequence.snapshot(event.occurrences)
    for step in moved:
        row, after = step.occurrence, step.after
        row.start_day, row.end_day, row.start_at, row.end_at = (
            after.start_day,
            after.end_day,
            after.start_at,
            after.end_at,
        )
    update_calendar_order(event)
    sequence.raise_changed(event.occurrences, old)
    touch(event, [step.occurrence for step in moved], now)
    kiosks.follow_event_hours(event, now)
    note(event, ChangeVerb.CHANGED, now, by, ["occurrences"])


def _moved_draft(event: Event, moved: list[Step]) -> EventDraft:
    after = {step.occurrence.id: replace(step.after, row_id=step.occurrence.id) for step in moved}
    draft = draft_of(event)
    rows = zip(movable(event), draft.occurrences, strict=True)
    return replace(draft, occurrences=tuple(after.get(row.id, before) for row, before in rows))


def _moved(one: OccurrenceDraft, days: int, zone: str) -> OccurrenceDraft:
    """The same times of the clock on other days."""

    def shifted(instant: datetime | None) -> datetime | None:
        if instant is None:
            return None
        local = instant.astimezone(clock.zone(zone))
        return clock.at_local(local.date() + timedelta(days=days), local.time(), zone)

    by = timedelta(days=days)
    return replace(
        one,
        start_day=one.start_day + by,
        end_day=one.end_day + by,
        start_at=shifted(one.start_at),
        end_at=shifted(one.end_at),
    )
