"""One's own account: password, sessions."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.accounts import sessions, sign_in
from models.errors import N_, Mistake
from web import errors
from web.desk.accounts import current

pages = Blueprint("my_account", __name__, url_prefix="/desk/account")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


def page(**more: object) -> str:
    """The page of the account; more: what a form of it has to say."""
    now = clock.now()
    return render_template(
        "desk/accounts/my_account.html",
        sessions=sessions.sessions_of(current_user, now),
        own=current.own_session(),
        **more,
    )


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return page(done=request.args.get("done", ""))


@pages.post("/password")
@login_required
def change_password() -> ResponseReturnValue:
    typed, again = request.form.get("new", ""), request.form.get("again", "")
    try:
        if typed != again:
            raise Mistake(N_("The two new passwords differ. Type the same one twice."))
        sign_in.change_password(
            current.own_session(), request.form.get("current", ""), typed, current.browser(), clock.now()
        )
    except sign_in.WrongCredentials:
        return page(wrong="current"), 422
    except Mistake as mistake:
        if mistake.status == 429:
            raise
        return page(wrong="new", problem=errors.sentence(mistake)), 422
    return redirect(url_for(".index", done="password"), 303)


@pages.post("/sessions/<int:session_id>/end")
@login_required
def end_session(session_id: int) -> ResponseReturnValue:
    sessions.end_one(current_user, session_id, clock.now(), current.actor())
    return redirect(url_for(".index", done="session"), 303)


@pages.post("/sessions/end-others")
@login_required
def end_other_sessions() -> ResponseReturnValue:
    sessions.end_others(current_user, current.own_session(), clock.now(), current.actor())
    return redirect(url_for(".index", done="sessions"), 303)
