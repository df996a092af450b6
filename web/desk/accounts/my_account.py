"""One's own account: password, sessions, API tokens."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.accounts import directory_identities, sessions, sign_in, tokens
from models.accounts.second_factor import factors
from models.errors import Mistake
from models.organizations.tables import TokenScope
from web import errors
from web.desk.accounts import current
from web.desk.accounts.invitation import new_password

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
        factors=factors.factors_of(current_user),
        tokens=tokens.tokens_of(current_user),
        identity=directory_identities.identity_of(current_user),
        shown=current.take_shown(),
        scopes=list(TokenScope),
        **more,
    )


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return page(done=request.args.get("done", ""))


@pages.post("/password")
@login_required
def change_password() -> ResponseReturnValue:
    try:
        sign_in.change_password(
            current.own_session(),
            request.form.get("current", ""),
            new_password(),
            current.browser(),
            clock.now(),
        )
    except sign_in.WrongCredentials:
        return page(wrong="current"), 422
    except Mistake as mistake:
        if mistake.status == 429:
            raise
        return page(wrong="new", problem=errors.sentence(mistake)), 422
    return redirect(url_for(".index", done="password"), 303)


@pages.post("/release-directory")
@login_required
def release_directory() -> ResponseReturnValue:
    """Asks for the password: somebody else may sit in front of an open browser."""
    now, device = clock.now(), f"session {current.own_session().id}"
    password = request.form.get("password", "")
    try:
        sign_in.check_credentials(current_user.email, password, current.browser(), now, device=device)
    except sign_in.WrongCredentials:
        return page(wrong="directory"), 422
    directory_identities.release(current_user._get_current_object(), now, current.actor())
    return redirect(url_for(".index", done="directory"), 303)


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


@pages.post("/tokens")
@login_required
def new_token() -> ResponseReturnValue:
    name, scopes = request.form.get("name", ""), request.form.getlist("scope")
    try:
        token = tokens.new_token(current_user, name, clock.now(), current.actor(), scopes)
    except Mistake as mistake:
        problem = errors.sentence(mistake)
        return page(wrong="token", problem=problem, token_name=name, token_scopes=scopes), mistake.status
    current.show_once("token", token)
    return redirect(url_for(".index"), 303)


@pages.post("/tokens/<int:token_id>/revoke")
@login_required
def revoke_token(token_id: int) -> ResponseReturnValue:
    tokens.revoke_token(current_user, token_id, clock.now(), current.actor())
    return redirect(url_for(".index", done="token"), 303)
