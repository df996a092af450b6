"""One row at a time: its verdict against the event that is there, and the writing of it."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from models.campaigns.tables import Campaign
from models.errors import N_, Mistake
from models.events.draft import EventDraft, differences, draft_of
from models.events.draft_rules import check_draft
from models.events.merges import standing_event
from models.events.tables import ChangeVerb, Event, EventStatus
from models.imports.absent_fields import keep_absent_fields
from models.imports.beforehand.hidden_events import HiddenEvents
from models.imports.compare import Likeness
from models.imports.findings import Finding, Outcome, RowVerdict, Understood, field_names
from models.imports.source import Mode, Source
from models.publishing import lifecycle, proposals
from models.publishing.change import event_transaction
from models.publishing.history import may_return

_GROUP = 100  # new events that are written together
# The history distinguishes imports from changes at the desk, also where a person started the import.
PROPOSED = N_("An office reviews the change first; until then the public page stays as it is.")
TWO_REVIEWERS = N_("Two people review this form of activity before it is public. It is submitted for review.")
MERGED_HERE = N_("It was merged with another entry here, which is left as it is.")
DELETED_HERE = N_("This event was deleted here. The import does not restore it.")
STILL_HERE = N_("It is still published here with its old date. Cancel it on the desk if it has moved.")


@dataclass(frozen=True)
class RowWriter:
    """cancel: the ids of the events that a person agreed to cancel, where the source asks."""

    campaign: Campaign
    now: datetime
    source: Source
    mode: Mode
    cancel: Collection[int] = ()
    _waiting: list[EventDraft] = field(default_factory=list)
    _new_ids: list[int] = field(default_factory=list)
    hidden: HiddenEvents = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", HiddenEvents(self._write_events, self.now))

    @property
    def writes(self) -> bool:
        return self.mode != Mode.PREVIEW

    def write(self, row: Understood, event: Event | None, likeness: Likeness | None = None) -> Outcome:
        """The outcome of a row; event: the one that it was imported as before, by its id; likeness: under another id."""
        try:
            if row.draft is None:
                outcome = self._without_draft(row, row.verdict or RowVerdict.REFUSED, event)
            elif event is None and likeness is not None:
                outcome = self._alike(row, row.draft, likeness)
            elif event is None:
                outcome = self._new(row, row.draft)
            else:
                outcome = self._again(row, row.draft, event)
            return replace(outcome, title=row.title, draft=row.draft)
        except Mistake as mistake:
            why = Finding.of(mistake)
        except SQLAlchemyError:
            if self.mode != Mode.EACH:
                raise
            why = Finding(N_("The database could not save this row."))
        return Outcome(row.number, RowVerdict.REFUSED, (why,), event.id if event else None, row.title)

    def write_missing(self, event: Event, certain: bool) -> Outcome:
        """The outcome for an event that its source names no more. certain: no row that could not be read may be it."""
        if not certain:
            why = Finding(
                N_(
                    "It may be one of the rows that could not be read, so it is left as it is. Correct those rows "
                    "and import again."
                )
            )
            return Outcome(None, RowVerdict.REFUSED, (why,), event.id, event.title)
        why = Finding(N_("It is no longer in its source."))
        return replace(self.cancel_event(None, (why,), event), title=event.title)

    def write_dropped(self, event: Event) -> Outcome:
        """The outcome for an event that an earlier version of the file had."""
        today = self.campaign.today(self.now)
        if self.source.asks and any(occurrence.end_day >= today for occurrence in event.occurrences):
            return self.write_missing(event, certain=True)
        why = Finding(
            N_("It was in an earlier version of this file, is not in this one, and stays as it is.")
        )
        return Outcome(None, RowVerdict.SAME, (why,), event.id, event.title)

    def _alike(self, row: Understood, draft: EventDraft, likeness: Likeness) -> Outcome:
        event = likeness.event
        if event.withdrawn_at is not None:
            return Outcome(row.number, RowVerdict.SAME, (Finding(MERGED_HERE),), standing_event(event).id)
        day = min((one.start_day for one in event.occurrences), default=None)
        why = Finding(
            N_("Recognised as “%(title)s” (%(day)s), imported before."),
            title=event.title[:80],
            day=day or "–",
        )
        # What is known by its likeness alone each time keeps its id; what was moved goes by the new one.
        ref = event.origin_ref if likeness.exact else draft.origin_ref
        if not likeness.exact and self.writes:
            event.origin_ref = ref
        outcome = self._again(row, replace(draft, origin=event.origin, origin_ref=event.origin_ref), event)
        findings = outcome.findings if likeness.exact else (why, *outcome.findings)
        return replace(outcome, findings=findings)

    def _without_draft(self, row: Understood, verdict: RowVerdict, event: Event | None) -> Outcome:
        if event is None:
            return Outcome(row.number, verdict, row.findings)
        # One that it was merged into is another source's, though the two may share their id.
        own = (event.origin, event.origin_ref) == (self.source.origin, row.ref)
        if verdict == RowVerdict.OTHER_YEAR and own and self._still_to_come(event):
            if self.source.complete or self.source.asks:
                why = Finding(N_("Its source has moved it outside the week."))
                return self.cancel_event(row.number, (why, *row.findings), event)
            # A slip in a year is made quickly, and what is cancelled stays so.
            return Outcome(row.number, verdict, (*row.findings, Finding(STILL_HERE)), event.id)
        left = Finding(N_("Events imported from it before stay as they are."))
        return Outcome(row.number, verdict, (*row.findings, left), event.id)

    def _still_to_come(self, event: Event) -> bool:
        today = self.campaign.today(self.now)
        return (
            event.status == EventStatus.PUBLISHED
            and event.withdrawn_at is None
            and any(occurrence.end_day >= today for occurrence in event.occurrences)
        )

    def _new(self, row: Understood, draft: EventDraft) -> Outcome:
        if row.cancelled:
            why = Finding(
                N_("Its source says it is cancelled, and it is not in this calendar. Nothing to do.")
            )
            return Outcome(row.number, RowVerdict.CANCELLED, (why, *row.findings))
        check_draft(self.campaign, draft)
        findings = row.findings
        if self.source.publish and not self._publishes(draft):
            findings = (Finding(TWO_REVIEWERS), *findings)
        if not self.writes:
            return Outcome(row.number, RowVerdict.NEW, findings)
        self._waiting.append(draft)
        if self.mode == Mode.EACH or len(self._waiting) == _GROUP:
            self._write_waiting()
        return Outcome(row.number, RowVerdict.NEW, findings, written=True)

    def _publishes(self, draft: EventDraft) -> bool:
        """Whether a new event is public at once. What two people must read is submitted, also by an office; the operator's
        imports are published as they are."""
        return self.source.publish and not (
            self.source.by
            and self.campaign.needs_second_reading(
                {one.format for one in draft.formats} | {draft.main_format}
            )
        )

    def new_ids(self) -> list[int]:
        """The ids of the new events in the order of their rows. Writes those that still wait."""
        self._write_waiting()
        return self._new_ids

    def _write_waiting(self) -> None:
        """New events are written in groups. What changes another event comes after the new ones of the rows before it."""
        if not self._waiting:
            return
        drafts = list(self._waiting)
        self._waiting.clear()
        prepared = [draft for draft in drafts if self.hidden.id_of(draft)]
        others = [draft for draft in drafts if not self.hidden.id_of(draft)]
        with self._alone():
            self.hidden.show(prepared)
            written = iter(self._write_events(others) if others else ())
        self._new_ids.extend(self.hidden.id_of(draft) or next(written).id for draft in drafts)

    def _write_events(self, drafts: Sequence[EventDraft]) -> list[Event]:
        """In the order of the drafts."""
        public = [self._publishes(draft) for draft in drafts]
        written = {}
        for publish in dict.fromkeys(public):
            part = [draft for draft, own in zip(drafts, public, strict=True) if own == publish]
            written[publish] = iter(self._write_alike(part, publish))
        return [next(written[publish]) for publish in public]

    def _write_alike(self, drafts: Sequence[EventDraft], publish: bool) -> list[Event]:
        events = lifecycle.write_new_events(self.campaign, drafts, self.now, self.source.by, publish)
        if not publish:
            for event in events:
                lifecycle.write_submitted(event, self.now, self.source.by)
        return events

    def _again(self, row: Understood, draft: EventDraft, event: Event) -> Outcome:
        if event.origin and (event.origin, event.origin_ref) != (draft.origin, draft.origin_ref):
            # Known by its merge: two sources that both wrote here would undo each other's words at every import.
            return Outcome(row.number, RowVerdict.SAME, (Finding(MERGED_HERE),), event.id)
        if event.withdrawn_at is not None:
            return Outcome(row.number, RowVerdict.REFUSED, (Finding(DELETED_HERE),), event.id)
        returns = self.source.publish and not row.cancelled and may_return(event)
        if event.status == EventStatus.CANCELLED and not returns:
            why = Finding(N_("This event is cancelled here and stays cancelled."))
            return Outcome(row.number, RowVerdict.CANCELLED, (why,), event.id)
        if row.cancelled:
            why = Finding(N_("Its source says it is cancelled."))
            return self.cancel_event(row.number, (why,), event)
        # Where two entries were merged, the kept one goes by its own source.
        own = replace(keep_absent_fields(event, row, draft), origin=event.origin, origin_ref=event.origin_ref)
        draft, by_person = _with_work_by_hand(event, own)
        findings = list(row.findings)
        if by_person:
            findings.insert(
                0,
                Finding(
                    N_("Changed here by hand and left as it is: %(fields)s."), fields=field_names(by_person)
                ),
            )
        check_draft(self.campaign, draft)
        if returns:
            findings.insert(0, Finding(N_("It is back in its source and takes place after all.")))
            self._restore(event, draft)
            return Outcome(row.number, RowVerdict.CHANGED, tuple(findings), event.id, written=self.writes)
        changed = differences(event, draft)
        if not changed:
            return Outcome(row.number, RowVerdict.SAME, tuple(findings), event.id)
        present = draft_of(event)
        emptied = [name for name in changed if getattr(present, name) and not getattr(draft, name)]
        if emptied:
            findings.insert(0, Finding(N_("Becomes empty: %(fields)s."), fields=field_names(emptied)))
        findings.insert(0, Finding(N_("Changed: %(fields)s."), fields=field_names(changed)))
        if self.proposes(event):
            findings.append(Finding(PROPOSED))
        self.write_change(event, draft)
        return Outcome(row.number, RowVerdict.CHANGED, tuple(findings), event.id, written=self.writes)

    def _restore(self, event: Event, draft: EventDraft) -> None:
        if self.writes:
            self._write_waiting()
            with self._alone():
                lifecycle.write_restored(event, draft, self.now, self.source.by)

    def proposes(self, event: Event) -> bool:
        """A change of a published event by who may not publish waits for an office."""
        return not self.source.publish and event.status == EventStatus.PUBLISHED

    def write_change(self, event: Event, draft: EventDraft) -> None:
        """The one place where an import changes an event."""
        if not self.writes:
            return
        self._write_waiting()
        if self.proposes(event):
            with self._alone():
                proposals.write_proposal(event, draft, self.now, self.source.by)
            return
        write = lifecycle.change if self.mode == Mode.EACH else lifecycle.write_change
        write(event, draft, self.now, self.source.by, verb=ChangeVerb.IMPORTED)

    def _alone(self) -> AbstractContextManager[None]:
        """A transaction for this row, where none is around the whole file."""
        return event_transaction() if self.mode == Mode.EACH else nullcontext()

    def cancel_event(self, number: int | None, findings: tuple[Finding, ...], event: Event) -> Outcome:
        accepted = not self.source.asks or event.id in self.cancel
        if self.proposes(event):
            findings = (*findings, Finding(PROPOSED))
        if accepted and self.writes:
            self._write_waiting()
            with self._alone():
                if self.proposes(event):
                    proposals.write_cancellation(event, self.now, self.source.by)
                else:
                    lifecycle.write_cancelled(event, self.now, self.source.by, verb=ChangeVerb.DROPPED)
        return Outcome(number, RowVerdict.CANCELLED, findings, event.id, written=accepted and self.writes)


def _with_work_by_hand(event: Event, draft: EventDraft) -> tuple[EventDraft, list[str]]:
    """The row's draft with what people changed at the desk since, and the names of the fields that differ there."""
    changes = [
        change
        for change in event.changes
        if change.account_id is not None and change.verb != ChangeVerb.IMPORTED
    ]
    by_hand = {
        "occurrences" if name.startswith("occurrence_") else name
        for change in changes
        for name in change.fields
    }
    present = draft_of(event)
    by_person = {f.name: getattr(present, f.name) for f in fields(EventDraft) if f.name in by_hand}
    return replace(draft, **by_person), [name for name in differences(event, draft) if name in by_person]
