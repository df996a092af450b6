"""The cookie by which a second visit of a browser is known: a random mark for each person who uses the phone."""

import secrets
from datetime import date
from uuid import UUID

from flask import Response, request

from models.checkin.phone import browser_hash
from models.ledger.tables import Scan

COOKIE = "ow_browser"
HOST_COOKIE = f"__Host-{COOKIE}"  # behind TLS; one that was set before is still read
COOKIE_DAYS = 30
MAX_PEOPLE = 20  # who share one phone; a class has a group pass


def marks() -> list[str]:
    """The marks of this browser, the newest last."""
    return [
        mark
        for mark in (request.cookies.get(HOST_COOKIE) or request.cookies.get(COOKIE, "")).split(".")
        if mark
    ][-MAX_PEOPLE:]


def new_mark() -> str:
    return secrets.token_urlsafe(24)


def holders() -> list[str]:
    """Who this browser is in the ledger, the newest person first."""
    return [browser_hash.holder_of(mark) for mark in reversed(marks())]


def own_scan(scan_id: UUID) -> Scan | None:
    """The attempt with this id, when this browser made it."""
    rows = (browser_hash.visit_of(holder, scan_id) for holder in holders())
    return next((row for row in rows if row is not None), None)


def visit_on(occurrence_id: int, day: date) -> Scan | None:
    """The visit of somebody with this phone at an occurrence on a day, the newest person first."""
    people = holders()
    visits = browser_hash.visits_on(people, occurrence_id, day) if people else {}
    return next((visits[holder] for holder in people if holder in visits), None)


def rate_limit_key() -> str:
    """This browser, or the address of one that sends no cookie."""
    return next(iter(holders()), f"address {request.remote_addr}")


def set_cookie(response: Response, kept: list[str]) -> Response:
    """The only place that sets the marks."""
    response.set_cookie(
        HOST_COOKIE if request.is_secure else COOKIE,
        ".".join(kept),
        max_age=COOKIE_DAYS * 86_400,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response
