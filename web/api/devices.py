"""Kiosks of the events where an account runs check-in, and the scans of the events that it changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from models import clock
from models.api_operation import Operation
from models.campaigns.tables import Campaign, find_campaign
from models.corrections.scan_list import rows_after, states_of
from models.db import db
from models.devices import scope as device_scope
from models.devices.kiosks import Kiosk, KioskService
from models.errors import N_
from models.events import scope
from models.ledger.tables import Flag, Scan, ScanKind
from models.organizations.tables import Account, TokenScope
from web.api import shapes
from web.api.caller import Caller
from web.api.endpoints import Endpoints
from web.api.pages_of_rows import after, one_row, page_after, page_of
from web.api.passes import LARGEST_BIG_ID

endpoints = Endpoints("devices")
register = endpoints.register

KIOSK_EXAMPLE = {
    "id": 7, "campaign": "ip-2024", "name": "K7", "events": [12], "scopes": ["scan", "tally"],
    "paired_at": "2024-04-22T08:10:00.000+08:00", "expires_at": None, "revoked_at": None,
    "seen_at": "2024-04-22T09:31:00.000+08:00", "waiting": 0, "battery": 80,
}  # fmt: skip
SCAN_EXAMPLE = {
    "id": "0191a1b2-0000-7000-8000-000000000001", "event": 12, "occurrence": 31, "kiosk": 7, "kind": "pass",
    "direction": "in", "method": "pass", "group": "youth", "headcount": 43, "undoes": None,
    "at": "2024-04-22T09:29:58.004+08:00", "received_at": "2024-04-22T09:29:58.250+08:00", "day": "2024-04-22",
    "verdict": "stored", "reason": None, "flags": [], "state": "counts",
}  # fmt: skip


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/kiosks",
        tag="devices",
        summary=N_("Kiosks that serve, or served, your events"),
        scopes=(TokenScope.READ,),
        query=shapes.OccurrenceQuery,
        answer=shapes.KioskPage,
        errors=(404,),
        etag=True,
        answer_example={"items": [KIOSK_EXAMPLE], "next": None},
    )
)
def kiosks(caller: Caller, query: shapes.OccurrenceQuery) -> shapes.KioskPage:
    found = _kiosks_for(caller.account)
    if isinstance(query.campaign, str):
        found = found.where(Kiosk.campaign_id == find_campaign(query.campaign).id)
    if isinstance(query.event, int):
        event = scope.event_for(caller.account, query.event, scope.runs_check_in)
        serving = select(KioskService.kiosk_id).where(KioskService.event_id == event.id)
        found = found.where(Kiosk.id.in_(serving))
    items, following = page_after(found, Kiosk.id, query)
    return shapes.KioskPage(_kiosk_shapes(items, caller.account), following)


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/kiosks/{kiosk_id}",
        tag="devices",
        summary=N_("One kiosk"),
        scopes=(TokenScope.READ,),
        answer=shapes.Kiosk,
        errors=(404,),
        etag=True,
        answer_example=KIOSK_EXAMPLE,
    )
)
def kiosk(caller: Caller, kiosk_id: int) -> shapes.Kiosk:
    row = one_row(_kiosks_for(caller.account), Kiosk.id, kiosk_id, N_("There is no kiosk %(id)s."))
    return _kiosk_shapes([row], caller.account)[0]


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/scans",
        tag="devices",
        summary=N_("Scans of an event, every row, in the order of receipt"),
        scopes=(TokenScope.READ,),
        query=shapes.OfEventQuery,
        answer=shapes.ScanPage,
        errors=(404,),
        etag=True,
        answer_example={"items": [SCAN_EXAMPLE], "next": None},
    )
)
def scans(caller: Caller, query: shapes.OfEventQuery) -> shapes.ScanPage:
    event = scope.event_for(caller.account, query.event, scope.changes)
    rows = rows_after(event, after(query, LARGEST_BIG_ID), query.limit + 1)
    items, following = page_of(rows, Scan.number, query)
    states = states_of([scan for scan in items if scan.kind != ScanKind.UNDO])
    return shapes.ScanPage(
        [_scan_shape(scan, event.campaign, states.get(scan.id)) for scan in items], following
    )


def _kiosks_for(account: Account) -> Select[tuple[Kiosk]]:
    reach = device_scope.kiosk_in_reach(account) if account.runs_check_in else false()
    return select(Kiosk).where(reach).options(joinedload(Kiosk.heartbeat))


def _kiosk_shapes(kiosks: Sequence[Kiosk], account: Account) -> list[shapes.Kiosk]:
    """The events that a device serves now, as far as the account reaches them."""
    serving = select(KioskService.kiosk_id, KioskService.event_id).where(
        KioskService.kiosk_id.in_([kiosk.id for kiosk in kiosks]),
        KioskService.until.is_(None),
        KioskService.event_id.in_(scope.reachable_event_ids(account)),
    )
    events: dict[int, list[int]] = {}
    for kiosk_id, event_id in db.session.execute(serving.order_by(KioskService.id)):
        events.setdefault(kiosk_id, []).append(event_id)
    zones = dict(db.session.execute(select(Campaign.id, Campaign.zone)).tuples().all())
    return [_kiosk_shape(kiosk, events.get(kiosk.id, []), zones[kiosk.campaign_id]) for kiosk in kiosks]


def _kiosk_shape(kiosk: Kiosk, events: list[int], zone: str) -> shapes.Kiosk:
    report = kiosk.heartbeat
    return shapes.Kiosk(
        id=kiosk.id,
        campaign=kiosk.campaign_id,
        name=kiosk.name,
        events=events,
        scopes=kiosk.scopes,
        paired_at=clock.instant_text(kiosk.paired_at, zone),
        expires_at=_instant(kiosk.expires_at, zone),
        revoked_at=_instant(kiosk.revoked_at, zone),
        seen_at=_instant(kiosk.seen_at, zone),
        waiting=report.waiting if report else None,
        battery=report.battery if report else None,
    )


def _scan_shape(scan: Scan, campaign: Campaign, state: str | None) -> shapes.Scan:
    return shapes.Scan(
        id=str(scan.id),
        event=scan.event_id,
        occurrence=scan.occurrence_id,
        kiosk=scan.kiosk_id,
        kind=scan.kind,
        direction=scan.direction,
        method=scan.method,
        group=scan.group,
        headcount=scan.headcount,
        undoes=str(scan.undoes) if scan.undoes else None,
        at=clock.instant_text(scan.at, campaign.zone),
        received_at=clock.instant_text(scan.received_at, campaign.zone),
        day=scan.day.isoformat(),
        verdict=scan.verdict,
        reason=scan.reason,
        flags=Flag(scan.flags).names,
        state=state,
    )


def _instant(instant: datetime | None, zone: str) -> str | None:
    return clock.instant_text(instant, zone) if instant else None
