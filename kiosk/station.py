"""The kiosk app: its page, how a device is paired, and what a paired device must know."""

from base64 import b64encode
from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    render_template,
    request,
    send_from_directory,
)
from flask_babel import force_locale, get_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from kiosk.device import device
from kiosk.limits import limiter
from kiosk.shell import SHEETS, version
from kiosk.station_words import WORDS
from models import attendance, campaign, clock, keys, pairing, passes, rules, sittings
from models.attempts import MAX_HEADCOUNT
from models.base import db
from models.campaign import UNKNOWN_GROUP, Campaign
from models.devices import Kiosk
from models.errors import N_, Mistake
from models.events import Event, Occurrence

bp = Blueprint("station", __name__, template_folder="templates")

LEAST_CLIENT = 1
RULES_VERSION = 1
SAME_CODE_GUARD_MS = 3000
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
    mark = version()
    page = render_template("kiosk/app.html", words=words, shown=shown, sheets=SHEETS, version=mark)
    response = _own_policy(make_response(page))
    # The service worker keeps the page only with the files that belong to it.
    response.headers["Openweek-Kiosk-Version"] = mark
    return response


@bp.get("/kiosk/reader.js")
def reader() -> Response:
    """The decoder's worker. A worker obeys the policy it is served with, so it cannot come from /static/."""
    return _own_policy(send_from_directory(current_app.static_folder, "js/kiosk/reader.js"))


def _own_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.post("/api/v1/kiosk/pair")
@limiter.limit(PAIRINGS)
def pair() -> dict:
    kiosk, token = pairing.pair(pairing_code(), current_app.config["SECRET_KEY"], clock.now())
    return {"token": token, "kiosk": _told(kiosk)}


def pairing_code() -> str:
    """The code in the request's JSON. Raises 415 for another kind of body, Mistake for another shape."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = request.get_json()
    except (BadRequest, RecursionError):  # no JSON, or nested without end
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    if not isinstance(code, str):
        raise Mistake(N_('Send the pairing code as JSON: {"code": "…"}.'))
    return code


def _told(kiosk: Kiosk) -> dict:
    return {"id": kiosk.id, "name": kiosk.name, "supervisor": kiosk.supervisor, "scopes": kiosk.scopes}


@bp.get("/api/v1/kiosk")
def what_it_must_know() -> Response:
    now = clock.now()
    kiosk = device(now)
    response = make_response(_knowledge(kiosk, campaign.find(kiosk.campaign_id), now))
    response.headers["Cache-Control"] = "no-store"
    return response


def _knowledge(kiosk: Kiosk, week: Campaign, now: datetime) -> dict:
    """What a device needs to judge a scan by itself, and the server's time to measure its clock by."""
    served = select(Event).where(Event.id.in_(kiosk.served(now))).order_by(Event.id)
    events = db.session.scalars(
        served.options(selectinload(Event.occurrences).joinedload(Occurrence.venue))
    ).all()
    return {
        "kiosk": _told(kiosk),
        "campaign": {
            "id": week.id,
            "number": week.number,
            "zone": week.zone,
            "name": {"zh": week.name_zh, "en": week.name_en},
            "rehearsal": week.rehearsal,
        },
        "events": [_event(event, week.zone) for event in events],
        "groups": [
            _group(term.number, term.key, term.name_zh, term.name_en, term.icon) for term in week.groups
        ],
        "keys": {
            str(key.id): {"algorithm": key.algorithm, "public": b64encode(key.public).decode()}
            for key in keys.public_keys()
        },
        "revoked": passes.revoked_serials(week.id),
        "rules": _rules(),
        "least_client": LEAST_CLIENT,
        "server_time": clock.instant_text(now, week.zone),
    }


def _event(event: Event, zone: str) -> dict:
    return {
        "id": event.id,
        "title": event.title,
        "status": event.status,
        "occurrences": [_occurrence(event, occurrence, zone) for occurrence in event.occurrences],
    }


def _occurrence(event: Event, occurrence: Occurrence, zone: str) -> dict:
    """start/end: instants, or days where nobody told a clock time (end day included). opens/closes: when scans count."""
    sitting = sittings.sitting_of(occurrence, event.status, event.withdrawn_at is not None, zone)
    timed, ended = occurrence.start_at, occurrence.end_at
    return {
        "id": occurrence.id,
        "start": clock.instant_text(timed, zone) if timed else occurrence.start_day.isoformat(),
        "end": clock.instant_text(ended, zone)
        if ended
        else None
        if timed
        else occurrence.end_day.isoformat(),
        "half_day": occurrence.half_day,
        "when_told": event.time_text or None,
        "venue": occurrence.venue.name if occurrence.venue else event.venue_text or None,
        "capacity": occurrence.capacity,
        "opens": clock.instant_text(sitting.opens, zone),
        "closes": clock.instant_text(sitting.closes, zone),
        "held": sitting.held,
    }


def _group(number: int, key: str, zh: str, en: str, icon: str) -> dict:
    """One audience group; colour: the class in tokens.css that carries its three colours."""
    return {
        "number": number,
        "key": key,
        "name": {"zh": zh, "en": en},
        "icon": icon or UNKNOWN_GROUP,
        "colour": f"group-n{number} group-{key}",
    }


def _rules() -> dict:
    """What a device holds itself to while it cannot ask. A rule that changes raises the version."""
    return {
        "version": RULES_VERSION,
        "open_before_minutes": int(sittings.MARGIN.total_seconds() // 60),
        "open_after_minutes": int(sittings.MARGIN.total_seconds() // 60),
        "same_code_guard_ms": SAME_CODE_GUARD_MS,
        "undo_minutes": int(rules.UNDO_WITHIN.total_seconds() // 60),
        "max_batch": attendance.MAX_BATCH,
        "max_headcount": MAX_HEADCOUNT,
    }
