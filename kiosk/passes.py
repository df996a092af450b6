"""A pass as its holder sees it: the code, large and on white, and what it is for."""

from flask import Blueprint, Flask, Response, make_response, render_template

from kiosk import qr, troubles
from models import passes
from models.passes import OpenedPass
from models.site import site

bp = Blueprint("passes", __name__, template_folder="templates")


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/c/<token>", strict_slashes=False)
@bp.get("/C/<token>", strict_slashes=False)
def show(token: str) -> Response:
    """The pass; a text that we did not sign is no pass."""
    held = passes.open_pass(token)
    if held is None:
        return troubles.told(troubles.no_pass())
    return make_response(render_template("kiosk/pass.html", held=held, campaign=held.campaign))


@bp.get("/c/<token>/code.png")
@bp.get("/C/<token>/code.png")
def png(token: str) -> Response:
    return _picture(token, qr.png, "image/png")


@bp.get("/c/<token>/code.svg")
@bp.get("/C/<token>/code.svg")
def svg(token: str) -> Response:
    return _picture(token, qr.svg, "image/svg+xml")


@bp.get("/c/<path:text>")
@bp.get("/C/<path:text>")
def foreign(text: str) -> Response:
    """A text with slashes in it is no pass either."""
    return troubles.told(troubles.no_pass())


def _picture(token: str, draw, content_type: str) -> Response:
    """The code as a picture, for as long as the pass is good."""
    held = passes.open_pass(token)
    if held is None or held.revoked:
        return troubles.told(troubles.no_pass() if held is None else troubles.revoked_pass(held.campaign))
    response = make_response(draw(_text(held), qr.PASS_LEVEL))
    response.content_type = content_type
    return response


def _text(held: OpenedPass) -> str:
    return site().code_url("C", held.token)
