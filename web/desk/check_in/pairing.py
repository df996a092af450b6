"""Pairing at the desk: a code as text and as a picture, who has joined by it, and the next code for the next phone.

The code is kept in the browser's session: only its hash is stored.
"""

from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from sqlalchemy import select

from models import clock
from models.db import db
from models.devices import pairing
from models.devices.kiosks import Kiosk
from models.devices.pairing import CODE_LIFE, PairingCode
from models.drawing.qr import Outline, outline
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event
from models.installation import site

SESSION_KEY = "pairing"
MAX_JOINED = 20  # who joined in a row
ENTRANCE, PHONE = "entrance", "phone"
# What can be paired, and what its code allows.
KINDS = {
    ENTRANCE: {},
    "scan": {"may_tally": False},
    "tally": {"may_scan": False},
    "supervisor": {"supervisor": True},
    PHONE: {"may_tally": False, "with_event": True},
}
OPEN, JOINED, OVER = "open", "joined", "over"

pages = Blueprint("desk_pairing", __name__, url_prefix="/desk/events/<int:event_id>")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@dataclass(frozen=True)
class PairingPanel:
    """What the page shows of a pairing. state: open (waits for a device), joined, or over (no device in time).

    device: the id of the one that used the code. joined: the devices that joined in a row by the codes of this
    browser, the newest first, those still in service."""

    state: str
    kind: str
    code: str
    until: datetime
    address: str
    device: int | None = None
    joined: list[Kiosk] = field(default_factory=list)
    symbol: Outline | None = None

    @property
    def in_a_row(self) -> bool:
        """Several stewards' phones are paired one after the other."""
        return self.kind == PHONE


@pages.post("/devices/pair")
@login_required
def offer(event_id: int) -> ResponseReturnValue:
    """Offer a code for the chosen kind of device; devices paired before stay listed."""
    event, kind, now = (
        scope.event_for(current_user, event_id, scope.runs_check_in),
        request.form.get("may", ENTRANCE),
        clock.now(),
    )
    if kind not in KINDS:
        raise Mistake(N_("Choose what the kiosk is allowed to do."))
    code = pairing.create_code(event, current_app.config["SECRET_KEY"], now, **KINDS[kind])
    joined_ids = _joined(_current_pairing(event), now)
    session[SESSION_KEY] = {"event": event.id, "code": code, "kind": kind, "joined": joined_ids}
    return redirect(url_for("desk_devices.index", event_id=event.id, _anchor="pairing"), 303)


def pairing_panel(event: Event, now: datetime) -> PairingPanel | None:
    """The pairing that this browser has under way at an event; None once it is ten minutes past."""
    pending = _current_pairing(event)
    pairing_code = _recent_code(pending, now)
    if pending is None or pairing_code is None:
        return None
    state = JOINED if pairing_code.used_at else OPEN if now < pairing_code.expires_at else OVER
    address = site().url("/kiosk/")
    return PairingPanel(
        state=state,
        kind=pending["kind"],
        code=pending["code"],
        until=pairing_code.expires_at,
        address=address,
        device=pairing_code.kiosk_id,
        joined=_devices(_joined(pending, now), now),
        # Fragment: never sent to a server, so in no log.
        symbol=outline(f"{address}#pair={pending['code']}") if state == OPEN else None,
    )


def _recent_code(pending: dict | None, now: datetime) -> PairingCode | None:
    """The code of a pairing; None once it was used or ran out more than ten minutes ago."""
    if pending is None:
        return None
    code = pairing.find_code(pending["code"], current_app.config["SECRET_KEY"])
    return code if code and now - (code.used_at or code.expires_at) <= CODE_LIFE else None


def _current_pairing(event: Event) -> dict | None:
    pending = session.get(SESSION_KEY)
    return pending if pending is not None and pending["event"] == event.id else None


def _joined(pending: dict | None, now: datetime) -> list[int]:
    """Ids of the devices that joined by the codes of this browser, in order; of a row that is long past none."""
    pairing_code = _recent_code(pending, now)
    if pending is None or pairing_code is None:
        return []
    return _append_kiosk(pending["joined"], pairing_code)[-MAX_JOINED:]


def _append_kiosk(joined_ids: list[int], pairing_code: PairingCode) -> list[int]:
    return [*joined_ids, pairing_code.kiosk_id] if pairing_code.kiosk_id else list(joined_ids)


def _devices(ids: list[int], now: datetime) -> list[Kiosk]:
    devices = db.session.scalars(select(Kiosk).where(Kiosk.id.in_(ids)).order_by(Kiosk.id.desc())).all()
    return [kiosk for kiosk in devices if kiosk.ended_at(now) is None]
