"""Dates of a series that a calendar changes or cancels: one (RECURRENCE-ID), or one and all later (RANGE=THISANDFUTURE)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.errors import N_
from models.events.draft import NAME_LENGTH, OccurrenceDraft, VenueDraft
from models.imports import plain_text
from models.imports.calendar import times as instants
from models.imports.calendar.ics_file import first
from models.imports.calendar.series import (
    Window,
    day_meant,
    draft_of,
    key_of,
    moment_of,
    order_of,
    timed_draft,
)
from models.imports.calendar.times import Moment
from models.imports.findings import CalendarEntry, Finding, VEvent
from models.imports.spreadsheet import cells

_CANCELLED = ("CANCELLED", "CANCELED")
_CANCELLED_FROM = N_("Cancelled in its calendar from %(day)s on, so not imported from that day.")
_CANCELLED_ON = N_("Cancelled in its calendar on %(day)s, so not imported for that day.")


@dataclass(frozen=True, slots=True)
class Override:
    """was: the date that it stands for. now: that date as it is changed; None: it is cancelled. later: so are those after it."""

    was: OccurrenceDraft
    now: OccurrenceDraft | None
    later: bool

    def moved(self, draft: OccurrenceDraft, zone: str) -> OccurrenceDraft | None:
        """A later date, moved by as much as this one (RFC 5545, 3.2.13)."""
        if self.now is None:
            return None
        venue = self.now.venue or draft.venue
        if draft.start_at is None or self.was.start_at is None or self.now.start_at is None:
            start = draft.start_day + (self.now.start_day - self.was.start_day)
            return OccurrenceDraft(start, start + (self.now.end_day - self.now.start_day), venue=venue)
        begins = draft.start_at + (self.now.start_at - self.was.start_at)
        length = self.now.end_at - self.now.start_at if self.now.end_at else None
        return replace(timed_draft(begins, length, zone), venue=venue)

    def concerns(self, window: Window) -> bool:
        """Whether it changes or cancels dates inside a window."""
        if self.later:
            return self.was.start_day <= window.last
        return window.holds(self.now or self.was)


@dataclass(frozen=True, slots=True)
class Overrides:
    """skipped: what they stand for: dates by their keys, or all that begin on a day."""

    changes: Sequence[Override]
    skipped: frozenset[tuple | date]
    zone: str

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
            which = params.get("RANGE", "").upper()
            now = None
            if first(vevent, "STATUS").upper() not in _CANCELLED:
                now = draft_of(vevent, moment_of(vevent, "DTSTART", window.zone) or moment, window.zone)
            change = Override(was, now, which == "THISANDFUTURE")
            if change.concerns(window):
                findings += _words(vevent, entry.main, change)
                change = _placed(change, vevent, entry.main, findings)
                if which not in ("", "THISANDFUTURE"):
                    findings.append(_not_of_others(which))
            changes.append(change)
        in_order = sorted(changes, key=lambda change: order_of(change.was))
        return cls(in_order, frozenset(skipped), window.zone)

    def applied(self, drafts: Sequence[OccurrenceDraft]) -> Iterator[OccurrenceDraft]:
        """The dates of a series as they are, then those that were changed by themselves."""
        for draft in drafts:
            if key_of(draft) in self.skipped or draft.start_day in self.skipped:
                continue
            change = self._before(draft)
            moved = change.moved(draft, self.zone) if change else draft
            if moved is not None:
                yield moved
        yield from (change.now for change in self.changes if change.now is not None)

    def _before(self, draft: OccurrenceDraft) -> Override | None:
        """The last change of later dates that a date comes after."""
        earlier = [
            change for change in self.changes if change.later and order_of(change.was) <= order_of(draft)
        ]
        return earlier[-1] if earlier else None


def cancellations(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that say what does not take place."""
    return tuple(finding for finding in findings if finding.message in (_CANCELLED_FROM, _CANCELLED_ON))


def _not_of_others(which: str) -> Finding:
    """THISANDPRIOR, of an older standard, and what no standard knows."""
    why = N_("A change to other dates of the series (RANGE=%(which)s) was applied to one date only.")
    return Finding(why, which=which[:40])


def _words(vevent: VEvent, main: VEvent, change: Override) -> Iterator[Finding]:
    """What is to be said of a change: a date that does not take place, a title of its own."""
    if change.now is None:
        yield Finding(_CANCELLED_FROM if change.later else _CANCELLED_ON, day=change.was.start_day)
        return
    title = first(vevent, "SUMMARY")
    if title not in ("", first(main, "SUMMARY")):
        text = plain_text.line(plain_text.unescaped(title))[:120]
        sentence = (
            N_("From %(day)s on it has another title. That title was not kept: %(text)s.")
            if change.later
            else N_("On %(day)s it has a title of its own. That title was not kept: %(text)s.")
        )
        yield Finding(sentence, day=change.now.start_day, text=text)


def _placed(change: Override, vevent: VEvent, main: VEvent, findings: list[Finding]) -> Override:
    """With the place of its own that a moved date has."""
    location = plain_text.line(plain_text.unescaped(first(vevent, "LOCATION")))
    if change.now is None or not location or first(vevent, "LOCATION") == first(main, "LOCATION"):
        return change
    names, sure = cells.places(location)
    if sure and len(names) == 1 and len(names[0]) <= NAME_LENGTH:
        return replace(change, now=replace(change.now, venue=VenueDraft(names[0])))
    sentence = (
        N_("From %(day)s on it takes place elsewhere. That place was not kept: %(text)s.")
        if change.later
        else N_("On %(day)s it takes place elsewhere. That place was not kept: %(text)s.")
    )
    findings.append(Finding(sentence, day=change.now.start_day, text=location[:120]))
    return change
