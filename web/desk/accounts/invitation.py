"""What an invited person opens, and somebody who sets the password anew: a link with a secret in its path."""

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue

from models import clock
from models.accounts import invitations, password_resets
from models.errors import N_, Mistake, NotFound
from web import errors
from web.desk.accounts import sign_in

pages = Blueprint("invitation", __name__, url_prefix="/desk")
DIFFERENT = N_("The two new passwords differ. Type the same one twice.")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.after_request
def _keep_secret(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def new_password() -> str:
    """The password that was typed twice. Raises Mistake where the two differ."""
    typed = request.form.get("new", "")
    if typed != request.form.get("again", ""):
        raise Mistake(DIFFERENT)
    return typed


@pages.get("/invitation/<secret>")
def show(secret: str) -> ResponseReturnValue:
    invitation = invitations.open_invitation(secret, clock.now())
    return render_template("desk/accounts/invitation.html", invitation=invitation)


@pages.post("/invitation/<secret>")
def accept(secret: str) -> ResponseReturnValue:
    now = clock.now()
    invitation = invitations.open_invitation(secret, now)
    try:
        account = invitations.accept(secret, new_password(), now, request.remote_addr or "")
    except NotFound:
        raise
    except Mistake as mistake:
        problem = errors.sentence(mistake)
        return render_template("desk/accounts/invitation.html", invitation=invitation, problem=problem), 422
    return sign_in.enter(account, "invitation")


@pages.get("/reset/<secret>")
def show_reset(secret: str) -> ResponseReturnValue:
    account = password_resets.account_of_link(secret, clock.now())
    return render_template("desk/accounts/password_reset.html", account=account)


@pages.post("/reset/<secret>")
def reset(secret: str) -> ResponseReturnValue:
    now = clock.now()
    try:
        account = password_resets.use_reset_link(secret, new_password(), now, request.remote_addr or "")
    except NotFound:
        raise
    except Mistake as mistake:
        account = password_resets.account_of_link(secret, now)
        problem = errors.sentence(mistake)
        return render_template("desk/accounts/password_reset.html", account=account, problem=problem), 422
    return sign_in.enter(account, "reset")
