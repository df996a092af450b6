"""`openweek rehearse`: a campaign filled with made-up events and scans, or simulated kiosks at the doors of a rehearsal."""

import ipaddress
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from sqlalchemy import select

from kiosk.simulator import fleet
from kiosk.simulator import report as reports
from kiosk.simulator.fleet import Plan
from kiosk.simulator.network import Weather
from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, find_campaign
from models.codes import passes
from models.db import db
from models.devices import kiosks as devices
from models.errors import N_, Conflict, Mistake
from models.events import check_in_window
from models.events.tables import Event, EventStatus
from models.figures.recount import verify
from models.synthetic import fill as synthetic

WENT_WELL, WENT_WRONG = 0, 1  # 2: what the command line answers to every Mistake
SCANS_EACH, MOST_KIOSKS, MOST_LOSS = 20, 1000, 0.9
SCANS_AN_EVENT, MOST_EVENTS, MOST_SCANS = 100, 30_000, 10_000_000
A_CLASS, CLASSES = 40, 4

WHAT = N_("Say what to rehearse: --events 200 fills the campaign, --kiosks 5 starts simulated kiosks.")
ONE_AT_A_TIME = N_("Fill the campaign first (--events), then send simulated kiosks (--kiosks).")
ONE_CODE_EACH = N_("Give one pairing code for each simulated kiosk.")
NOT_HERE = N_("“%(server)s” is another machine. Add --elsewhere if simulated kiosks should really go there.")
NOBODY_OPEN = N_(
    "No event of campaign “%(id)s” is open for check-in now. Run the rehearsal while one is open."
)
NO_ADDRESS = N_("Give the server as scheme and host, for example http://127.0.0.1:8000.")


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
    help="Scans at the made-up events (100 for each unless told), or of all simulated kiosks together (20 each).",
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
@click.option("--server", help="Where the kiosks go: OPENWEEK_BASE_URL unless told.")
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
    campaign_id: str, events: int | None, scans: int | None, seed: int, as_json: bool, **sent
) -> None:
    """Fill a campaign with made-up events and scans, or send simulated kiosks to its doors.

    With --events: events in all regions and lines and on all days of the campaign, past and to come, and scans at their
    doors, through the same rules as real ones. The same seed makes the same figures. A real campaign that has events is
    never filled, nor any campaign twice with one seed.

    With --kiosks: each is a device of its own at an event that is open now. It scans passes, touches and tallies, loses
    answers, delivers twice, goes offline, has a wrong clock; every scan must be stored exactly once. Only a rehearsal is
    sent any. Exit 0: nothing was lost and the recount agrees; 1: something was; 2: the rehearsal could not be held."""
    if events and (sent["kiosks"] or sent["codes"]):
        raise Mistake(ONE_AT_A_TIME)
    if events:
        _fill(campaign_id, events, scans, seed, as_json)
    else:
        _send(campaign_id, as_json, scans=scans, seed=seed, **sent)


def _fill(campaign_id: str, events: int, scans: int | None, seed: int, as_json: bool) -> None:
    week, wanted = find_campaign(campaign_id), events * SCANS_AN_EVENT if scans is None else scans
    synthetic.check_may_fill(week, seed)
    with progress(events + wanted, _("Events and scans"), quiet=as_json) as made:
        done = synthetic.fill(week, events, wanted, seed, clock.now(), made)
    value, text = reports.filled_value(done, seed), reports.filled_text(done, seed)
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def _send(campaign_id: str, as_json: bool, **asked) -> None:
    now = clock.now()
    plan, end = _plan(campaign_id, now, **asked)
    db.session.remove()
    try:
        with progress(plan.scans, _("Scans"), quiet=as_json) as scanned:
            report = fleet.rehearse(plan, now, lambda: scanned(1))
    finally:
        end()
    agrees = None if asked["codes"] else verify(find_campaign(campaign_id)).agrees
    value, text = reports.as_value(report, agrees), reports.as_text(report, agrees)
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
    raise SystemExit(WENT_WELL if report.complete and agrees is not False else WENT_WRONG)


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
) -> tuple[Plan, Callable[[], None]]:
    """The rehearsal that was asked for, and what ends its devices. Raises Mistake."""
    if not kiosks and not codes:
        raise Mistake(WHAT)
    if codes and kiosks not in (None, len(codes)):
        raise Mistake(ONE_CODE_EACH)
    week = None if codes else _rehearsal(campaign_id)
    address = _address(server or current_app.config["BASE_URL"], elsewhere)
    wanted = scans or (kiosks or len(codes)) * SCANS_EACH
    if week is None:
        tokens, held, end = fleet.pair(address, codes), [], _leave
    else:
        tokens, held, end = _prepare(week, kiosks, wanted, now)
    return Plan(address, campaign_id, tokens, wanted, seed, Weather.of(loss), held), end


def _leave() -> None:
    """Devices that were paired by a code are the other server's to end."""


def _address(server: str, elsewhere: bool) -> str:
    parts = urlsplit(server.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise Mistake(NO_ADDRESS)
    if not elsewhere and not _is_this_machine(parts.hostname):
        raise Conflict(NOT_HERE, server=server)
    return f"{parts.scheme}://{parts.netloc}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _rehearsal(campaign_id: str) -> Campaign:
    week = find_campaign(campaign_id)
    if not week.rehearsal:
        raise Conflict(fleet.NO_REHEARSAL, id=week.id)
    return week


def _prepare(
    week: Campaign, kiosks: int, scans: int, now: datetime
) -> tuple[list[str], list[str], Callable[[], None]]:
    """Tokens of fresh devices at the events that are open, tokens of passes, and what ends the devices afterwards."""
    events = _open_events(week, now)
    made = [devices.create_kiosk(events[number % len(events)], now) for number in range(kiosks)]
    ids = [kiosk.id for kiosk, _token in made]
    groups = [*(term.key for term in week.groups), UNKNOWN_GROUP]
    each = min(max(scans // (3 * len(groups)), 1), 2000)
    held = [entry for group in groups for entry in passes.issue(week, group, now, count=each)]
    held += passes.issue(week, groups[0], now, headcount=A_CLASS, count=CLASSES)

    def revoke() -> None:
        for kiosk_id in ids:
            devices.revoke(kiosk_id, clock.now())

    return [token for _kiosk, token in made], [entry.token for entry in held], revoke


def _open_events(week: Campaign, now: datetime) -> list[Event]:
    here = select(Event).where(
        Event.campaign_id == week.id, Event.status == EventStatus.PUBLISHED, Event.withdrawn_at.is_(None)
    )
    known = {event.id: event for event in db.session.scalars(here.order_by(Event.id))}
    open_now = {one.event_id for one in check_in_window.windows_of(known, week.zone) if one.open_at(now)}
    if not open_now:
        raise Conflict(NOBODY_OPEN, id=week.id)
    return [known[event_id] for event_id in sorted(open_now)]


@contextmanager
def progress(length: int, label: str, *, quiet: bool) -> Iterator[Callable[[int], object]]:
    """A bar where somebody looks, silence in a pipe."""
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True, hidden=hidden) as bar:
        yield bar.update
