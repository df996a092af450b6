"""Compare what a file says with what is there, give each row its verdict, and write what is new or changed.

All or nothing: every row that can be taken in is written in one transaction, so that an import that breaks off leaves
nothing half done. With partial each row is a transaction of its own, and one that the database refuses is told as
refused without holding up the others. Either way a row that is refused never stops those that are fine.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from models import publishing
from models.base import db, transaction
from models.campaign import Campaign
from models.drafts import EventDraft, draft_of
from models.errors import N_, Mistake
from models.events import CANCELLED as EVENT_CANCELLED
from models.events import Event, Occurrence
from models.intake.findings import (
    CANCELLED,
    CHANGED,
    NEW,
    REFUSED,
    SAME,
    VERDICTS,
    Finding,
    Names,
    Outcome,
    Row,
    Understood,
)
from models.intake.understand import reading_of, understand

FIELDS = {
    "title": N_("title"), "description": N_("description"), "region_code": N_("region"),
    "region_text": N_("region as told"), "lead": N_("lead organization"), "hosts": N_("hosts"),
    "groups": N_("audience groups"), "formats": N_("forms of activity"), "main_focus": N_("main focus"),
    "main_format": N_("main form of activity"), "mode": N_("on site or online"), "online_url": N_("online address"),
    "time_text": N_("time as told"), "venue_text": N_("place as told"), "venues": N_("places"),
    "occurrences": N_("dates and times"), "report": N_("reported outcomes"), "origin": N_("source"),
    "origin_ref": N_("id in the source"),
}  # fmt: skip
_IN_PARTS = 400
_WHOLE = (
    selectinload(Event.occurrences).selectinload(Occurrence.venue),
    selectinload(Event.lead),
    *(
        selectinload(part)
        for part in (Event.hosts, Event.audiences, Event.formats, Event.venues, Event.report, Event.changes)
    ),
)


def take_in(
    campaign: Campaign,
    rows: Sequence[Row],
    now: datetime,
    *,
    dry_run: bool = False,
    partial: bool = False,
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Import rows into a campaign and publish them, as the operator's act; one outcome for each row, in order.

    dry_run: say what would become of them and write nothing. on_row is called after each row. Raises Mistake when the
    database cannot take it in; then nothing was written."""
    reading = reading_of(campaign)
    understood = _each_once(understand(row, reading) for row in rows)
    keep = _Keep(campaign, now, dry_run, partial)
    try:
        with nullcontext() if dry_run or partial else transaction():
            if not dry_run:
                # Two imports of one file at once would both find its rows new: the second waits here.
                db.session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
            known = _known(campaign, understood)
            outcomes = []
            for row in understood:
                outcomes.append(keep.one(row, known))
                on_row()
    except SQLAlchemyError:
        raise Mistake(
            N_("The database could not take the file in. Nothing was written; try again.")
        ) from None
    return outcomes


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many rows got each verdict, every verdict named."""
    found = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: found[verdict] for verdict in VERDICTS}


def _each_once(rows: Iterable[Understood]) -> list[Understood]:
    """A second row of the same event in one file is refused: which of them is right is not ours to say."""
    first: dict[tuple, int] = {}
    found = []
    for row in rows:
        key = (row.draft.origin, row.draft.origin_ref) if row.draft else None
        if key in first:
            why = Finding(N_("This is the same event as row %(row)s. Take one of them out."), row=first[key])
            row = Understood(row.number, REFUSED, (why,))
        elif key:
            first[key] = row.number
        found.append(row)
    return found


def _known(campaign: Campaign, rows: Sequence[Understood]) -> dict[tuple, Event]:
    """The events that these rows were imported as before, with all that a comparison needs."""
    wanted: dict[str, list[str]] = {}
    for row in rows:
        if row.draft:
            wanted.setdefault(row.draft.origin, []).append(row.draft.origin_ref)
    known = {}
    for origin, refs in wanted.items():
        for part in (refs[n : n + _IN_PARTS] for n in range(0, len(refs), _IN_PARTS)):
            asked = select(Event).where(
                Event.campaign_id == campaign.id, Event.origin == origin, Event.origin_ref.in_(part)
            )
            for event in db.session.scalars(asked.options(*_WHOLE)):
                known[event.origin, event.origin_ref] = event
    return known


@dataclass(frozen=True)
class _Keep:
    """Deciding and writing, row by row."""

    campaign: Campaign
    now: datetime
    dry_run: bool
    partial: bool

    def one(self, row: Understood, known: dict[tuple, Event]) -> Outcome:
        if row.draft is None:
            return Outcome(row.number, row.verdict, row.findings)
        event = known.get((row.draft.origin, row.draft.origin_ref))
        try:
            if event is None:
                return self._new(row)
            return self._again(row, event)
        except Mistake as mistake:
            why = Finding.of(mistake)
        except SQLAlchemyError:
            if not self.partial:
                raise
            why = Finding(N_("The database refused this row."))
        return Outcome(row.number, REFUSED, (why,), event.id if event else None)

    def _new(self, row: Understood) -> Outcome:
        publishing.check(self.campaign, row.draft)
        if self.dry_run:
            return Outcome(row.number, NEW, row.findings)
        write = publishing.create if self.partial else publishing.write_new
        event = write(self.campaign, row.draft, self.now)
        return Outcome(row.number, NEW, row.findings, event.id)

    def _again(self, row: Understood, event: Event) -> Outcome:
        if event.withdrawn_at is not None:
            why = Finding(N_("This event was deleted here. The import does not bring it back."))
            return Outcome(row.number, REFUSED, (why,), event.id)
        if event.status == EVENT_CANCELLED:
            why = Finding(N_("This event is cancelled here and stays so."))
            return Outcome(row.number, CANCELLED, (why,), event.id)
        draft, kept = _with_work_by_hand(event, row.draft)
        findings = list(row.findings)
        if kept:
            findings.insert(
                0, Finding(N_("Changed here by hand, and so left as it is: %(fields)s."), fields=_names(kept))
            )
        publishing.check(self.campaign, draft)
        changed = publishing.differences(event, draft)
        if not changed:
            return Outcome(row.number, SAME, tuple(findings), event.id)
        findings.insert(0, Finding(N_("Changed: %(fields)s."), fields=_names(changed)))
        if not self.dry_run:
            write = publishing.change if self.partial else publishing.write_change
            write(event, draft, self.now)
        return Outcome(row.number, CHANGED, tuple(findings), event.id)


def _with_work_by_hand(event: Event, draft: EventDraft) -> tuple[EventDraft, list[str]]:
    """The row's draft with what people changed at the desk since, and the names of the fields that differ there."""
    by_hand = {name for change in event.changes if change.account_id is not None for name in change.fields}
    here = draft_of(event)
    kept = {f.name: getattr(here, f.name) for f in fields(EventDraft) if f.name in by_hand}
    return replace(draft, **kept), [name for name in publishing.differences(event, draft) if name in kept]


def _names(names: Iterable[str]) -> Names:
    return Names(tuple(FIELDS[name] for name in names))
