"""The rows of each export, within the reach of the account. Read in batches, each in a short transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from models import clock
from models.accounts.audit_entries import every_entry
from models.audit.tables import AuditEntry
from models.campaigns.tables import Campaign, find_campaign
from models.codes.passes import Pass
from models.corrections.scan_list import every_row, states_of
from models.db import db
from models.devices.kiosks import Kiosk
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event, Occurrence
from models.exports.tables import ExportKind
from models.figures import count
from models.figures.dimensions import parse_by
from models.figures.filters import FiguresFilter
from models.ledger.tables import Flag, Scan, ScanKind
from models.organizations.tables import Account
from web.figures import exports as figure_tables
from web.words.ledger import flag_name, kind_name, reason_name, row_state_name, verdict_name
from web.words.terms import format_name, group_name, mode_name, region_label

BATCH = 1000
Entity = TypeVar("Entity")


@dataclass(frozen=True)
class Choice:
    """What is exported: of a campaign, all that the account reaches or one event. by: dimensions of figures."""

    campaign: Campaign | None
    event: Event | None
    by: str = ""


@dataclass(frozen=True)
class Table:
    """heads in the reader's language; count: of the rows, for the progress."""

    heads: list[str]
    count: int
    rows: Iterator[list[object]]


def read_choice(account: Account, kind: ExportKind, given: dict[str, Any]) -> Choice:
    """Raises Mistake for an unknown week or dimension, NotFound for an event out of reach."""
    if kind == ExportKind.AUDIT:
        return Choice(None, None)
    campaign, event = find_campaign(str(given.get("campaign", ""))), None
    text = str(given.get("event") or "").strip()
    if text:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
        event = scope.event_for(account, number, _QUESTIONS[kind])
        campaign = event.campaign
    by = str(given.get("by", ""))
    parse_by(by)
    return Choice(campaign, event, by)


def table_of(account: Account, kind: ExportKind, choice: Choice, now: datetime) -> Table:
    if kind == ExportKind.AUDIT:
        return _audit(account)
    if choice.campaign is None:
        raise Mistake(N_("Please name the week: ?campaign=…"))
    if kind == ExportKind.FIGURES:
        return _figures(account, choice.campaign, choice, now)
    make: Callable[[Campaign, Select[tuple[int]]], Table] = _TABLES[kind]
    return make(choice.campaign, _event_ids(account, kind, choice))


def _event_ids(account: Account, kind: ExportKind, choice: Choice) -> Select[tuple[int]]:
    query = scope.events_for(account, _QUESTIONS[kind]).with_only_columns(Event.id)
    if choice.event is not None:
        return query.where(Event.id == choice.event.id)
    return query.where(Event.campaign_id == choice.campaign.id) if choice.campaign else query


def _batches(query: Select[tuple[Entity]], key: InstrumentedAttribute[int]) -> Iterator[list[Entity]]:
    """In the order of the key. No transaction is open while a batch is written."""
    last = 0
    while True:
        batch: list[Any] = list(
            db.session.scalars(query.where(key > last).order_by(key).limit(BATCH)).unique()
        )
        if not batch:
            return
        last = getattr(batch[-1], key.key)
        yield batch
        db.session.commit()


def _count(query: Select) -> int:
    return db.session.scalars(select(func.count()).select_from(query.order_by(None).subquery())).one()


def _events(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    query = select(Event).where(Event.id.in_(ids)).options(joinedload(Event.lead), joinedload(Event.region))
    heads = [
        _("Event no."), _("Title"), _("English title"), _("State"), _("Region code"), _("Region"), _("Lead organizer"),
        _("Sector"), _("Publicity focus"), _("Form of activity"), _("How to take part"),
        _("Created"), _("Changed"), _("Published"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for batch in _batches(query, Event.id):
            for one in batch:
                yield [
                    one.id,
                    one.title,
                    one.title_en,
                    one.status,
                    one.region_code,
                    region_label(one.region),
                    one.lead.name if one.lead else "",
                    one.lead.line if one.lead else "",
                    one.main_focus,
                    format_name(campaign, one.main_format) if one.main_format else "",
                    mode_name(one.mode) if one.mode else "",
                    *(_time(at, campaign) for at in (one.created_at, one.changed_at, one.published_at)),
                ]

    return Table(heads, _count(ids), rows())


def _occurrences(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    query = select(Occurrence).where(Occurrence.event_id.in_(ids))
    query = query.options(joinedload(Occurrence.event), joinedload(Occurrence.venue))
    heads = [
        _("Session no."), _("Event no."), _("Title"), _("State"), _("First day"), _("Last day"), _("Begin"), _("End"),
        _("Place"), _("Address"), _("Capacity"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for batch in _batches(query, Occurrence.id):
            for one in batch:
                venue = one.venue
                yield [
                    one.id,
                    one.event_id,
                    one.event.title,
                    one.status,
                    one.start_day.isoformat(),
                    one.end_day.isoformat(),
                    _time(one.start_at, campaign),
                    _time(one.end_at, campaign),
                    venue.name if venue else one.event.venue_text,
                    venue.address if venue else "",
                    one.capacity,
                ]

    return Table(heads, _count(query.with_only_columns(Occurrence.id)), rows())


def _passes(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    """Without their codes: those are printed and sent, not kept in lists."""
    query = select(Pass).where(Pass.event_id.in_(ids))
    heads = [_("Pass no."), _("Event no."), _("Audience group"), _("People"), _("Issued"), _("Revoked")]

    def rows() -> Iterator[list[object]]:
        for batch in _batches(query, Pass.id):
            for one in batch:
                issued, revoked = _time(one.issued_at, campaign), _time(one.revoked_at, campaign)
                yield [one.id, one.event_id, group_name(campaign, one.group), one.headcount, issued, revoked]

    return Table(heads, _count(query.with_only_columns(Pass.id)), rows())


def _scans(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    """Every row: refused ones and undos too, each with what became of it."""
    query = select(Scan).where(Scan.campaign_id == campaign.id, every_row(ids))
    heads = [
        _("Scan"), _("Event no."), _("Session no."), _("Kiosk"), _("Kind"), _("Audience group"), _("People"), _("Time"),
        _("Received"), _("Verdict"), _("Reason"), _("Flags"), _("State"), _("Undoes"),
    ]  # fmt: skip

    return Table(heads, _count(query.with_only_columns(Scan.number)), _scan_rows(campaign, query))


def _scan_rows(campaign: Campaign, query: Select[tuple[Scan]]) -> Iterator[list[object]]:
    names = dict(db.session.execute(select(Kiosk.id, Kiosk.name)).tuples().all())
    # Few different words in many rows.
    kind, group, verdict, reason, flag, became = map(
        cache,
        (
            kind_name,
            lambda key: group_name(campaign, key),
            verdict_name,
            reason_name,
            lambda flags: " ".join(flag_name(flag) for flag in Flag(flags).names),
            row_state_name,
        ),
    )
    for batch in _batches(query, Scan.number):
        states = states_of([scan for scan in batch if scan.kind != ScanKind.UNDO])
        for one in batch:
            state = states.get(one.id)
            yield [
                str(one.id),
                one.event_id,
                one.occurrence_id,
                names.get(one.kiosk_id or 0, ""),
                kind(one.kind, one.direction),
                group(one.group) if one.group else "",
                one.headcount,
                _time(one.at, campaign),
                _time(one.received_at, campaign),
                verdict(one.verdict),
                reason(one.reason) if one.reason else "",
                flag(one.flags),
                became(state) if state else "",
                str(one.undoes) if one.undoes else "",
            ]


def _figures(account: Account, campaign: Campaign, choice: Choice, now: datetime) -> Table:
    by = parse_by(choice.by)
    reach = None if scope.sees_everything(account) else scope.reachable_event_ids(account)
    events = (choice.event.id,) if choice.event is not None else ()
    figures = count.figures(campaign, now, by, FiguresFilter(scope=reach, events=events))
    table = figure_tables.open_table(figures, campaign, by)
    return Table(list(table.heads), len(table.rows), (list(row) for row in table.rows))


def _audit(account: Account) -> Table:
    query = every_entry(account)
    heads = [
        _("No."), _("Time"), _("Act"), _("By"), _("Subject"), _("Subject no."), _("Network address"), _("Details"), _("Hash"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for batch in _batches(query, AuditEntry.id):
            for one in batch:
                by = one.account.email if one.account else ""
                at = clock.instant_text(one.at)
                yield [
                    one.id,
                    at,
                    one.verb,
                    by,
                    one.subject,
                    one.subject_id,
                    one.network,
                    one.detail,
                    one.hash,
                ]

    return Table(heads, _count(query.with_only_columns(AuditEntry.id)), rows())


def _time(instant: datetime | None, campaign: Campaign) -> str:
    """As a spreadsheet reads it, in the campaign's zone."""
    return instant.astimezone(clock.zone(campaign.zone)).strftime("%Y-%m-%d %H:%M:%S") if instant else ""


_QUESTIONS = {
    ExportKind.EVENTS: scope.sees,
    ExportKind.OCCURRENCES: scope.sees,
    ExportKind.PASSES: scope.runs_check_in,
    ExportKind.SCANS: scope.changes,
    ExportKind.FIGURES: scope.sees,
}
_TABLES = {
    ExportKind.EVENTS: _events,
    ExportKind.OCCURRENCES: _occurrences,
    ExportKind.PASSES: _passes,
    ExportKind.SCANS: _scans,
}
