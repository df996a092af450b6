"""Codes and devices from the shell: pass, venue-code, kiosk, posters. --json prints one JSON value, nothing else."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from kiosk.paper import formats, posters
from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.codes import passes, venue_codes
from models.codes.venue_codes import CodeMethod
from models.db import db
from models.devices import kiosks, pairing, status
from models.devices.kiosks import Kiosk
from models.errors import N_, Conflict, NotFound
from models.events.tables import Event, EventStatus
from models.installation import site
from models.public import queries

CODES_AT_ONCE = 500

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
of_event = click.option("--event", "event_id", type=int, required=True, help="Id of the event.")

pass_commands = AppGroup("pass", help="Passes: random codes without names, for one person or a group.")
kiosk_commands = AppGroup("kiosk", help="Devices that scan.")


def register(app: Flask) -> None:
    for command in (pass_commands, kiosk_commands, venue_code, make_posters):
        app.cli.add_command(command)


def find_event(event_id: int) -> Event:
    """The event with this id, as the operator sees it. Raises NotFound for a withdrawn one too."""
    event = db.session.get(Event, event_id) if 0 < event_id < 2**31 else None
    if event is None or event.withdrawn_at is not None:
        raise NotFound(N_("There is no event %(id)s."), id=event_id)
    return event


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


@pass_commands.command("issue", help="Make passes.")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--group", required=True, help="Audience group, or unknown.")
@click.option("--headcount", type=int, help="Makes group passes for so many people (1-999).")
@click.option("--event", "event_id", type=int, help="Good at this event only.")
@click.option("--count", type=int, default=1, help="How many passes (1-10,000).")
@as_json
def issue(
    campaign_id: str, group: str, headcount: int | None, event_id: int | None, count: int, as_json: bool
) -> None:
    event = find_event(event_id) if event_id is not None else None
    campaign = find_campaign(campaign_id)
    issued = passes.issue(campaign, group, clock.now(), headcount=headcount, event=event, count=count)
    rows = []
    for pass_ in issued:
        token = pass_.token
        rows.append(
            {
                "id": pass_.id,
                "url": site().code_url("C", token),
                "token": token,
                "group": pass_.group,
                "headcount": pass_.headcount,
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}\t{row['group']}\t{row['headcount']}\t{row['url']}")


@pass_commands.command("revoke", help="End a pass; what it did before stays.")
@click.argument("pass_id", type=int, metavar="ID")
def revoke_pass(pass_id: int) -> None:
    passes.revoke(pass_id, clock.now())
    click.echo(_("Pass %(id)s is no longer valid.", id=pass_id))


@click.command(
    "venue-code", help="The code of an event's poster, or the one its screen shows at this moment."
)
@of_event
@click.option("--rotating", is_flag=True, help="The changing code of a screen.")
@as_json
@with_appcontext
def venue_code(event_id: int, rotating: bool, as_json: bool) -> None:
    now = clock.now()
    code = venue_codes.code_for_event(
        find_event(event_id), now, CodeMethod.ROTATING if rotating else CodeMethod.PRINTED
    )
    token = code.token(now)
    url = site().code_url("V", token)
    if as_json:
        print_json({"url": url, "token": token, "method": code.method})
    else:
        click.echo(url)


@kiosk_commands.command("pair", help="A pairing code for a person: type it on the device within 10 minutes.")
@of_event
@click.option("--supervisor", is_flag=True, help="May undo what other devices scanned.")
def pair(event_id: int, supervisor: bool) -> None:
    event = find_event(event_id)
    code = pairing.create_code(event, current_app.config["SECRET_KEY"], clock.now(), supervisor=supervisor)
    click.echo(f"{code[:4]}-{code[4:]}")


@kiosk_commands.command("token", help="A device for a script, paired at once; its token is shown this once.")
@of_event
@click.option("--supervisor", is_flag=True, help="May undo what other devices scanned.")
@as_json
def token(event_id: int, supervisor: bool, as_json: bool) -> None:
    kiosk, secret = kiosks.create_kiosk(find_event(event_id), clock.now(), supervisor=supervisor)
    if as_json:
        print_json({"kiosk": kiosk.id, "token": secret})
    else:
        click.echo(secret)


@kiosk_commands.command("list", help="Every device, newest first.")
@as_json
def list_kiosks(as_json: bool) -> None:
    query = select(Kiosk).options(joinedload(Kiosk.heartbeat)).order_by(Kiosk.id.desc())
    now = clock.now()
    rows = [_kiosk_row(kiosk, now) for kiosk in db.session.scalars(query)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        events = ",".join(map(str, row["events"]))
        queued = "-" if row["queue"] is None else str(row["queue"]["waiting"])
        state = STATE_NAMES[row["state"]]
        cells = (row["campaign"], events, _(state), row["heard"] or "-", queued)
        click.echo("\t".join([str(row["kiosk"]), row["name"], *cells]))


STATE_NAMES = {
    status.DeviceState.SERVING: N_("in service"),
    status.DeviceState.LOCKED: N_("locked"),
    status.DeviceState.EXPIRED: N_("expired"),
    status.DeviceState.ENDED: N_("revoked"),
}


def _kiosk_row(kiosk: Kiosk, now: datetime) -> dict:
    """One device. queue: as it last told, null where it never did; times are null where nothing happened."""
    heartbeat = kiosk.heartbeat
    heard_at = max((at for at in (kiosk.seen_at, heartbeat.at if heartbeat else None) if at), default=None)
    return {
        "kiosk": kiosk.id,
        "name": kiosk.name,
        "campaign": kiosk.campaign_id,
        "events": [service.event_id for service in kiosk.services if service.until is None],
        "supervisor": kiosk.supervisor,
        "scopes": kiosk.scopes,
        "state": status.state_of(kiosk, now),
        "paired": clock.instant_text(kiosk.paired_at),
        "seen": _instant_or_none(kiosk.seen_at),
        "heard": _instant_or_none(heard_at),
        "expires": _instant_or_none(kiosk.expires_at),
        "locked": _instant_or_none(kiosk.locked_at),
        "revoked": _instant_or_none(kiosk.revoked_at),
        "message": kiosk.message,
        "queue": {
            "waiting": heartbeat.waiting,
            "aside": heartbeat.aside,
            "oldest": _instant_or_none(heartbeat.oldest_at),
        }
        if heartbeat
        else None,
        "version": heartbeat.version if heartbeat else None,
        "battery": heartbeat.battery if heartbeat else None,
    }


def _instant_or_none(at: datetime | None) -> str | None:
    return clock.instant_text(at) if at else None


@kiosk_commands.command("revoke", help="End a device; what it scanned stays.")
@click.argument("kiosk_id", type=int, metavar="ID")
def revoke_kiosk(kiosk_id: int) -> None:
    kiosk = kiosks.revoke(kiosk_id, clock.now())
    click.echo(
        _("Kiosk %(name)s is out of service. It can still upload its scans for 7 days.", name=kiosk.name)
    )


@click.command("posters", help="Printable venue codes: a poster an event.")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--event", "event_id", type=int, help="This event only.")
@click.option("--region", help="Events in this region and below (GB/T 2260 code).")
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True, help="The PDF."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice([one.key for one in formats.ALL]),
    default=formats.A4_PAGE.key,
    show_default=True,
    help="a4, a5, tent (a card that stands on a table) or four (four to an A4 page, to cut).",
)
@with_appcontext
def make_posters(
    campaign_id: str, event_id: int | None, region: str | None, out: Path, format_name: str
) -> None:
    campaign, now = find_campaign(campaign_id), clock.now()
    event_ids = [_one_event(campaign, event_id)] if event_id is not None else _dated_events(campaign, region)
    if not event_ids:
        raise Conflict(N_("None of these events has a date and takes place, so there is no poster to print."))
    numbers = []
    for start in range(0, len(event_ids), CODES_AT_ONCE):
        chunk = event_ids[start : start + CODES_AT_ONCE]
        codes = venue_codes.codes_for_events(chunk, now)
        numbers += [codes[id].number for id in chunk]
    try:
        with out.open("wb") as file, _progress_bar(len(numbers)) as done:
            boxes = posters.write_posters(file, numbers, now, done, formats.find(format_name))
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    if boxes:
        warning = _(
            "Before you print: no font here has these characters, so they are boxes: %(characters)s",
            characters=" ".join(boxes),
        )
        click.echo(warning, err=True)


def _one_event(campaign: Campaign, event_id: int) -> int:
    event = find_event(event_id)
    if event.campaign_id != campaign.id:
        raise NotFound(N_("There is no event %(id)s in this week."), id=event_id)
    if event.status == EventStatus.CANCELLED:
        raise Conflict(posters.NO_POSTER)
    if not event.occurrences:
        raise Conflict(venue_codes.NO_DATE)
    return event.id


def _dated_events(campaign: Campaign, region: str | None) -> list[int]:
    """Ids of the published events that have a date, in calendar order."""
    filters = queries.parse(campaign, MultiDict({"region": region} if region else {}))
    query = queries.events(campaign, filters).where(
        Event.status == EventStatus.PUBLISHED, Event.occurrences.any()
    )
    return list(db.session.scalars(query.with_only_columns(Event.id)))


@contextmanager
def _progress_bar(length: int) -> Iterator[Callable[[int], object]]:
    """A bar where somebody looks, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda pages: None
        return
    with click.progressbar(length=length, label=_("Posters"), file=sys.stderr, show_pos=True) as bar:
        yield bar.update
