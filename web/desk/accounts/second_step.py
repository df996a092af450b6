"""The second step of signing in: a code of the app, a recovery code or a passkey. And signing in with a passkey alone."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import clock
from models.accounts.second_factor import factors, passkeys
from models.accounts.second_factor.factors import WrongCode
from models.accounts.second_factor.passkeys import WrongPasskey
from models.accounts.tables import AccountSession
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.db import transaction
from models.organizations.tables import Account
from web import errors
from web.desk.accounts import current, sign_in

pages = Blueprint("second_step", __name__, url_prefix="/desk/sign-in")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


def _waiting() -> AccountSession | None:
    """The session that has its first step behind it."""
    row = current.cookie_session()
    return row if row is not None and row.awaits_second_factor else None


def _page(account: Account, problem: str = "", typed: str = "") -> str:
    """typed: a wrong code, shown again where it is long."""
    owned = factors.factors_of(account)
    challenge = passkeys.challenge_to_prove(account) if owned.passkeys else None
    return render_template(
        "desk/accounts/second_step.html",
        factors=owned,
        options=current.keep_challenge(challenge),
        problem=problem,
        typed=typed if factors.is_long(typed) else "",
    )


def _start_again() -> ResponseReturnValue:
    return redirect(url_for("sign_in.sign_in"), 303)


@pages.get("/code")
def show() -> ResponseReturnValue:
    row = _waiting()
    return _page(row.account) if row is not None else _start_again()


@pages.post("/code")
def check_code() -> ResponseReturnValue:
    row = _waiting()
    if row is None:
        return _start_again()
    device, code = current.known_device(row.account.email), request.form.get("code", "")
    try:
        factors.check_code(row.account, code, current.browser(), clock.now(), device=device)
    except WrongCode as mistake:
        return _page(row.account, errors.sentence(mistake), code), 422
    return sign_in.enter(row.account, "code", current.target_after_step())


@pages.post("/passkey")
def check_passkey() -> ResponseReturnValue:
    row = _waiting()
    challenge, given_at = current.take_challenge()
    now = clock.now()
    try:
        with transaction():
            account = passkeys.use_passkey(
                challenge, given_at, request.form.get("answer", ""), now, account=row.account if row else None
            )
    except WrongPasskey as mistake:
        _note_failure(row)
        problem = errors.sentence(mistake)
        return (_page(row.account, problem) if row else sign_in.page(current.DESK, problem=problem)), 422
    target = current.target_after_step() if row else sign_in.safe_next(request.form.get("next"))
    return sign_in.enter(account, "passkey", target)


def _note_failure(row: AccountSession | None) -> None:
    verb = AuditVerb.SECOND_FACTOR_FAILED if row else AuditVerb.SIGN_IN_FAILED
    with transaction():
        record(verb, clock.now(), Actor(None, request.remote_addr or ""), row.account if row else None)
