"""Signing in to the desk and out of it.

The session lives under /desk/ alone: no public page and no feed ever sets or reads its cookie.
"""

from urllib.parse import urlsplit

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
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from models import clock
from models.accounts import sessions
from models.accounts import sign_in as account_sign_in
from models.accounts.directory_identities import Identity
from models.accounts.second_factor import passkeys
from models.accounts.sign_in import WrongCredentials
from models.accounts.throttle import normalized_address
from models.audit.current_actor import set_actor
from models.errors import N_
from models.organizations.tables import Account
from web import errors
from web.desk.accounts import current, forged_forms
from web.desk.accounts.current import DESK
from web.desk.accounts.forged_forms import ForeignForm
from web.desk.desk_session import DeskSessions
from web.rate_limits import limiter

# Forms that somebody sends who is not signed in.
FOR_STRANGERS = {"sign_in.sign_in_submit", "sign_in.sign_out", "invitation.take", "invitation.choose"}
FOR_STRANGERS |= {"second_step.check_code", "second_step.check_passkey"}

STALE_PAGE = N_(
    "This page was open too long. Please enter your password again. If you come back here, let this site keep cookies in your "
    "browser."
)

pages = Blueprint("sign_in", __name__, url_prefix="/desk")
login = LoginManager()


def register(app: Flask) -> None:
    # Behind TLS a browser takes a cookie with this prefix from this host alone, and only for all its paths.
    secure = app.config["SESSION_COOKIE_SECURE"]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-openweek_desk" if secure else "openweek_desk",
        SESSION_COOKIE_PATH="/" if secure else DESK,
        PERMANENT_SESSION_LIFETIME=sessions.LIFE,
    )
    app.session_interface = DeskSessions()
    login.init_app(app)
    forged_forms.register(app)
    limiter.init_app(app)
    app.before_request(_check_csrf)
    app.before_request(_note_seen)
    app.before_request(_name_actor)
    app.teardown_request(lambda _error: set_actor(None))
    app.after_request(_forbid_caching)
    app.register_blueprint(pages)


def _check_csrf() -> ResponseReturnValue | None:
    if not request.path.startswith(DESK) or not current_app.config["WTF_CSRF_ENABLED"]:
        return None
    if (
        request.method == "POST"
        and request.endpoint not in FOR_STRANGERS
        and not current_user.is_authenticated
    ):
        return login.unauthorized()  # the session is over, and with it every token
    try:
        forged_forms.check()
    except ForeignForm:
        raise
    except CSRFError:
        return _open_again()
    return None


def _open_again() -> ResponseReturnValue:
    """For a form with the token of an earlier session: somebody has signed in or out in another tab since."""
    if request.endpoint == "sign_in.sign_in_submit":
        target = safe_next(request.form.get("next"))
        if current_user.is_authenticated:
            return redirect(target, 303)
        email = normalized_address(request.form.get("email", ""))
        return page(target, email=email, problem=_(STALE_PAGE)), 400
    if request.endpoint == "sign_in.sign_out" and not current_user.is_authenticated:
        return redirect(url_for("sign_in.sign_in"), 303)
    return errors.error_response(400, _(errors.STALE_FORM), again=_page_of_request())


def _note_seen() -> None:
    """Before the page begins a transaction of its own."""
    if request.path.startswith(DESK) and current_user.is_authenticated:
        sessions.note_seen(current.own_session(), clock.now())


def _name_actor() -> None:
    """Acts at the desk enter the audit log with who did them, and from where."""
    if request.path.startswith(DESK):
        set_actor(current.actor)


def _forbid_caching(response: Response) -> Response:
    if request.path.startswith(DESK):
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@login.user_loader
def _load_account(account_id: str) -> Account | None:
    row = current.cookie_session()
    if row is None or row.awaits_second_factor or str(row.account_id) != account_id:
        return None
    return row.account


@login.unauthorized_handler
def _ask_to_sign_in() -> ResponseReturnValue:
    """A person is sent to the sign-in page and back; a program (the live page's too) gets 401."""
    if errors.wants_json():
        return errors.error_response(401, _(errors.SENTENCES[401]))
    target = _page_of_request()
    return redirect(url_for("sign_in.sign_in", next=target if target != DESK else None), 303)


def _page_of_request() -> str:
    """The page to come back to: of a form the one where it stands, which offers what was typed into it again."""
    own = request.full_path.removesuffix("?")
    if request.method == "GET" or _is_page(request.path):
        return own
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc == request.host and _is_page(sent_from.path):
        return safe_next(sent_from._replace(scheme="", netloc="", fragment="").geturl())
    return DESK


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind_to_environ(request.environ).match(path, method="GET")
    except HTTPException:
        return False
    return path.startswith(DESK)


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a page of the desk, whatever the link asked for."""
    safe = target and target.startswith(DESK) and not set(target) & set("\\\r\n\t")
    return target if target and safe else DESK


@pages.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target, 303)
    return page(target)


def page(target: str, *, email: str = "", wrong: bool = False, problem: str = "") -> str:
    options = current.keep_challenge(passkeys.challenge_to_prove(None))
    return render_template(
        "desk/accounts/sign_in.html", email=email, wrong=wrong, next=target, options=options, problem=problem
    )


@pages.post("/sign-in")
def sign_in_submit() -> ResponseReturnValue:
    email, target = normalized_address(request.form.get("email", "")), safe_next(request.form.get("next"))
    try:
        account = account_sign_in.check_credentials(
            email,
            request.form.get("password", ""),
            current.browser(),
            clock.now(),
            device=current.known_device(email),
        )
    except WrongCredentials:
        return page(target, email=email, wrong=True), 422
    return enter(account, "password", target)


def enter(
    account: Account, method: str, target: str = DESK, identity: Identity | None = None
) -> ResponseReturnValue:
    """Sign this person in, and go on. method: how the account was proved; identity: by the directory, which is kept for the
    second step."""
    identity = identity or current.waiting_identity(account)
    started = account_sign_in.begin_session(
        account, clock.now(), current.browser(), method, current.cookie_session(), identity
    )
    current.keep_started(started)
    if started.session.awaits_second_factor:
        current.keep_target(target)
        current.keep_identity(identity)
        return redirect(url_for("second_step.show"), 303)
    return current.remember_device(make_response(redirect(target, 303)), account.email)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    row = current.cookie_session()
    if row is not None:
        sessions.sign_out(row, clock.now(), current.actor())
    current.forget_session()
    return redirect(url_for("sign_in.sign_in"), 303)
