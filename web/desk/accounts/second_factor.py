"""Second factors of one's own account: added, removed, recovery codes. Where they are required, this comes before all else."""

from flask import Blueprint, Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.accounts import sign_in as account_sign_in
from models.accounts.second_factor import authenticator, factors, passkeys
from models.accounts.second_factor.factors import WrongCode
from models.accounts.second_factor.passkeys import WrongPasskey
from models.config import SecondFactor
from models.drawing import qr
from web import errors
from web.desk.accounts import current

_SECRET = "authenticator"  # of an app that is being added, until its first code proves that it has it
_OPEN = {
    "second_factor",
    "sign_in",
    "second_step",
    "invitation",
}  # blueprints that work without the required factor

pages = Blueprint("second_factor", __name__, url_prefix="/desk/account/second-factor")


def register(app: Flask) -> None:
    app.before_request(_require_factor)
    app.register_blueprint(pages)


def required() -> bool:
    """Whether the signed-in person must have a second factor."""
    setting = current_app.config["SECOND_FACTOR"]
    return setting is SecondFactor.EVERYONE or (
        setting is SecondFactor.REQUIRED and bool(current_user.reviews)
    )


def _require_factor() -> ResponseReturnValue | None:
    if not request.path.startswith(current.DESK) or request.blueprint in _OPEN:
        return None
    if not current_user.is_authenticated or not required() or factors.has_factor(current_user):
        return None
    if errors.wants_json():
        return errors.error_response(403, _(errors.SENTENCES[403]))
    return redirect(url_for("second_factor.index"), 303)


def _page(**more: object) -> str:
    secret = session.setdefault(_SECRET, authenticator.new_secret())
    return render_template(
        "desk/accounts/second_factor.html",
        factors=factors.factors_of(current_user),
        passkeys=passkeys.passkeys_of(current_user),
        required=required(),
        secret=secret,
        drawn=qr.outline(authenticator.address_for_app(secret, current_user.email)),
        options=current.keep_challenge(passkeys.challenge_to_add(current_user)),
        shown=current.take_shown(),
        **more,
    )


@pages.get("")
@login_required
def index() -> ResponseReturnValue:
    return _page(done=request.args.get("done", ""))


@pages.post("/app")
@login_required
def add_app() -> ResponseReturnValue:
    secret = session.get(_SECRET, "")
    try:
        code = request.form.get("code", "")
        codes = factors.add_app(current_user, secret, code, clock.now(), current.actor())
    except WrongCode as mistake:
        return _page(wrong="app", problem=errors.sentence(mistake)), 422
    session.pop(_SECRET, None)
    return _added(codes)


@pages.post("/passkeys")
@login_required
def add_passkey() -> ResponseReturnValue:
    challenge, _given_at = current.take_challenge()
    answer, name = request.form.get("answer", ""), request.form.get("name", "")
    name = name or current.browser().name
    try:
        codes = factors.add_passkey(current_user, challenge, answer, name, clock.now(), current.actor())
    except WrongPasskey as mistake:
        return _page(wrong="passkey", problem=errors.sentence(mistake)), 422
    return _added(codes)


def _added(codes: list[str]) -> ResponseReturnValue:
    if codes:
        current.show_once("codes", "\n".join(codes))
    return redirect(url_for(".index", done="added"), 303)


@pages.post("/remove")
@login_required
def remove() -> ResponseReturnValue:
    """The app, or a passkey. Asks for the password: somebody else may sit in front of an open browser."""
    now, passkey = clock.now(), request.form.get("passkey", type=int)
    try:
        _check_password()
    except account_sign_in.WrongCredentials:
        return _page(wrong="password"), 422
    if passkey is None:
        factors.remove_app(current_user, now, current.actor(), required=required())
    else:
        factors.remove_passkey(current_user, passkey, now, current.actor(), required=required())
    return redirect(url_for(".index", done="removed"), 303)


@pages.post("/codes")
@login_required
def new_codes() -> ResponseReturnValue:
    try:
        _check_password()
        codes = factors.new_recovery_codes(current_user, clock.now(), current.actor())
    except account_sign_in.WrongCredentials:
        return _page(wrong="password"), 422
    current.show_once("codes", "\n".join(codes))
    return redirect(url_for(".index"), 303)


def _check_password() -> None:
    """Raises WrongCredentials, or TooMany after too many wrong ones in this session."""
    account_sign_in.check_credentials(
        current_user.email,
        request.form.get("password", ""),
        current.browser(),
        clock.now(),
        device=f"session {current.own_session().id}",
    )
