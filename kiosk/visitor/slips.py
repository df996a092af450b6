"""Slips of attendance: the page and PDF for the holder of a pass or a phone, and the public page that checks one."""

from base64 import b64encode
from collections.abc import Callable
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kiosk.app.worker_scripts import NETWORK_POLICY, worker_script
from kiosk.phone import browser, problems
from kiosk.phone.problems import Problem
from kiosk.rate_limits import BY_ADDRESS, limiter
from kiosk.visitor.slip_layout import slip_pdf
from models.campaigns.tables import Campaign
from models.codes import pass_lookup, slips
from models.db import db
from models.drawing import qr
from models.events.tables import Event
from models.installation import site
from models.ledger import holder_link_end
from models.visitors import slips as kept_slips

bp = Blueprint("slips", __name__)

LARGEST_FILE = 2_000_000  # bytes


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/c/<token>/slip/<uuid:scan_id>")
@bp.get("/C/<token>/slip/<uuid:scan_id>")
def of_pass(token: str, scan_id: UUID) -> Response:
    return _of_pass(token, scan_id, _page(url_for("slips.pass_pdf", token=token, scan_id=scan_id)))


@bp.get("/c/<token>/slip/<uuid:scan_id>.pdf")
@bp.get("/C/<token>/slip/<uuid:scan_id>.pdf")
def pass_pdf(token: str, scan_id: UUID) -> Response:
    return _of_pass(token, scan_id, _pdf)


@bp.get("/v/<token>/<uuid:scan_id>/slip")
@bp.get("/V/<token>/<uuid:scan_id>/slip")
def of_phone(token: str, scan_id: UUID) -> Response:
    return _of_phone(scan_id, _page(url_for("slips.phone_pdf", token=token, scan_id=scan_id)))


@bp.get("/v/<token>/<uuid:scan_id>/slip.pdf")
@bp.get("/V/<token>/<uuid:scan_id>/slip.pdf")
def phone_pdf(token: str, scan_id: UUID) -> Response:
    return _of_phone(scan_id, _pdf)


@bp.get("/v/<token>/<uuid:scan_id>/service-worker.js")
@bp.get("/V/<token>/<uuid:scan_id>/service-worker.js")
def phone_worker(token: str, scan_id: UUID) -> Response:
    """The worker that keeps the slip of a phone for offline use; its scope is this slip. Slips of passes have that of /C/."""
    return worker_script("pass/service-worker.js", NETWORK_POLICY)


Draw = Callable[[Campaign, slips.Slip, str], Response]


def _of_pass(token: str, scan_id: UUID, draw: Draw) -> Response:
    opened = pass_lookup.read_pass(token)
    if opened is None or opened.revoked:
        return problems.problem_page(
            problems.no_pass() if opened is None else problems.revoked_pass(opened.campaign)
        )
    return _draw(opened.campaign, opened.holder, scan_id, draw)


def _of_phone(scan_id: UUID, draw: Draw) -> Response:
    row = browser.own_scan(scan_id)
    if row is None and (campaign := holder_link_end.campaign_without_link(scan_id)) is not None:
        return _no_slip(campaign)
    if row is None or row.holder is None or row.event_id is None:
        return problems.problem_page(problems.not_yours())
    return _draw(db.session.get_one(Event, row.event_id).campaign, row.holder, scan_id, draw)


def _draw(campaign: Campaign, holder: str, scan_id: UUID, draw: Draw) -> Response:
    visit = kept_slips.visit_with_slip(campaign, holder, scan_id)
    if visit is None:
        return _no_slip(campaign)
    slip = kept_slips.slip_of(campaign, visit)
    response = draw(campaign, slip, site().code_url(slips.PATH, kept_slips.signed(slip)))
    # Its worker may keep it for the holder; the browser alone may not: the check-in may be undone.
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _no_slip(campaign: Campaign) -> Response:
    destroyed_at = holder_link_end.destroyed_at(campaign)
    sentence = (
        _("This check-in does not count, or does not count any more, so there is no slip of it.")
        if destroyed_at is None
        else _(holder_link_end.DESTROYED, day=campaign.today(destroyed_at).isoformat())
    )
    return problems.problem_page(
        Problem(404, _("No slip of attendance"), sentence, campaign=campaign, icon="document")
    )


def _page(pdf_address: str) -> Draw:
    def draw(campaign: Campaign, slip: slips.Slip, address: str) -> Response:
        page = render_template(
            "kiosk/visitor/slip.html",
            campaign=campaign,
            slip=slip,
            code=qr.outline(address, qr.PASS_LEVEL),
            address=address,
            pdf_address=pdf_address,
        )
        return make_response(page)

    return draw


def _pdf(_campaign: Campaign, slip: slips.Slip, address: str) -> Response:
    response = make_response(slip_pdf(slip, address))
    response.content_type = "application/pdf"
    return response


@bp.get("/slip", strict_slashes=False)
def form() -> str:
    return _check_page()


@bp.post("/slip", strict_slashes=False)
@limiter.limit(BY_ADDRESS)
def check_file() -> ResponseReturnValue:
    """A pasted address, or a file with a slip in it."""
    file = request.files.get("file")
    data = file.stream.read(LARGEST_FILE) if file else b""
    text = slips.text_in(data) or slips.text_in(request.form.get("slip", "").encode())
    if text is None:
        return _check_page(
            _("No slip of attendance was found in it. Paste its address, or choose its PDF.")
        ), 422
    return redirect(url_for("slips.check", text=text), 303)


@bp.get("/slip/<text>")
@bp.get("/SLIP/<text>")
def check(text: str) -> ResponseReturnValue:
    """What a signed slip says; also whether the check-in behind it still counts."""
    try:
        slip = slips.verify(text, kept_slips.public_keys())
    except slips.SlipError:
        return _check_page(_("This is not a slip of attendance of this site, or it was changed.")), 404
    return _check_page(slip=slip)


@bp.get("/slip/keys.json")
def keys_json() -> Response:
    """The public keys, for `openweek verify FILE --keys` and others who check without this server."""
    return jsonify({"slips": {"algorithm": "ed25519", "context": "openweek-slip\x01", "keys": _keys()}})


def _keys() -> dict[str, str]:
    return {str(id): b64encode(public).decode() for id, public in kept_slips.public_keys().items()}


def _check_page(error: str = "", slip: slips.Slip | None = None) -> str:
    """With the public keys: the browser checks the signature too, also when the network is gone."""
    counts = slip is not None and kept_slips.still_counts(slip)
    return render_template(
        "kiosk/visitor/slip_check.html",
        slip=slip,
        counts=counts,
        error=error,
        keys=_keys(),
        most_bytes=LARGEST_FILE,
    )
