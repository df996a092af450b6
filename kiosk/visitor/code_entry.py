"""The page to type a code into, for phones whose camera does not read and for people who like it better: /code."""

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

from kiosk.rate_limits import limiter, wrong_codes
from models import clock
from models.codes import short_codes
from models.codes.short_codes import ShortCode, ShortKind
from models.codes.wrong_codes import Limit
from models.errors import TooMany
from models.security.networks import network_of

bp = Blueprint("code_entry", __name__)

# Of one address, where a school may sit behind it, and of each process: also what is mistyped. What opens a page is not counted.
FLOOD = "300 per minute"
WRONG_OF_NETWORK, WRONG_IN_AN_HOUR = 60, 300  # over all workers and nodes
LONGEST = 40  # of what is shown again


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/code", strict_slashes=False)
def form() -> Response:
    return _page()


@bp.post("/code", strict_slashes=False)
@limiter.limit(FLOOD, deduct_when=lambda response: response.status_code != 303)
def enter() -> ResponseReturnValue:
    """To the page of the venue code or pass that was typed.

    A right venue code is let in whatever others of its network try: it hangs on the wall, and who guesses one has it from one
    event in millions. A guessed pass would be somebody's, so passes wait.
    """
    typed = request.form.get("code", "")
    code = short_codes.read(typed)
    if code is None:  # its own checksum is wrong: no guess at one of ours
        return _page(typed, _("A character is missing or wrong. Please compare the code with the print."))
    venue_code = short_codes.venue_code_of(code)
    if venue_code is not None:
        return redirect(url_for("phone_check_in.landing", token=venue_code.token(clock.now())), 303)
    held = short_codes.pass_of(code)
    network = network_of(request.remote_addr or "")
    limits = [Limit(f"typed code from {network}", WRONG_OF_NETWORK, WRONG_IN_AN_HOUR)]
    try:
        wrong_codes().check(limits, current_app.config["SECRET_KEY"], clock.now())
        if held is None:
            wrong_codes().count(limits, current_app.config["SECRET_KEY"], clock.now())
    except TooMany as mistake:
        return _wait(typed, mistake)
    if held is None:
        return _page(typed, _no_such_code(code))
    return redirect(url_for("pass_page.show", token=held.token), 303)


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
