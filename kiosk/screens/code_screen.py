"""Screens with the rotating code: page, codes fetched in advance, pairing and revoking at the desk."""

from base64 import b64encode
from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from kiosk.api.device_token import NotPairedError
from kiosk.api.pairing import PAIRING_LIMIT, pairing_code, wrong_codes_counted
from kiosk.app.service_worker import app_version, offline_page
from kiosk.rate_limits import limiter
from models import clock
from models.bearer import bearer_token
from models.codes import signatures
from models.devices import screens
from models.devices.screens import Screen
from models.drawing import qr
from models.errors import N_, Mistake
from models.events import scope
from models.events.merges import standing_event
from models.events.tables import Event
from models.installation import site
from models.security.security_log import token_refused

bp = Blueprint("code_screen", __name__)

SESSION_KEY = "display_pairing"
MAX_CODES = 120  # codes in one answer: an hour
MAX_STEP = 10**11  # no step of any century to come


def register(app: Flask) -> None:
    app.jinja_env.globals["screens_of"] = screens.screens_of
    app.jinja_env.globals["screen_offer"] = _pending_offer
    app.register_blueprint(bp)


@bp.get("/kiosk/display")
def page() -> Response:
    return offline_page("kiosk/screens/screen.html", app_version())


@bp.post("/api/v1/display/pair")
@limiter.limit(PAIRING_LIMIT)
def pair() -> dict:
    with wrong_codes_counted("Pairing code of a screen"):
        screen, token = screens.pair(pairing_code(), current_app.config["SECRET_KEY"], clock.now())
    return {"token": token, "display": screen.id}


@bp.get("/api/v1/display")
def upcoming_codes() -> Response:
    """The symbols of the steps from `from` on, as rows of modules without the quiet zone: base64 of bits, row by row."""
    now = clock.now()
    screen = _authenticated_screen()
    current_step = signatures.step_at(now.timestamp())
    first, count = _int_argument("from", current_step, MAX_STEP), _int_argument("count", MAX_CODES, MAX_CODES)
    first = max(first, current_step - signatures.STEPS_OLD)
    count = max(min(count, current_step + screens.STEPS_IN_A_DAY - first), 0)
    if first <= current_step:
        screens.mark_seen(screen, now)
    symbols = [_symbol_bits(text) for text in screens.code_tokens(screen, first, count)]
    response = jsonify(
        display=screen.id,
        event={"id": screen.event_id, "title": standing_event(screen.event).title},
        server_time=clock.instant_text(now, screen.event.campaign.zone),
        zone=screen.event.campaign.zone,
        step_seconds=signatures.STEP_SECONDS,
        first=first,
        day=screens.STEPS_IN_A_DAY,
        side=symbols[0][0] if symbols else 0,
        codes=[bits for _side, bits in symbols],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _authenticated_screen() -> Screen:
    """The screen of this request. Raises NotPairedError (401), also for a revoked one."""
    token = bearer_token(request.headers.get("Authorization", ""))
    screen = screens.by_token(token) if token else None
    if screen is None:
        token_refused("Screen token", token, request.remote_addr or "", request.endpoint)
        raise NotPairedError(N_("This screen is not in service. To use it, pair it with a new code."))
    return screen


def _int_argument(name: str, default: int, largest: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise Mistake(N_("“%(name)s” must be a whole number."), name=name)
    return min(int(text), largest)


def _symbol_bits(token: str) -> tuple[int, str]:
    rows = qr.symbol(site().code_url("V", token), qr.VENUE_LEVEL, quick=True)
    modules = [row[qr.BORDER : -qr.BORDER] for row in rows[qr.BORDER : -qr.BORDER]]
    bits = "".join("1" if dark else "0" for row in modules for dark in row)
    padded = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return len(modules), b64encode(int(padded, 2).to_bytes(len(padded) // 8)).decode()


@bp.post("/desk/events/<int:event_id>/displays")
@login_required
def offer(event_id: int) -> ResponseReturnValue:
    """Offer a pairing code, kept in the session: only its hash is stored."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    code = screens.create_pairing(event, current_app.config["SECRET_KEY"], clock.now())
    session[SESSION_KEY] = {"event": event.id, "code": code}
    return redirect(url_for("desk_passes.index", event_id=event.id, _anchor="screens"), 303)


@bp.post("/desk/events/<int:event_id>/displays/<int:display_id>/revoke")
@login_required
def revoke(event_id: int, display_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    screens.revoke(event, display_id, clock.now())
    return redirect(url_for("desk_passes.index", event_id=event.id, _anchor="screens"), 303)


def _pending_offer(event: Event) -> dict | None:
    """The pairing code that this browser was shown for this event, while a screen can still use it."""
    pending, now = session.get(SESSION_KEY), clock.now()
    if pending is None or pending["event"] != event.id:
        return None
    offer_row = screens.find_pairing(pending["code"], current_app.config["SECRET_KEY"], now)
    return _offer_values(pending["code"], offer_row.pairing_until) if offer_row else None


def _offer_values(code: str, until: datetime) -> dict:
    return {"code": code, "until": until, "address": site().url(url_for("code_screen.page"))}
