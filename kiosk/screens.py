"""Screens that show the changing code: their page, what they fetch in advance, and how the desk pairs and ends them."""

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
from flask_login import current_user, login_required

from kiosk.api.device import NotPairedError
from kiosk.api.pairing import PAIRINGS, pairing_code
from kiosk.app.service_worker import kept_page, version
from kiosk.limits import limiter
from models import clock
from models.bearer import bearer_token
from models.codes import signatures
from models.devices import screens
from models.devices.screens import Screen
from models.drawing import qr
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event
from models.installation import site

bp = Blueprint("displays", __name__)

OFFER = "display_pairing"
BLOCK = 120  # codes in one answer: an hour
FAR = 10**11  # no step of any century to come


def register(app: Flask) -> None:
    app.jinja_env.globals["screens_of"] = screens.screens_of
    app.jinja_env.globals["screen_offer"] = _offered
    app.register_blueprint(bp)


@bp.get("/kiosk/display")
def page() -> Response:
    return kept_page("kiosk/screens/screen.html", version())


@bp.post("/api/v1/display/pair")
@limiter.limit(PAIRINGS)
def pair() -> dict:
    display, token = screens.pair(pairing_code(), current_app.config["SECRET_KEY"], clock.now())
    return {"token": token, "display": display.id}


@bp.get("/api/v1/display")
def codes_to_come() -> Response:
    """The symbols of the steps from `from` on, as rows of modules without the quiet zone: base64 of bits, row by row."""
    now = clock.now()
    display = _display()
    present = signatures.step_at(now.timestamp())
    first, count = _whole("from", present, FAR), _whole("count", BLOCK, BLOCK)
    first = max(first, present - signatures.STEPS_OLD)
    count = max(min(count, present + screens.STEPS_IN_A_DAY - first), 0)
    if first <= present:
        screens.mark_seen(display, now)
    drawn = [_drawn(text) for text in screens.code_tokens(display, first, count)]
    response = jsonify(
        display=display.id,
        event={"id": display.event_id, "title": display.event.title},
        server_time=clock.instant_text(now, display.event.campaign.zone),
        zone=display.event.campaign.zone,
        step_seconds=signatures.STEP_SECONDS,
        first=first,
        day=screens.STEPS_IN_A_DAY,
        side=drawn[0][0] if drawn else 0,
        codes=[bits for _side, bits in drawn],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _display() -> Screen:
    """The screen that asks. Raises NotPairedError (401): also for one that was ended."""
    token = bearer_token(request.headers.get("Authorization", ""))
    display = screens.by_token(token) if token else None
    if display is None:
        raise NotPairedError(N_("This screen is not in service. To use it, pair it with a new code."))
    return display


def _whole(name: str, otherwise: int, most: int) -> int:
    text = request.args.get(name, str(otherwise))
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise Mistake(N_("“%(name)s” must be a whole number."), name=name)
    return min(int(text), most)


def _drawn(token: str) -> tuple[int, str]:
    rows = qr.symbol(site().code_url("V", token), qr.VENUE_LEVEL, quick=True)
    inner = [row[qr.BORDER : -qr.BORDER] for row in rows[qr.BORDER : -qr.BORDER]]
    bits = "".join("1" if dark else "0" for row in inner for dark in row)
    padded = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return len(inner), b64encode(int(padded, 2).to_bytes(len(padded) // 8)).decode()


@bp.post("/desk/events/<int:event_id>/displays")
@login_required
def offer(event_id: int):
    """Offer a pairing code. It stays on the page while it is good, because nobody can look it up again."""
    event = scope.event_for(current_user, event_id)
    code = screens.create_pairing(event, current_app.config["SECRET_KEY"], clock.now())
    session[OFFER] = {"event": event.id, "code": code}
    return redirect(url_for("handing_out.index", event_id=event.id, _anchor="screens"), 303)


@bp.post("/desk/events/<int:event_id>/displays/<int:display_id>/revoke")
@login_required
def revoke(event_id: int, display_id: int):
    event = scope.event_for(current_user, event_id)
    screens.revoke(event, display_id, clock.now())
    return redirect(url_for("handing_out.index", event_id=event.id, _anchor="screens"), 303)


def _offered(event: Event) -> dict | None:
    """The pairing code that this browser was shown for this event, while a screen can still use it."""
    held, now = session.get(OFFER), clock.now()
    if held is None or held["event"] != event.id:
        return None
    found = screens.find_pairing(held["code"], current_app.config["SECRET_KEY"], now)
    return _words(held["code"], found.pairing_until) if found else None


def _words(code: str, until: datetime) -> dict:
    return {"code": code, "until": until, "address": site().url(url_for("displays.page"))}
