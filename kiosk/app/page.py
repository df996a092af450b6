"""The kiosk app: its page, how a device is paired, and how it asks for what it must know."""

from flask import Blueprint, Flask, Response, current_app, make_response
from flask_babel import force_locale, get_locale, gettext

from kiosk.api import device_state
from kiosk.api.device import device
from kiosk.api.json_body import json_object
from kiosk.app.service_worker import SHEETS, kept_page, under, version, worker_script
from kiosk.app.words import CHECKS, WORDS
from kiosk.limits import limiter
from models import clock
from models.campaigns import tables as campaign
from models.devices import pairing
from models.errors import N_, Mistake

bp = Blueprint("station", __name__)

ASKED = N_('Send the pairing code as JSON: {"code": "…"}.')
PAIRINGS = "30 per minute"  # a hall of devices behind one address; guessing eight characters takes longer

# The decoder is WebAssembly; nothing else on the page may be compiled at run time.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    limiter.init_app(app)
    app.register_blueprint(bp)


@bp.get("/kiosk/")
def shell() -> Response:
    """The one page of the app. Both languages travel with it: a kiosk switches without a network."""
    words = {}
    for language in ("zh", "en"):
        with force_locale(language):
            words[language] = {key: gettext(sentence) for key, sentence in WORDS.items()}
    shown = "zh" if str(get_locale()).startswith("zh") else "en"
    page = kept_page("kiosk/app/page.html", version(), words=words, shown=shown, sheets=SHEETS, checks=CHECKS)
    return under(POLICY, page)


@bp.get("/kiosk/reader.js")
def reader() -> Response:
    """The decoder's worker."""
    return worker_script("kiosk/reader.js", POLICY)


@bp.post("/api/v1/kiosk/pair")
@limiter.limit(PAIRINGS)
def pair() -> dict:
    kiosk, token = pairing.pair(pairing_code(), current_app.config["SECRET_KEY"], clock.now())
    return {"token": token, "kiosk": device_state.kiosk_told(kiosk)}


def pairing_code() -> str:
    """The code in the request's JSON. Raises 415 for another kind of body, Mistake for another shape."""
    code = json_object(ASKED).get("code")
    if not isinstance(code, str):
        raise Mistake(ASKED)
    return code


@bp.get("/api/v1/kiosk")
def what_it_must_know() -> Response:
    now = clock.now()
    kiosk = device(now)
    response = make_response(device_state.told(kiosk, campaign.find(kiosk.campaign_id), now))
    response.headers["Cache-Control"] = "no-store"
    return response
