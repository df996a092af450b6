"""The rows of each export of a week, within the reach of the account."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.codes.passes import Pass
from models.corrections.scan_list import every_row, states_of
from models.db import db
from models.devices.kiosks import Kiosk, KioskService
from models.devices.status import heard_at, state_of
from models.errors import N_, Mistake
from models.events import scope
from models.events.merges import merged_ids, standing_event
from models.events.tables import Event, Occurrence
from models.exports.tables import ExportKind
from models.figures import count
from models.figures.dimensions import parse_by
from models.figures.filters import FiguresFilter
from models.ledger.tables import Flag, Scan, ScanKind
from models.organizations.tables import Account
from models.outcomes.outcomes import Outcome
from web.desk.exports.directories import OF_NO_WEEK
from web.desk.exports.rows import Table, batches, row_count, time_text
from web.figures import exports as figure_tables
from web.words.devices import device_scopes, device_state
from web.words.ledger import flag_name, kind_name, reason_name, row_state_name, verdict_name
from web.words.outcomes import outcome_name, precision_name
from web.words.terms import format_name, group_name, mode_name, region_label


@dataclass(frozen=True)
class Choice:
    """What is exported: of a campaign, all that the account reaches or one event. by: dimensions of figures."""

    campaign: Campaign | None
    event: Event | None
    by: str = ""


def read_choice(account: Account, kind: ExportKind, given: dict[str, Any]) -> Choice:
    """Raises Mistake for an unknown week or dimension, NotFound for an event out of reach."""
    if kind in OF_NO_WEEK:
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
    if kind in OF_NO_WEEK:
        return OF_NO_WEEK[kind](account)
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


def _events(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    query = select(Event).where(Event.id.in_(ids)).options(joinedload(Event.lead), joinedload(Event.region))
    heads = [
        _("Event no."), _("Title"), _("English title"), _("State"), _("Region code"), _("Region"), _("Lead organizer"),
        _("Sector"), _("Publicity focus"), _("Form of activity"), _("How to take part"),
        _("Created"), _("Changed"), _("Published"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for batch in batches(query, Event.id):
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
                    *(time_text(at, campaign) for at in (one.created_at, one.changed_at, one.published_at)),
                ]

    return Table(heads, row_count(ids), rows())


def _occurrences(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    query = select(Occurrence).where(Occurrence.event_id.in_(ids))
    query = query.options(joinedload(Occurrence.event), joinedload(Occurrence.venue))
    heads = [
        _("Session no."), _("Event no."), _("Title"), _("State"), _("First day"), _("Last day"), _("Begin"), _("End"),
        _("Place"), _("Address"), _("Capacity"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for batch in batches(query, Occurrence.id):
            for one in batch:
                venue = one.venue
                yield [
                    one.id,
                    one.event_id,
                    one.event.title,
                    one.status,
                    one.start_day.isoformat(),
                    one.end_day.isoformat(),
                    time_text(one.start_at, campaign),
                    time_text(one.end_at, campaign),
                    venue.name if venue else one.event.venue_text,
                    venue.address if venue else "",
                    one.capacity,
                ]

    return Table(heads, row_count(query.with_only_columns(Occurrence.id)), rows())


def _passes(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    """Without their codes: those are printed and sent, not kept in lists."""
    query = select(Pass).where(Pass.event_id.in_(ids))
    heads = [_("Pass no."), _("Event no."), _("Audience group"), _("People"), _("Issued"), _("Revoked")]

    def rows() -> Iterator[list[object]]:
        for batch in batches(query, Pass.id):
            for one in batch:
                issued, revoked = time_text(one.issued_at, campaign), time_text(one.revoked_at, campaign)
                yield [one.id, one.event_id, group_name(campaign, one.group), one.headcount, issued, revoked]

    return Table(heads, row_count(query.with_only_columns(Pass.id)), rows())


def _scans(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    """Every row: refused ones and undos too, each with what became of it."""
    query = select(Scan).where(Scan.campaign_id == campaign.id, every_row(ids))
    heads = [
        _("Scan"), _("Event no."), _("Session no."), _("Kiosk"), _("Kind"), _("Audience group"), _("People"), _("Time"),
        _("Received"), _("Verdict"), _("Reason"), _("Flags"), _("State"), _("Undoes"),
    ]  # fmt: skip

    return Table(heads, row_count(query.with_only_columns(Scan.number)), _scan_rows(campaign, query))


def _outcomes(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    """Every statement, the ones that a later one replaced too."""
    query = select(Outcome, Event.title, Account.email).join(Event, Event.id == Outcome.event_id)
    query = query.outerjoin(Account, Account.id == Outcome.account_id).where(Outcome.event_id.in_(ids))
    heads = [
        _("Event no."), _("Title"), _("Kind"), _("Number"), _("Precision"), _("As reported"), _("State"), _("By"), _("Time"),
    ]  # fmt: skip
    newest = set(
        db.session.scalars(
            select(func.max(Outcome.id))
            .where(Outcome.event_id.in_(ids))
            .group_by(Outcome.event_id, Outcome.kind)
        )
    )

    def rows() -> Iterator[list[object]]:
        for one, title, email in db.session.execute(query.order_by(Outcome.event_id, Outcome.id)).tuples():
            valid = one.id in newest and one.precision is not None
            yield [
                one.event_id,
                title,
                outcome_name(one.kind),
                one.number,
                precision_name(one.precision) if one.precision else "",
                one.text,
                _("valid") if valid else _("cleared") if one.precision is None else _("replaced"),
                email or "",
                time_text(one.at, campaign),
            ]

    return Table(heads, row_count(query.with_only_columns(Outcome.id)), rows())


def _kiosks(campaign: Campaign, ids: Select[tuple[int]]) -> Table:
    """Those that serve or served one of the events, with what they said last."""
    at_event = or_(KioskService.event_id.in_(ids), KioskService.event_id.in_(merged_ids(ids)))
    served = select(KioskService.kiosk_id).where(at_event)
    query = select(Kiosk).where(Kiosk.id.in_(served))
    query = query.options(
        selectinload(Kiosk.services).joinedload(KioskService.event), joinedload(Kiosk.heartbeat)
    )
    reached = set(db.session.scalars(ids))
    heads = [
        _("Kiosk no."), _("Kiosk"), _("Event no."), _("Permissions"), _("State"), _("Paired"), _("Last contact"),
        _("Scans to upload"), _("Version"), _("Battery, percent"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        now = clock.now()
        for batch in batches(query, Kiosk.id):
            for one in batch:
                last, serves = one.heartbeat, _serves(one)
                yield [
                    one.id,
                    one.name,
                    " ".join(str(number) for number in sorted(serves & reached)),
                    device_scopes(one),
                    device_state(state_of(one, now)),
                    time_text(one.paired_at, campaign),
                    time_text(heard_at(one), campaign),
                    last.waiting if last else None,
                    last.version if last else "",
                    last.battery if last else None,
                ]

    return Table(heads, row_count(query.with_only_columns(Kiosk.id)), rows())


def _serves(kiosk: Kiosk) -> set[int]:
    """Ids of the events that it serves now."""
    return {standing_event(row.event).id for row in kiosk.services if row.until is None}


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
    for batch in batches(query, Scan.number):
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
                time_text(one.at, campaign),
                time_text(one.received_at, campaign),
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


_QUESTIONS = {
    ExportKind.EVENTS: scope.sees,
    ExportKind.OCCURRENCES: scope.sees,
    ExportKind.PASSES: scope.runs_check_in,
    ExportKind.SCANS: scope.changes,
    ExportKind.OUTCOMES: scope.sees,
    ExportKind.KIOSKS: scope.runs_check_in,
    ExportKind.FIGURES: scope.sees,
}
_TABLES = {
    ExportKind.EVENTS: _events,
    ExportKind.OCCURRENCES: _occurrences,
    ExportKind.PASSES: _passes,
    ExportKind.SCANS: _scans,
    ExportKind.OUTCOMES: _outcomes,
    ExportKind.KIOSKS: _kiosks,
}
