"""Signing in to the desk and out of it.

The session lives under /desk/ alone: no public page and no feed ever sets or reads its cookie.
"""

from datetime import timedelta

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect

from models.db import db
from models.organizations.tables import Account, authenticate
from web import errors
from web.rate_limits import limiter

DESK = "/desk/"
SESSION_LIFE = timedelta(days=7)  # the whole week, and then sign in again
FAILED_FROM_ONE_PLACE, FAILED_FOR_ONE_ADDRESS = "20 per minute; 200 per hour", "6 per minute; 40 per hour"

pages = Blueprint("sign_in", __name__, url_prefix="/desk")
login = LoginManager()
csrf = CSRFProtect()


def register(app: Flask) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="openweek_desk",
        SESSION_COOKIE_PATH=DESK,
        PERMANENT_SESSION_LIFETIME=SESSION_LIFE,
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below for the desk alone: nothing else knows a reader by cookie
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still works
    )
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_check_csrf)
    app.after_request(_forbid_caching)
    app.register_blueprint(pages)


def _check_csrf() -> ResponseReturnValue | None:
    if not request.path.startswith(DESK) or not current_app.config["WTF_CSRF_ENABLED"]:
        return None
    signing_in = request.endpoint in ("sign_in.sign_in_submit", "sign_in.sign_out")
    if request.method == "POST" and not signing_in and not current_user.is_authenticated:
        return login.unauthorized()  # the session is over, and with it every token
    csrf.protect()
    return None


def _forbid_caching(response: Response) -> Response:
    if request.path.startswith(DESK):
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@login.user_loader
def _load_account(account_id: str) -> Account | None:
    account = db.session.get(Account, int(account_id))
    return account if account is not None and account.is_active else None


@login.unauthorized_handler
def _ask_to_sign_in() -> ResponseReturnValue:
    """A person is sent to the sign-in page and back; a program (the live page's too) gets 401."""
    if errors.wants_json():
        return errors.error_response(401, _(errors.SENTENCES[401]))
    # What was typed into a form is kept by its page in the browser and offered there again.
    form = request.endpoint in ("desk_event_form.create", "desk_event_form.change")
    target = request.full_path.removesuffix("?") if request.method == "GET" or form else DESK
    return redirect(url_for("sign_in.sign_in", next=target if target != DESK else None), 303)


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a page of the desk, whatever the link asked for."""
    safe = target and target.startswith(DESK) and not set(target) & set("\\\r\n\t")
    return target if target and safe else DESK


def _typed_address() -> str:
    return "address:" + request.form.get("email", "").strip().lower()[:254]


def _failed(response: Response) -> bool:
    return response.status_code != 303


@pages.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")), 303)
    return render_template(
        "desk/sign_in.html", email="", wrong=False, next=safe_next(request.args.get("next"))
    )


@pages.post("/sign-in")
@limiter.limit(FAILED_FROM_ONE_PLACE, deduct_when=_failed)
@limiter.limit(FAILED_FOR_ONE_ADDRESS, key_func=_typed_address, deduct_when=_failed)
def sign_in_submit() -> ResponseReturnValue:
    email, target = request.form.get("email", "")[:254], safe_next(request.form.get("next"))
    account = authenticate(email, request.form.get("password", "")[:1000])
    if account is None:
        return render_template("desk/sign_in.html", email=email, wrong=True, next=target), 422
    session.clear()  # nothing that was in the browser before belongs to this person
    login_user(account)
    return redirect(target, 303)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.sign_in"), 303)
