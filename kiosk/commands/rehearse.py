"""`openweek rehearse`: a campaign filled with made-up events and scans, or simulated kiosks at the entrances of a rehearsal."""

import ipaddress
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from sqlalchemy import select

from kiosk.simulator import fleet
from kiosk.simulator import report as reports
from kiosk.simulator.fleet import RehearsalPlan
from kiosk.simulator.network import FaultRates
from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, find_campaign
from models.codes import passes
from models.db import db
from models.devices import kiosks as devices
from models.errors import N_, Conflict, Mistake
from models.events import check_in_window
from models.events.tables import Event, EventStatus
from models.figures.recount.comparison import verify
from models.synthetic import fill as synthetic

EXIT_OK, EXIT_FAILED = 0, 1  # 2: what the command line answers to every Mistake
SCANS_PER_KIOSK, MOST_KIOSKS, MOST_LOSS = 20, 1000, 0.9
SCANS_PER_EVENT, MOST_EVENTS, MOST_SCANS = 100, 30_000, 10_000_000
CLASS_SIZE, CLASSES = 40, 4

NOTHING_TO_DO = N_(
    "Say what to rehearse: --events 200 fills the campaign, --kiosks 5 starts simulated kiosks."
)
TWO_TASKS = N_("Fill the campaign first (--events), then send simulated kiosks (--kiosks).")
CODES_MISMATCH = N_("Give one pairing code for each simulated kiosk.")
OTHER_MACHINE = N_(
    "“%(server)s” is another machine. Add --elsewhere if simulated kiosks should really go there."
)
NOTHING_OPEN = N_(
    "No event of campaign “%(id)s” is open for check-in now. Run the rehearsal while one is open."
)
BAD_ADDRESS = N_("Give the server as scheme and host, for example http://127.0.0.1:8000.")


def register(app: Flask) -> None:
    app.cli.add_command(rehearse)


@click.command("rehearse")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--events", type=click.IntRange(1, MOST_EVENTS), help="Fill it with so many made-up events.")
@click.option(
    "--kiosks", type=click.IntRange(1, MOST_KIOSKS), help="Send so many simulated kiosks, all at once."
)
@click.option(
    "--scans",
    type=click.IntRange(0, MOST_SCANS),
    help="Scans at the made-up events (default: 100 for each), or of all simulated kiosks together (20 each).",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed makes the same rehearsal."
)
@click.option(
    "--loss",
    type=click.FloatRange(0, MOST_LOSS),
    default=0.2,
    show_default=True,
    help="Share of the kiosks' requests that get no answer; as many are delivered twice.",
)
@click.option("--server", help="Where the kiosks go: default: OPENWEEK_BASE_URL.")
@click.option("--elsewhere", is_flag=True, help="The server may be another machine.")
@click.option(
    "--pair",
    "codes",
    multiple=True,
    metavar="CODE",
    help="A pairing code of that server, once for each kiosk; then nothing is asked of the database here.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
@with_appcontext
def rehearse(
    campaign_id: str, events: int | None, scans: int | None, seed: int, as_json: bool, **fleet_options: Any
) -> None:
    """Fill a campaign with made-up events and scans, or send simulated kiosks to its events.

    With --events: events in all regions and lines and on all days of the campaign, past and to come, and scans at their
    events, through the same rules as real ones. The same seed makes the same figures. A real campaign that has events is
    never filled, nor any campaign twice with one seed.

    With --kiosks: each is a device of its own at an event that is open now. It scans passes, touches and tallies, loses
    answers, delivers twice, goes offline, has a wrong clock; every scan must be stored exactly once. Only a rehearsal is
    sent any. Exit 0: nothing was lost and the recount agrees; 1: something was; 2: the rehearsal could not be held."""
    if events and (fleet_options["kiosks"] or fleet_options["codes"]):
        raise Mistake(TWO_TASKS)
    if events:
        _fill(campaign_id, events, scans, seed, as_json)
    else:
        _run_fleet(campaign_id, as_json, scans=scans, seed=seed, **fleet_options)


def _fill(campaign_id: str, events: int, scans: int | None, seed: int, as_json: bool) -> None:
    campaign, scan_count = find_campaign(campaign_id), events * SCANS_PER_EVENT if scans is None else scans
    synthetic.check_may_fill(campaign, seed)
    with progress_bar(events + scan_count, _("Events and scans"), quiet=as_json) as advance:
        filled = synthetic.fill(campaign, events, scan_count, seed, clock.now(), advance)
    value, text = reports.filled_json(filled, seed), reports.filled_text(filled, seed)
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def _run_fleet(campaign_id: str, as_json: bool, **options: Any) -> None:
    now = clock.now()
    plan, end = _plan(campaign_id, now, **options)
    db.session.remove()
    try:
        with progress_bar(plan.scans, _("Scans"), quiet=as_json) as scanned:
            report = fleet.rehearse(plan, now, lambda: scanned(1))
    finally:
        end()
    agrees = None if options["codes"] else verify(find_campaign(campaign_id)).agrees
    value, text = reports.report_json(report, agrees), reports.report_text(report, agrees)
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
    raise SystemExit(EXIT_OK if report.complete and agrees is not False else EXIT_FAILED)


def _plan(
    campaign_id: str,
    now: datetime,
    *,
    kiosks: int | None,
    scans: int | None,
    loss: float,
    seed: int,
    server: str | None,
    elsewhere: bool,
    codes: tuple[str, ...],
) -> tuple[RehearsalPlan, Callable[[], None]]:
    """The rehearsal that was asked for, and what ends its devices. Raises Mistake."""
    if not kiosks and not codes:
        raise Mistake(NOTHING_TO_DO)
    if codes and kiosks not in (None, len(codes)):
        raise Mistake(CODES_MISMATCH)
    campaign = None if codes else _rehearsal(campaign_id)
    address = _address(server or current_app.config["BASE_URL"], elsewhere)
    scan_count = scans or (kiosks or len(codes)) * SCANS_PER_KIOSK
    pass_tokens: list[str] = []
    revoke_all: Callable[[], None] = _revoke_nothing
    if campaign is not None and kiosks is not None:
        device_tokens, pass_tokens, revoke_all = _prepare(campaign, kiosks, scan_count, now)
    else:
        device_tokens = fleet.pair(address, codes)
    return RehearsalPlan(
        address, campaign_id, device_tokens, scan_count, seed, FaultRates.of(loss), pass_tokens
    ), revoke_all


def _revoke_nothing() -> None:
    """Devices that were paired by a code are the other server's to end."""


def _address(server: str, elsewhere: bool) -> str:
    parts = urlsplit(server.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise Mistake(BAD_ADDRESS)
    if not elsewhere and not _is_this_machine(parts.hostname):
        raise Conflict(OTHER_MACHINE, server=server)
    return f"{parts.scheme}://{parts.netloc}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _rehearsal(campaign_id: str) -> Campaign:
    campaign = find_campaign(campaign_id)
    if not campaign.rehearsal:
        raise Conflict(fleet.NO_REHEARSAL, id=campaign.id)
    return campaign


def _prepare(
    campaign: Campaign, kiosks: int, scans: int, now: datetime
) -> tuple[list[str], list[str], Callable[[], None]]:
    """Tokens of fresh devices at the events that are open, tokens of passes, and what ends the devices afterwards."""
    events = _open_events(campaign, now)
    created = [devices.create_kiosk(events[number % len(events)], now) for number in range(kiosks)]
    ids = [kiosk.id for kiosk, _token in created]
    groups = [*(term.key for term in campaign.groups), UNKNOWN_GROUP]
    passes_per_group = min(max(scans // (3 * len(groups)), 1), 2000)
    issued = [
        pass_ for group in groups for pass_ in passes.issue(campaign, group, now, count=passes_per_group)
    ]
    issued += passes.issue(campaign, groups[0], now, headcount=CLASS_SIZE, count=CLASSES)

    def revoke() -> None:
        for kiosk_id in ids:
            devices.revoke(kiosk_id, clock.now())

    return [token for _kiosk, token in created], [pass_.token for pass_ in issued], revoke


def _open_events(campaign: Campaign, now: datetime) -> list[Event]:
    query = select(Event).where(
        Event.campaign_id == campaign.id, Event.status == EventStatus.PUBLISHED, Event.withdrawn_at.is_(None)
    )
    by_id = {event.id: event for event in db.session.scalars(query.order_by(Event.id))}
    open_now = {
        window.event_id for window in check_in_window.windows_of(by_id, campaign.zone) if window.open_at(now)
    }
    if not open_now:
        raise Conflict(NOTHING_OPEN, id=campaign.id)
    return [by_id[event_id] for event_id in sorted(open_now)]


@contextmanager
def progress_bar(length: int, label: str, *, quiet: bool) -> Iterator[Callable[[int], object]]:
    """A bar where somebody looks, silence in a pipe."""
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True, hidden=hidden) as bar:
        yield bar.update
