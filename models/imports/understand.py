"""The rows of a file as drafts of events: what each says, where its lead sits, and what its source's desk may take in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.events.draft import EventDraft, OrganizationDraft
from models.events.tables import Mode
from models.imports import event_region
from models.imports.calendar import to_draft as entry_to_draft
from models.imports.calendar.recurrence import Steps
from models.imports.findings import FIELDS, CalendarEntry, Finding, Row, RowVerdict, Understood, field_names
from models.imports.source import Source
from models.imports.spreadsheet import to_draft as row_to_draft
from models.imports.spreadsheet.region_cell import seat_in_name
from models.imports.vocabulary import vocabulary_of
from models.organizations.tables import Account, Organization, Role
from models.places import recognition, regions
from models.text.bare_text import bare_text

_IN_PARTS = 400

Seats = dict[str, dict[str | None, OrganizationDraft]]


def understand(campaign: Campaign, rows: Sequence[Row | CalendarEntry]) -> list[Understood]:
    """What each row says, in the words of the campaign."""
    vocabulary, steps = vocabulary_of(campaign), Steps()
    return [
        row_to_draft.understand(row, vocabulary)
        if isinstance(row, Row)
        else entry_to_draft.understand(row, vocabulary, steps)
        for row in rows
    ]


def adopt(
    rows: Sequence[Row | CalendarEntry], understood: Sequence[Understood], source: Source
) -> list[Understood]:
    """The rows as the source's desk takes them in; a second row of one event is refused."""
    seats = _seats_of(row.draft.lead.name for row in understood if row.draft and row.draft.lead)
    return _each_once(_adopted(row, one, source, seats) for row, one in zip(rows, understood, strict=True))


def adopter(account: Account) -> Callable[[EventDraft], EventDraft]:
    """For `adopt` of a Source: an organizer's event is led by the own organization, an office's happens in its region or
    is led by itself, the committee's may be anywhere. What the file leaves open is filled in so.

    What it gives raises Mistake for what is out of the account's reach."""

    def adopt_draft(draft: EventDraft) -> EventDraft:
        if account.role == Role.ORGANIZER:
            return _led(draft, account)
        return _inside(draft, account) if account.role == Role.OFFICE else draft

    return adopt_draft


def _led(draft: EventDraft, account: Account) -> EventDraft:
    own = account.organization
    if draft.lead is not None and draft.lead.name != own.name:
        raise Mistake(
            N_("%(host)s is the lead organizer of this event. You can only import events led by %(own)s."),
            host=draft.lead.name,
            own=own.name,
        )
    return replace(draft, lead=OrganizationDraft.of(own), hosts=draft.hosts or (own.name,))


def _inside(draft: EventDraft, account: Account) -> EventDraft:
    own = account.organization
    if draft.lead is not None and draft.lead.name == own.name:
        return replace(draft, lead=OrganizationDraft.of(own))
    if own.line_limited:
        draft = _within_line(draft, own)
    if draft.region_code is None:
        return replace(draft, region_code=own.region_code)
    if own.region_code is None or not regions.is_below(draft.region_code, own.region_code):
        name = next((row.name for row in regions.all_regions() if row.code == own.region_code), own.name)
        raise Mistake(N_("This event is not in %(region)s, so your office cannot see it."), region=name)
    return draft


def _within_line(draft: EventDraft, own: Organization) -> EventDraft:
    """An office that is limited to its line imports what organizations of that line lead; a new one gets the line."""
    if draft.lead is None:
        return replace(draft, lead=OrganizationDraft.of(own))
    query = select(Organization.line).where(
        Organization.name == draft.lead.name,
        Organization.region_code.is_not_distinct_from(draft.lead.region_code),
    )
    known = db.session.execute(query).first()
    line = known.line if known else draft.lead.line or own.line
    if line != own.line:
        raise Mistake(
            N_("%(host)s is not of the sector of your office, so your office cannot see its events."),
            host=draft.lead.name,
        )
    return replace(draft, lead=replace(draft.lead, line=line))


def _adopted(row: Row | CalendarEntry, understood: Understood, source: Source, seats: Seats) -> Understood:
    """A row as the source's desk takes it: with its lead's region where it names none, and what the desk fills in."""
    if understood.draft is None:
        return understood if isinstance(row, CalendarEntry) else replace(understood, ref=row.cells["id"])
    stated = replace(understood.draft, origin=source.origin or understood.draft.origin)
    own = _region_of(source)
    seated = _in_region(stated, row, seats, own)
    ref = seated.origin_ref or ""
    try:
        draft = source.adopt(seated)
    except Mistake as mistake:
        return Understood(
            row.number, RowVerdict.REFUSED, (Finding.of(mistake),), title=understood.title, ref=ref
        )
    filled = [
        name
        for name in FIELDS
        if getattr(stated, name) != getattr(draft, name) and (name != "lead" or stated.lead is None)
    ]
    findings = (
        (Finding(N_("Added automatically: %(fields)s."), fields=field_names(filled)),) if filled else ()
    )
    said = understood.findings
    if stated.region_text and not draft.region_text:
        # 城关区, which the lead's city or the table decides
        open_names = (recognition.RegionProblem.AMBIGUOUS, recognition.RegionProblem.UNKNOWN)
        answered = [recognition.PROBLEM_TEXTS[problem] for problem in open_names]
        said = tuple(finding for finding in said if finding.message not in answered)
    return replace(understood, draft=draft, ref=ref, findings=(*said, *findings))


def _in_region(stated: EventDraft, row: Row | CalendarEntry, seats: Seats, own: str | None) -> EventDraft:
    """The draft with its lead as the organization that is here; where its row names no region, in that of its table, its
    lead or its place. A report, which has a column for the year, leaves open what it does not say."""
    plan = isinstance(row, Row) and "year" not in row.cells
    draft = event_region.in_table(stated, row, own) if plan and isinstance(row, Row) else stated
    draft = _with_seat(draft, seats, own)
    if isinstance(row, Row) and not plan:
        return draft
    if stated.region_code:
        return event_region.at_venue_within(draft, own)
    if stated.region_text:
        return event_region.in_lead(draft)
    return event_region.at_venue(event_region.by_short_name(draft, own), own)


def _each_once(rows: Iterable[Understood]) -> list[Understood]:
    """A second row of the same event in one file is refused: which of them is right is not ours to say."""
    first: dict[tuple, int] = {}
    unique = []
    for row in rows:
        key = (row.draft.origin, row.ref) if row.draft else None
        if key and key in first:
            why = Finding(
                N_("This is the same event as row %(row)s. Please remove one of them."), row=first[key]
            )
            row = Understood(row.number, RowVerdict.REFUSED, (why,), title=row.title, ref=row.ref)
        elif key:
            first[key] = row.number
        unique.append(row)
    return unique


def _seats_of(names: Iterable[str]) -> Seats:
    """By name and region the organizations that are here, also where the name is written in another way; for a merged one,
    the one that stands for it."""
    by_plain: dict[str, list[Organization]] = {}
    distinct = list(dict.fromkeys(names))
    plain = list(dict.fromkeys(map(bare_text, distinct)))
    for start in range(0, len(plain), _IN_PARTS):
        query = select(Organization).where(Organization.plain_name.in_(plain[start : start + _IN_PARTS]))
        for row in db.session.scalars(query.order_by(Organization.id)):
            by_plain.setdefault(row.plain_name, []).append(row)
    seats: Seats = {}
    for name in distinct:
        rows = by_plain.get(bare_text(name), [])
        for row in [*(row for row in rows if row.name != name), *(row for row in rows if row.name == name)]:
            seats.setdefault(name, {})[row.region_code] = OrganizationDraft.of(row.standing)
    return seats


def _region_of(source: Source) -> str | None:
    """The region of the office that imports; None for other accounts and the operator."""
    by = source.by
    return by.organization.region_code if by is not None and by.role == Role.OFFICE else None


def _with_seat(draft: EventDraft, seats: Seats, own: str | None) -> EventDraft:
    """The draft with its lead as the organization that is here, and with the lead's region where the event names none, or
    is online (it counts where its lead sits). own: the region of the office that imports: what names no place happens
    there, also where its lead sits elsewhere."""
    lead = draft.lead
    if lead is None:
        return draft
    known = seats.get(lead.name, {})
    here = known.get(lead.region_code)
    if here is None and len(set(known.values())) == 1:
        here = next(iter(known.values()))  # one organization of this name is one organization
    if here is None:
        seat = lead.region_code or seat_in_name(lead.name)
        if draft.region_code is None and not _certain(seat, lead.name, own):
            seat = None
        here = known.get(seat) or replace(lead, region_code=seat)
    draft = draft.with_lead(replace(here, line=lead.line))
    if not here.region_code:
        return draft
    unnamed = draft.region_code is None
    if draft.mode == Mode.ONLINE or (unnamed and (own is None or regions.is_below(here.region_code, own))):
        return replace(draft, region_code=here.region_code)
    return draft


def _certain(seat: str | None, name: str, own: str | None) -> bool:
    """Whether a name says where its bearer sits. A county without its city (云溪区市场监管局) may be a new district or one
    of the office's own that no list has: then it is not the one of that name elsewhere."""
    if seat is None or own is None or regions.is_below(seat, own) or regions.level_of(seat) != regions.COUNTY:
        return True
    return not name.startswith(regions.regions_by_code()[seat].name)
