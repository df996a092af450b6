"""Who uses the desk in this request: the session behind the cookie, the browser, the actor of the audit log."""

import secrets
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, request, session
from flask_login import current_user, login_user, logout_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from models import clock
from models.accounts import sessions
from models.accounts.browser_family import browser_family
from models.accounts.directory_identities import Identity
from models.accounts.second_factor.passkeys import Challenge
from models.accounts.sessions import Browser
from models.accounts.sign_in import Started
from models.accounts.tables import AccountSession
from models.accounts.throttle import normalized_address
from models.audit.tables import Actor
from models.bearer import secret_digest
from models.organizations.tables import Account

DESK = "/desk/"
# Keys of the signed cookie.
_TOKEN, _SHOWN, _CHALLENGE, _TARGET, _IDENTITY = "token", "shown", "challenge", "target", "identity"
_SEARCH = "search"
_FOUND = "found"  # in an address: what keep_search() kept
_DEVICE_LIFE = 400 * 24 * 3600  # seconds; browsers keep none for longer
_LONGEST_SEARCH = 254  # characters of an e-mail address
_MOST_KNOWN = 10  # accounts that one device is known for


def browser() -> Browser:
    return Browser(browser_family(request.headers.get("User-Agent", "")), request.remote_addr or "")


def actor() -> Actor:
    """The signed-in person, from where the request comes."""
    account = current_user._get_current_object() if current_user.is_authenticated else None
    return Actor(account, request.remote_addr or "")


def cookie_session() -> AccountSession | None:
    """The open session that the cookie names, also one that waits for its second factor."""
    if "account_session" not in g:
        token = session.get(_TOKEN)
        g.account_session = sessions.session_of_token(token, clock.now()) if isinstance(token, str) else None
    row: AccountSession | None = g.account_session
    return row


def own_session() -> AccountSession:
    """The session of a request that is signed in."""
    row = cookie_session()
    if row is None or row.awaits_second_factor:
        raise LookupError("nobody is signed in")
    return row


def keep_started(started: Started) -> None:
    """The cookie names this session from now on. Nothing that was in the browser before belongs to this person."""
    session.clear()
    session[_TOKEN] = started.token
    g.account_session = started.session
    if not started.session.awaits_second_factor:
        login_user(started.session.account)


def show_once(kind: str, value: str, **more: object) -> None:
    """Keep something for the next page alone: a link or a token that cannot be read again."""
    session[_SHOWN] = {"kind": kind, "value": value, **more}


def take_shown() -> dict[str, Any]:
    """What show_once() kept; empty where there is nothing."""
    shown = session.pop(_SHOWN, None)
    return shown if isinstance(shown, dict) else {}


def keep_search(page: str, text: str) -> int | None:
    """Keep what was typed, mostly the e-mail address of a person, which is to stand in no address. The argument `found` of the
    address that shows it, so that the browser can go back to it; None where nothing was typed."""
    session[_SEARCH] = {page: text[:_LONGEST_SEARCH]}
    return 1 if text else None


def kept_search(page: str) -> str:
    """What keep_search() kept; empty on an address without `found`."""
    kept = session.get(_SEARCH) if _FOUND in request.args else None
    return str(kept.get(page, "")) if isinstance(kept, dict) else ""


def keep_challenge(challenge: Challenge | None) -> str:
    """What the browser is asked to sign next: options for its script; empty where there are no passkeys."""
    if challenge is None:
        return ""
    session[_CHALLENGE] = [challenge.value, clock.now().isoformat()]
    return challenge.options


def take_challenge() -> tuple[str, datetime]:
    """The stored challenge and its time; a new, unsigned one where there is none."""
    value, given_at = session.pop(_CHALLENGE, None) or [secrets.token_urlsafe(), clock.now().isoformat()]
    return str(value), datetime.fromisoformat(given_at)


def keep_target(target: str) -> None:
    """Where to go after the second step."""
    session[_TARGET] = target


def target_after_step() -> str:
    return str(session.get(_TARGET, DESK))


def keep_identity(identity: Identity | None) -> None:
    """Who the directory said it is, until the second step is done."""
    session[_IDENTITY] = [identity.issuer, identity.subject] if identity is not None else None


def waiting_identity(account: Account) -> Identity | None:
    """What keep_identity() kept for the account whose second step this browser is at."""
    row, kept = cookie_session(), session.get(_IDENTITY)
    if row is None or not row.awaits_second_factor or row.account_id != account.id or not kept:
        return None
    return Identity(*kept)


def forget_session() -> None:
    logout_user()
    session.clear()
    g.account_session = None


def known_device(email: str) -> str:
    """The id of this device if the account of this address has signed in on it before; else empty."""
    device, known = _read_device()
    return device if _mark(email) in known else ""


def remember_device(response: Response, email: str) -> Response:
    """This device is known for the account from now on: a signed cookie."""
    device, known = _read_device()
    marks = [*(one for one in known if one != _mark(email)), _mark(email)][-_MOST_KNOWN:]
    value = _serializer().dumps([device or secret_digest(session[_TOKEN]), marks])
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        _device_cookie(),
        value if isinstance(value, str) else value.decode(),
        max_age=_DEVICE_LIFE,
        path="/" if secure else DESK,
        httponly=True,
        secure=secure,
        samesite="Lax",
    )
    return response


def _device_cookie() -> str:
    return "__Host-openweek_device" if current_app.config["SESSION_COOKIE_SECURE"] else "openweek_device"


def _read_device() -> tuple[str, list[str]]:
    """The id of this device and the marks of the accounts it is known for."""
    try:
        device, marks = _serializer().loads(request.cookies.get(_device_cookie(), ""), max_age=_DEVICE_LIFE)
    except (BadSignature, ValueError, TypeError):
        return "", []
    return str(device), [str(mark) for mark in marks]


def _mark(email: str) -> str:
    return secret_digest(normalized_address(email))[:16]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="openweek-known-device")
