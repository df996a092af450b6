"""Signing in through a directory that speaks OpenID Connect, where one is configured. It proves who somebody is (issuer and
`sub`) and, at the first sign-in, an address; the account of that address must exist: nobody gets one by this way."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import clock
from models.accounts.directory_identities import Identity, OtherPerson, account_of_identity
from models.audit.tables import Actor
from models.config import Directory
from models.installation import site
from web import errors
from web.desk.accounts import current, sign_in

_NAME = "directory"
_PATIENCE = 10  # seconds

pages = Blueprint("directory", __name__, url_prefix="/desk/sign-in/directory")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(has_directory=lambda: current_app.config["DIRECTORY"] is not None)
    configured: Directory | None = app.config["DIRECTORY"]
    if configured is None:
        return
    # Its libraries take 8 MB of each process: no installation pays for them that has no directory.
    from authlib.integrations.flask_client import OAuth

    oauth = OAuth(app)
    oauth.register(
        _NAME,
        client_id=configured.client_id,
        client_secret=configured.client_secret,
        server_metadata_url=f"{configured.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "default_timeout": _PATIENCE,
        },
    )
    app.extensions["openweek.directory"] = oauth.create_client(_NAME)


def _failures() -> tuple[type[Exception], ...]:
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    return (AuthlibBaseError, JoseError, RequestException, RuntimeError, KeyError, ValueError)


def _unanswered(sentence: str) -> ResponseReturnValue:
    return sign_in.page(current.DESK, problem=sentence), 422


def _no_answer() -> ResponseReturnValue:
    logging.getLogger("openweek").exception("Sign-in through the directory failed")
    return _unanswered(
        _("The directory did not confirm the sign-in. Try again, or sign in with your password.")
    )


@pages.get("")
def start() -> ResponseReturnValue:
    client = current_app.extensions.get("openweek.directory")
    if client is None:
        return _unanswered(_("This site has no directory to sign in through."))
    try:
        # The library's own nonce has 119 bits.
        back, nonce = site().url(url_for("directory.finish")), secrets.token_urlsafe(32)
        answer: ResponseReturnValue = client.authorize_redirect(back, nonce=nonce)
    except _failures():
        return _no_answer()
    return answer


@pages.get("/done")
def finish() -> ResponseReturnValue:
    client = current_app.extensions.get("openweek.directory")
    if client is None:
        return _unanswered(_("This site has no directory to sign in through."))
    try:
        claims = client.authorize_access_token()["userinfo"]
        if claims["iss"] != current_app.config["DIRECTORY"].issuer:
            raise ValueError(claims["iss"])
        identity = Identity(claims["iss"], claims["sub"])
    except _failures():
        return _no_answer()
    try:
        return _enter(identity, claims)
    except OtherPerson as mistake:
        return _unanswered(errors.sentence(mistake))


def _enter(identity: Identity, claims: Mapping[str, Any]) -> ResponseReturnValue:
    """Raises OtherPerson."""
    email = claims.get("email")
    # Without a verified address anybody could write that of somebody else into their profile.
    verified = email if claims.get("email_verified") is True and isinstance(email, str) else None
    by = Actor(None, current.browser().network)
    account = account_of_identity(identity, verified, clock.now(), by)
    if account is None:
        return _unanswered(
            _(
                "The directory knows you, but there is no account here for your address. Ask your office for one."
            )
        )
    return sign_in.enter(account, "directory", identity=identity)
