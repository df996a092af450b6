"""Public pages and feeds read from the standby, where OPENWEEK_DATABASE_READ_URL names one.

While the standby cannot be reached they are read from the primary. Whoever works at the desk reads what was just written: a
browser with the desk's cookie gets public pages from the primary, never a kept one. Forms and addresses of one person are no
public pages.
"""

from typing import TYPE_CHECKING

from flask import Flask, request

from models.db import db, has_standby, public_engine, read_from_standby

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ENGINE = "openweek.public_engine"  # in the environment of a request: where the version of its page was read
PUBLIC = "/<campaign_id>/"
_PERSONAL = ("/my/", "/register", "/figures", "/wall")
_DESK_COOKIE = "openweek_desk="


def register(app: Flask) -> None:
    with app.app_context():
        if has_standby():
            app.before_request(_choose)


def reads_own(environ: "WSGIEnvironment") -> bool:
    """Whether this reader is signed in at the desk."""
    return _DESK_COOKIE in environ.get("HTTP_COOKIE", "")


def _choose() -> None:
    rule = request.url_rule.rule if request.url_rule else ""
    public = rule.startswith(PUBLIC) and not any(part in rule for part in _PERSONAL)
    if public and request.method in ("GET", "HEAD") and _DESK_COOKIE not in request.headers.get("Cookie", ""):
        engine = request.environ.get(ENGINE) or public_engine().current()
        if engine is not db.engine:
            read_from_standby()
