"""The devices of an event at the desk: live state and remote control."""

from datetime import datetime

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.db import db
from models.devices import control, kiosks, status
from models.devices.kiosks import GRACE_AFTER_END, Kiosk
from models.devices.scope import kiosk_serving
from models.errors import Conflict, Mistake, NotFound
from models.events import scope
from models.events.tables import Event
from models.text.fingerprint import fingerprint
from web import errors
from web.desk.check_in import pairing as desk_pairing
from web.words.terms import language

pages = Blueprint("desk_devices", __name__, url_prefix="/desk/events/<int:event_id>")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/devices")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now()
    parts, _sentence = _parts(event, now)
    return render_template(
        "desk/check_in/devices.html",
        campaign=event.campaign,
        event=event,
        now=now,
        parts=parts,
        tag=_tag(parts),
    )


@pages.get("/devices.json")
@login_required
def devices_json(event_id: int) -> Response:
    """The changing parts of the page as its own markup; 304 where the asker has them already."""
    event, now = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now()
    parts, sentence = _parts(event, now)
    return _json_if_changed(parts, sentence)


def _parts(event: Event, now: datetime) -> tuple[dict[str, str], str]:
    """The pairing under way and the list, as markup that says the same whoever's form it stands beside; and what to
    say aloud of it."""
    pairing, devices = desk_pairing.pairing_panel(event, now), status.statuses_of(event, now)
    context = {"event": event, "campaign": event.campaign, "now": now}
    reachable = _reachable_events([device for device in devices if not device.serves_event])
    parts = {
        "pairing": render_template("desk/check_in/pairing.html", pairing=pairing, **context).strip(),
        "devices": render_template(
            "desk/check_in/device_list.html", devices=devices, reachable=reachable, **context
        ),
    }
    joined = pairing.joined if pairing is not None else []
    return parts, _("%(name)s has joined.", name=joined[0].name) if joined else ""


def _reachable_events(moved_away: list[status.DeviceStatus]) -> set[int]:
    """Of the events to which devices went, those that the reader may know of."""
    ids = {event.id for device in moved_away for event in device.events}
    query = (
        scope.events_for(current_user, scope.runs_check_in)
        .where(Event.id.in_(ids))
        .with_only_columns(Event.id)
    )
    return set(db.session.scalars(query)) if ids else set()


def _tag(parts: dict[str, str]) -> str:
    return f"{fingerprint(sorted(parts.items()))}-{language()}"


def _json_if_changed(parts: dict[str, str], sentence: str) -> Response:
    tag = _tag(parts)
    unchanged = request.if_none_match.contains(tag)
    response = Response(status=304) if unchanged else jsonify(parts=parts, sentence=sentence)
    response.set_etag(tag)
    return response


@pages.get("/devices/<int:kiosk_id>")
@login_required
def device(event_id: int, kiosk_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    return _page(event, kiosk_serving(event, kiosk_id), clock.now())


@pages.get("/devices/<int:kiosk_id>.json")
@login_required
def device_json(event_id: int, kiosk_id: int) -> Response:
    event, now = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now()
    return _json_if_changed(_facts(event, kiosk_serving(event, kiosk_id), now), "")


def _facts(event: Event, kiosk: Kiosk, now: datetime) -> dict[str, str]:
    device = status.status_of(kiosk, event, now)
    return {
        "facts": render_template(
            "desk/check_in/device_facts.html", device=device, event=event, campaign=event.campaign, now=now
        )
    }


def _page(event: Event, kiosk: Kiosk, now: datetime, error: str = "", field: str = "") -> str:
    """One device. problem: what is wrong with the input of a field."""
    parts, ended_at = _facts(event, kiosk, now), kiosk.ended_at(now)
    return render_template(
        "desk/check_in/device.html", campaign=event.campaign, event=event, now=now, parts=parts, tag=_tag(parts),
        device=status.status_of(kiosk, event, now), goals=[] if ended_at else control.move_targets(current_user, event, now),
        until=ended_at + GRACE_AFTER_END if ended_at else None, error=error, field=field, typed=request.form,
        longest=(control.LONGEST_NAME, control.LONGEST_MESSAGE),
    )  # fmt: skip


@pages.post("/devices/<int:kiosk_id>/<any(name, message, lock, unlock, move, revoke):verb>")
@login_required
def act(event_id: int, kiosk_id: int, verb: str) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now()
    kiosk = kiosk_serving(event, kiosk_id)
    try:
        ACTIONS[verb](event, kiosk, now)
    except (NotFound, Conflict):
        raise
    except Mistake as mistake:
        return _page(event, kiosk, now, errors.sentence(mistake), verb), 422
    if verb in ("move", "revoke"):
        return redirect(url_for(".index", event_id=event.id), 303)
    return redirect(url_for(".device", event_id=event.id, kiosk_id=kiosk.id), 303)


def _move(event: Event, kiosk: Kiosk, now: datetime) -> None:
    target = scope.event_for(current_user, request.form.get("event", 0, int), scope.runs_check_in)
    control.move(kiosk, event, target, now)


ACTIONS = {
    "name": lambda event, kiosk, now: control.rename(kiosk, request.form.get("name", "")),
    "message": lambda event, kiosk, now: control.show_message(kiosk, request.form.get("message", ""), now),
    "lock": lambda event, kiosk, now: control.lock(kiosk, now),
    "unlock": lambda event, kiosk, now: control.unlock(kiosk, now),
    "move": _move,
    "revoke": lambda event, kiosk, now: kiosks.revoke(kiosk.id, now),
}
