"""The page of a pass for its holder, with its files."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, make_response, render_template

from kiosk.app.worker_scripts import NETWORK_POLICY, worker_script
from kiosk.passes import sheets
from kiosk.phone import problems
from models import clock
from models.codes import pass_lookup, short_codes
from models.codes.pass_lookup import PassContent
from models.drawing import qr
from models.events.merges import standing_event
from models.events.tables import EventStatus
from models.installation import site
from models.registration import changes, registrations, settings
from models.visitors.stamp_card import card_of

bp = Blueprint("pass_page", __name__)

DAY = 24 * 60 * 60  # seconds


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/c/<token>", strict_slashes=False)
@bp.get("/C/<token>", strict_slashes=False)
def show(token: str) -> Response:
    """The pass, also a revoked one; 404 for a wrong signature."""
    opened = pass_lookup.read_pass(token)
    if opened is None:
        return problems.problem_page(problems.no_pass())
    return _cache_privately(
        make_response(_page(opened)),
        opened,
    )


def _page(opened: PassContent) -> str:
    event = standing_event(opened.event) if opened.event else None
    row = registrations.of_pass(opened.campaign.id, opened.holder) if event else None
    held = settings.is_held(row.settings) if row else event is None or event.status != EventStatus.CANCELLED
    return render_template(
        "kiosk/passes/pass.html",
        opened=opened,
        event=event,
        held=held,
        changed=row is not None and changes.has_changed(row),
        sessions=settings.all_sessions(row.settings) if row else event.occurrences if event else [],
        campaign=opened.campaign,
        card=None if opened.revoked else card_of(opened.campaign, opened.holder),
        typed=short_codes.spaced(short_codes.pass_code()(opened.number)) if opened.number else "",
        now=clock.now(),
    )


@bp.get("/c/service-worker.js")
@bp.get("/C/service-worker.js")
def pass_worker() -> Response:
    """The service worker that keeps a pass for offline use; its scope is /C/."""
    return worker_script("pass/service-worker.js", NETWORK_POLICY)


@bp.get("/c/<token>/code.png")
@bp.get("/C/<token>/code.png")
def png(token: str) -> Response:
    return _image(token, qr.png, "image/png")


@bp.get("/c/<token>/code.svg")
@bp.get("/C/<token>/code.svg")
def svg(token: str) -> Response:
    return _image(token, qr.svg, "image/svg+xml")


@bp.get("/c/<token>/pass.pdf")
@bp.get("/C/<token>/pass.pdf")
def pdf(token: str) -> Response:
    """The code on a page to print, with whom it is for."""
    return _file(token, lambda opened: sheets.on_a_page(opened, _pass_url(opened)), "application/pdf")


@bp.get("/c/<path:text>")
@bp.get("/C/<path:text>")
def not_a_pass(text: str) -> Response:
    """Scanned text with slashes."""
    return problems.problem_page(problems.no_pass())


def _image(token: str, draw: Callable[[str, int], bytes], content_type: str) -> Response:
    return _file(token, lambda opened: draw(_pass_url(opened), qr.PASS_LEVEL), content_type)


def _file(token: str, draw: Callable[[PassContent], bytes], content_type: str) -> Response:
    """The code as a file while the pass is valid."""
    opened = pass_lookup.read_pass(token)
    if opened is None or opened.revoked:
        return problems.problem_page(
            problems.no_pass() if opened is None else problems.revoked_pass(opened.campaign)
        )
    response = make_response(draw(opened))
    response.content_type = content_type
    return _cache_privately(response, opened)


def _cache_privately(response: Response, opened: PassContent) -> Response:
    """A valid pass may be cached by the holder's browser for a day (there may be no network at the entrance), never by
    proxies. Its worker (static/js/pass/service-worker.js) keeps it until it is revoked."""
    if not opened.revoked:
        response.cache_control.private = True
        response.cache_control.max_age = DAY
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _pass_url(opened: PassContent) -> str:
    return site().code_url("C", opened.token)
