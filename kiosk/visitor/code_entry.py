"""The page to type a code into, for phones whose camera does not read and for people who like it better: /code."""

from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kiosk.rate_limits import wrong_codes
from models import clock
from models.codes import short_codes
from models.codes.passes import Pass
from models.codes.short_codes import ShortCode, ShortKind
from models.codes.venue_codes import VenueCode
from models.codes.wrong_codes import Limit
from models.errors import TooMany
from models.events import check_in_window
from models.events.merges import standing_event
from models.security.networks import network_of

bp = Blueprint("code_entry", __name__)

WRONG_OF_NETWORK, WRONG_IN_AN_HOUR = 60, 300  # over all workers and nodes
LONGEST = 40  # of what is shown again


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/code", strict_slashes=False)
def form() -> Response:
    return _page()


@bp.post("/code", strict_slashes=False)
def enter() -> ResponseReturnValue:
    """To the page of the venue code or pass that was typed.

    The code of an event that takes check-ins now is let in whatever others of its network try: one of a class could keep the
    whole class out. All else waits with who guesses.
    """
    typed = request.form.get("code", "")
    code = short_codes.read(typed)
    if code is None:  # its own checksum is wrong: no guess at one of ours
        return _page(typed, _("A character is missing or wrong. Please compare the code with the print."))
    now = clock.now()
    venue_code = short_codes.venue_code_of(code)
    if venue_code is not None and _takes_check_ins(venue_code, now):
        return redirect(_address(venue_code, now), 303)
    found = venue_code or short_codes.pass_of(code)
    try:
        _slow_down(found is not None, now)
    except TooMany as mistake:
        return _wait(typed, mistake)
    return redirect(_address(found, now), 303) if found is not None else _page(typed, _no_such_code(code))


def _takes_check_ins(code: VenueCode, now: datetime) -> bool:
    event = standing_event(code.event)
    windows = check_in_window.windows_of([event.id], event.campaign.zone)
    return check_in_window.open_window(windows, now) is not None


def _slow_down(is_right: bool, now: datetime) -> None:
    """Raises TooMany for a network that tried too many wrong codes; counts this one where it is wrong."""
    network, key = network_of(request.remote_addr or ""), current_app.config["SECRET_KEY"]
    limits = [Limit(f"typed code from {network}", WRONG_OF_NETWORK, WRONG_IN_AN_HOUR)]
    wrong_codes().check(limits, key, now)
    if not is_right:
        wrong_codes().count(limits, key, now)


def _address(found: VenueCode | Pass, now: datetime) -> str:
    if isinstance(found, VenueCode):
        return url_for("phone_check_in.landing", token=found.token(now))
    return url_for("pass_page.show", token=found.token)


def _wait(typed: str, mistake: TooMany) -> Response:
    page = _page(typed, _(mistake.message))
    page.status_code = mistake.status
    page.headers["Retry-After"] = str(max(round(mistake.wait.total_seconds()), 1))
    return page


def _no_such_code(code: ShortCode) -> str:
    if code.kind == ShortKind.PHONE:
        return _("This is the number of a stamp card. Please show it to the staff.")
    return _("There is no such code, or a newer print has taken its place. Please ask the staff.")


def _page(typed: str = "", error: str = "") -> Response:
    page = render_template("kiosk/visitor/code_entry.html", typed=typed[:LONGEST], error=error)
    response = make_response(page, 422 if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
