"""Compare what a file says with what is there, give each row its verdict, and write what is new or changed.

All or nothing: every row that can be taken in is written in one transaction, so that an import that breaks off leaves
nothing half done. With partial each row is a transaction of its own, and one that the database refuses is told as
refused without holding up the others. Either way a row that is refused never stops those that are fine.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.events.draft import EventDraft
from models.events.merges import followed
from models.events.tables import Event, EventStatus, Occurrence
from models.imports.calendar import to_draft
from models.imports.calendar.recurrence import Steps
from models.imports.findings import VERDICTS, CalendarEntry, Finding, Outcome, Row, RowVerdict, Understood
from models.imports.row_writer import FIELDS, Keep, field_names
from models.imports.spreadsheet.to_draft import Reading, reading_of, understand
from models.organizations.tables import Account
from models.publishing.change import event_transaction

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
    rows: Sequence[Row | CalendarEntry],
    now: datetime,
    *,
    dry_run: bool = False,
    partial: bool = False,
    by: Account | None = None,
    origin: str | None = None,
    adopt: Callable[[EventDraft], EventDraft] = lambda draft: draft,
    publish: bool = True,
    whole: bool = False,
    cancel: bool | Collection[int] = True,
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Import what read_file gave into a campaign; one outcome for each row, in order, then those for what is missing.

    dry_run: say what would become of them and write nothing.
    by: the account whose act it is; None: the operator's. publish: new events are public at once; else they are
    submitted and wait for a review.
    origin: where the file comes from, up to 200 characters, for instance "feed-12" or "desk-7". Rows are recognised
    again only within their origin. None: the one for files of this kind.
    adopt: gets each draft before it is compared and gives the one to take in (with the region and the lead of whoever
    imports, where the row tells none: said in the findings); it raises Mistake for what is out of reach, and the row
    is refused with that sentence.
    whole: the file is all there is of its origin, which must be given: published events of that origin which are
    missing in it, and have a sitting still to come, are offered as cancelled. A row that could not be read still names
    its event, and where it is not certain which one, none is taken for missing.
    cancel: which offered cancellations are carried out: all, none, or the ids of the events. The others keep the verdict
    `cancelled` with written False. Events that their source moved out of the campaign's time are among the offered; all
    of them are meant only where the file is whole. on_row is called after each row.

    Raises Mistake when the database cannot take it in; then nothing was written."""
    reading = reading_of(campaign)
    steps = Steps()
    understood = _each_once(_understood(row, reading, steps, origin, adopt) for row in rows)
    keep = Keep(campaign, now, origin, dry_run, partial, by, publish, cancel, whole)
    try:
        with nullcontext() if dry_run or partial else event_transaction():
            if not dry_run:
                # Two imports of one file at once would both find its rows new: the second waits here.
                db.session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
            known = _known(campaign, understood, origin)
            outcomes = []
            for row in understood:
                outcomes.append(keep.one(row, known.get(_key(row, origin))))
                on_row()
            if whole and origin:
                seen = {one.event for one in outcomes if one.event}
                missing = _missing(campaign, origin, understood, seen, now)
                outcomes += [keep.missing(event, certain) for event, certain in missing]
    except SQLAlchemyError:
        raise Mistake(
            N_("The file could not be saved to the database. Nothing was saved; please try again.")
        ) from None
    return outcomes


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many rows got each verdict, every verdict named."""
    found = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: found[verdict] for verdict in VERDICTS}


def _understood(
    row: Row | CalendarEntry,
    reading: Reading,
    steps: Steps,
    origin: str | None,
    adopt: Callable[[EventDraft], EventDraft],
) -> Understood:
    read = understand(row, reading) if isinstance(row, Row) else to_draft.understand(row, reading, steps)
    if read.draft is None:
        return read if isinstance(row, CalendarEntry) else replace(read, ref=row.cells["id"])
    told = replace(read.draft, origin=origin or read.draft.origin)
    try:
        draft = adopt(told)
    except Mistake as mistake:
        return Understood(
            row.number, RowVerdict.REFUSED, (Finding.of(mistake),), title=read.title, ref=told.origin_ref
        )
    filled = [name for name in FIELDS if getattr(told, name) != getattr(draft, name)]
    said = (Finding(N_("Added automatically: %(fields)s."), fields=field_names(filled)),) if filled else ()
    return replace(read, draft=draft, findings=(*read.findings, *said))


def _each_once(rows: Iterable[Understood]) -> list[Understood]:
    """A second row of the same event in one file is refused: which of them is right is not ours to say."""
    first: dict[tuple, int] = {}
    found = []
    for row in rows:
        key = (row.draft.origin, row.draft.origin_ref) if row.draft else None
        if key in first:
            why = Finding(
                N_("This is the same event as row %(row)s. Please remove one of them."), row=first[key]
            )
            row = Understood(
                row.number, RowVerdict.REFUSED, (why,), title=row.title, ref=row.draft.origin_ref
            )
        elif key:
            first[key] = row.number
        found.append(row)
    return found


def _key(row: Understood, origin: str | None) -> tuple[str, str] | None:
    """What an event is known by; None where its row does not tell for certain."""
    if row.draft:
        return row.draft.origin, row.draft.origin_ref
    return (origin, row.ref) if origin and row.ref else None


def _uid(ref: str) -> str:
    """What events of one UID have in common (uid, uid#begin)."""
    return ref.split("#")[0]


def _known(campaign: Campaign, rows: Sequence[Understood], origin: str | None) -> dict[tuple, Event]:
    """The events that these rows were imported as before, with all that a comparison needs."""
    wanted: dict[str, list[str]] = {}
    for key in filter(None, (_key(row, origin) for row in rows)):
        wanted.setdefault(key[0], []).append(key[1])
    known = {}
    for origin, refs in wanted.items():
        for part in (refs[n : n + _IN_PARTS] for n in range(0, len(refs), _IN_PARTS)):
            asked = select(Event).where(
                Event.campaign_id == campaign.id, Event.origin == origin, Event.origin_ref.in_(part)
            )
            for event in db.session.scalars(asked.options(*_WHOLE)):
                known[event.origin, event.origin_ref] = event
    return followed(known)


def _missing(
    campaign: Campaign, origin: str, rows: Sequence[Understood], seen: set[int], now: datetime
) -> list[tuple[Event, bool]]:
    """Published events of an origin that its file names no more, and whether that is certain: no row that could not be
    read may be it. What is over is not called off by a file that dropped it: many calendars keep only what is to come."""
    unread = [row for row in rows if row.verdict == RowVerdict.REFUSED]
    named, shared = all(row.ref for row in unread), {_uid(row.ref) for row in unread}
    asked = select(Event).where(
        Event.campaign_id == campaign.id,
        Event.origin == origin,
        Event.status == EventStatus.PUBLISHED,
        Event.withdrawn_at.is_(None),
        Event.occurrences.any(Occurrence.end_day >= campaign.today(now)),
    )
    events = db.session.scalars(asked.options(*_WHOLE).order_by(Event.id))
    return [
        (event, named and _uid(event.origin_ref) not in shared) for event in events if event.id not in seen
    ]
