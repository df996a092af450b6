"""Devices from the shell: openweek kiosk."""

from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kiosk.commands.options import as_json, find_event, of_event, print_json
from models import clock, installation
from models.db import db
from models.devices import kiosks, pairing, status
from models.devices.kiosks import Kiosk
from models.errors import N_

kiosk_commands = AppGroup("kiosk", help="Devices that scan.")


def register(app: Flask) -> None:
    app.cli.add_command(kiosk_commands)


@kiosk_commands.command("pair", help="A pairing code for a person: type it on the device within 10 minutes.")
@of_event
@click.option("--supervisor", is_flag=True, help="May undo what other devices scanned.")
def pair(event_id: int, supervisor: bool) -> None:
    event = find_event(event_id)
    installation.check_secret_key()  # with another one no server knows the code
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
    """One device. queue: from its last heartbeat, null without one; a time is null where nothing happened."""
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
