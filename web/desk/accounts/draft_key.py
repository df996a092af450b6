"""The key with which the browser encrypts drafts of one account's forms. Only its signed-in pages are given it."""

import hmac
from base64 import b64encode

from flask import Flask, current_app

from models.organizations.tables import Account


def register(app: Flask) -> None:
    app.jinja_env.globals["draft_key"] = draft_key


def draft_key(account: Account) -> str:
    """256 bits in base64, the same at each sign-in: of the server's key and the account, so that no table is needed."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return b64encode(hmac.digest(secret, b"openweek-draft\x01%d" % account.id, "sha256")).decode()
