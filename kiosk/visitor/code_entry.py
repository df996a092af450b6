"""The page to type a code into, for phones whose camera does not read and for people who like it better: /code."""

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kiosk.rate_limits import limiter
from models import clock
from models.codes import short_codes
from models.codes.short_codes import ShortCode, ShortKind

bp = Blueprint("code_entry", __name__)

# Of one address, where a school may sit behind it. Codes that open something are not counted.
WRONG_CODES = "60 per minute; 600 per day"
LONGEST = 40  # of what is shown again


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/code", strict_slashes=False)
def form() -> Response:
    return _page()


@bp.post("/code", strict_slashes=False)
@limiter.limit(WRONG_CODES, deduct_when=lambda response: response.status_code != 303)
def enter() -> ResponseReturnValue:
    """To the page of the venue code or pass that was typed."""
    typed = request.form.get("code", "")
    code = short_codes.read(typed)
    if code is None:
        return _page(typed, _("A character is missing or wrong. Please compare the code with the print."))
    address = _address(code)
    if address is None:
        return _page(typed, _no_such_code(code))
    return redirect(address, 303)


def _address(code: ShortCode) -> str | None:
    venue_code = short_codes.venue_code_of(code)
    if venue_code is not None:
        return url_for("phone_check_in.landing", token=venue_code.token(clock.now()))
    held = short_codes.pass_of(code)
    return url_for("pass_page.show", token=held.token) if held is not None else None


def _no_such_code(code: ShortCode) -> str:
    if code.kind == ShortKind.PHONE:
        return _("This is the number of a stamp card. Please show it to the staff.")
    return _("There is no such code, or a newer print has taken its place. Please ask the staff.")


def _page(typed: str = "", error: str = "") -> Response:
    page = render_template("kiosk/visitor/code_entry.html", typed=typed[:LONGEST], error=error)
    response = make_response(page, 422 if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
