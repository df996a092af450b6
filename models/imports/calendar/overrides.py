"""Dates of a series that a calendar changes or cancels: one (RECURRENCE-ID), or one and all later (RANGE=THISANDFUTURE)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.errors import N_
from models.events.draft import NAME_LENGTH, OccurrenceDraft, VenueDraft
from models.imports import plain_text
from models.imports.calendar import times as instants
from models.imports.calendar.ics_file import first
from models.imports.calendar.series import Window, day_meant, draft_of, key_of, moment_of
from models.imports.calendar.times import Moment
from models.imports.findings import CalendarEntry, Finding, VEvent
from models.imports.spreadsheet import cells

_CANCELLED = ("CANCELLED", "CANCELED")


@dataclass(frozen=True, slots=True)
class Override:
    """was: the date that it stands for. now: that date as it is changed; None: it is cancelled. later: so are those after it."""

    was: OccurrenceDraft
    now: OccurrenceDraft | None
    later: bool

    def moved(self, draft: OccurrenceDraft) -> OccurrenceDraft | None:
        """A later date, moved by as much as this one (RFC 5545, 3.2.13)."""
        if self.now is None:
            return None
        start = draft.start_day + (self.now.start_day - self.was.start_day)
        end = start + (self.now.end_day - self.now.start_day)
        venue = self.now.venue or draft.venue
        if draft.start_at is None or self.was.start_at is None or self.now.start_at is None:
            return OccurrenceDraft(start, end, venue=venue)
        begins = draft.start_at + (self.now.start_at - self.was.start_at)
        length = self.now.end_at - self.now.start_at if self.now.end_at else None
        return OccurrenceDraft(start, end, begins, begins + length if length else None, venue=venue)


@dataclass(frozen=True, slots=True)
class Overrides:
    """skipped: what they stand for: dates by their keys, or all that begin on a day."""

    changes: Sequence[Override]
    skipped: frozenset[tuple | date]

    @classmethod
    def of(cls, entry: CalendarEntry, start: Moment, window: Window, findings: list[Finding]) -> "Overrides":
        changes: list[Override] = []
        skipped: set[tuple | date] = set()
        for vevent in entry.moved:
            params, value = vevent.properties["RECURRENCE-ID"][0]
            moment = instants.moment(params, value, vevent, window.zone)
            was = draft_of(VEvent({}), moment, window.zone)
            by_day = start.zone is None or moment.zone is None
            skipped.add(day_meant(moment, window.zone) if by_day else key_of(was))
            later = params.get("RANGE", "").upper() == "THISANDFUTURE"
            now = None
            if first(vevent, "STATUS").upper() not in _CANCELLED:
                now = draft_of(vevent, moment_of(vevent, "DTSTART", window.zone) or moment, window.zone)
                if window.holds(now):
                    now = _placed(now, vevent, entry.main, findings)
            changes.append(Override(was, now, later))
            findings += _words(vevent, entry.main, changes[-1], window)
        return cls(sorted(changes, key=lambda change: _order(change.was)), frozenset(skipped))

    def applied(self, drafts: Sequence[OccurrenceDraft]) -> Iterator[OccurrenceDraft]:
        """The dates of a series as they are, then those that were changed by themselves."""
        for draft in drafts:
            if key_of(draft) in self.skipped or draft.start_day in self.skipped:
                continue
            change = self._before(draft)
            moved = change.moved(draft) if change else draft
            if moved is not None:
                yield moved
        yield from (change.now for change in self.changes if change.now is not None)

    def _before(self, draft: OccurrenceDraft) -> Override | None:
        """The last change of later dates that a date comes after."""
        earlier = [change for change in self.changes if change.later and _order(change.was) <= _order(draft)]
        return earlier[-1] if earlier else None


def _order(draft: OccurrenceDraft) -> tuple[date, float]:
    return draft.start_day, draft.start_at.timestamp() if draft.start_at else 0.0


def _words(vevent: VEvent, main: VEvent, change: Override, window: Window) -> Iterator[Finding]:
    """What is to be said of a change: a date that does not take place, a title of its own."""
    if change.now is None:
        if window.holds(change.was):
            sentence = (
                N_("Cancelled in its calendar from %(day)s on, so not imported from that day.")
                if change.later
                else N_("Cancelled in its calendar on %(day)s, so not imported for that day.")
            )
            yield Finding(sentence, day=change.was.start_day)
        return
    title = first(vevent, "SUMMARY")
    if window.holds(change.now) and title not in ("", first(main, "SUMMARY")):
        text = plain_text.line(plain_text.unescaped(title))[:120]
        sentence = N_("On %(day)s it has a title of its own. That title was not kept: %(text)s.")
        yield Finding(sentence, day=change.now.start_day, text=text)


def _placed(draft: OccurrenceDraft, vevent: VEvent, main: VEvent, findings: list[Finding]) -> OccurrenceDraft:
    """With the place of its own that a moved date has."""
    location = plain_text.line(plain_text.unescaped(first(vevent, "LOCATION")))
    if not location or first(vevent, "LOCATION") == first(main, "LOCATION"):
        return draft
    names, sure = cells.places(location)
    if not sure or len(names) != 1 or len(names[0]) > NAME_LENGTH:
        findings.append(
            Finding(
                N_("On %(day)s it takes place elsewhere. That place was not kept: %(text)s."),
                day=draft.start_day, text=location[:120],
            )
        )  # fmt: skip
        return draft
    return replace(draft, venue=VenueDraft(names[0]))
