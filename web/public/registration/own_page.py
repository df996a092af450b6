"""The page of a registration for who made it, at a secret address: its pass, or its place on the waiting list; cancelling.

The address is kept as a hash, and these pages pass it to no other site: no referrer, no index, no store, no log."""

import re

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import clock
from models.codes import passes
from models.errors import Mistake
from models.events.merges import standing_event
from models.registration import changes, registrations, settings
from models.registration.tables import Registration, RegistrationState
from web import errors
from web.rate_limits import limiter

CHANGES = "300 per minute"  # of one network: a class that cancels

pages = Blueprint("registration", __name__)
_SECRET_PATH = re.compile("/+r(?:/|$)", re.IGNORECASE)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.after_request(_protect_secret_pages)


def _protect_secret_pages(response: Response) -> Response:
    """By the path: a 404 or a 429 of a secret address needs the headers too."""
    if _SECRET_PATH.match(request.path):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@pages.get("/r/<secret>", strict_slashes=False)
@pages.get("/R/<secret>", strict_slashes=False)
def show(secret: str) -> ResponseReturnValue:
    return _page(registrations.find_by_secret(secret), secret)


def _page(row: Registration, secret: str, error: str = "") -> str:
    now = clock.now()
    offered = row.settings
    event = standing_event(offered.event)
    waiting = row.state == RegistrationState.WAITING
    return render_template(
        "public/registration/own_page.html",
        campaign=event.campaign,
        event=event,
        row=row,
        sessions=settings.all_sessions(offered),
        held=settings.is_held(offered),
        changed=changes.has_changed(row),
        over=settings.ends_at(offered) <= now,
        before=registrations.waiting_before(row) if waiting else 0,
        too_many=waiting and row.headcount > offered.places,
        pass_token=_token(row),
        by_mail=row.by_mail and current_app.config["MAIL_SERVER"] is not None,
        secret=secret,
        error=error,
        typed=request.form.get("headcount", ""),
    )


@pages.post("/r/<secret>/cancel")
@pages.post("/R/<secret>/cancel")
@limiter.limit(CHANGES)
def cancel(secret: str) -> ResponseReturnValue:
    registrations.cancel(registrations.find_by_secret(secret), clock.now())
    return redirect(url_for(".show", secret=secret), 303)


@pages.post("/r/<secret>/headcount")
@pages.post("/R/<secret>/headcount")
@limiter.limit(CHANGES)
def lower(secret: str) -> ResponseReturnValue:
    row, text = registrations.find_by_secret(secret), request.form.get("headcount", "").strip()
    headcount = int(text) if text.isdecimal() and len(text) < 10 else None
    try:
        registrations.lower_headcount(row, headcount, clock.now())
    except Mistake as mistake:
        return _page(row, secret, errors.sentence(mistake)), mistake.status
    return redirect(url_for(".show", secret=secret), 303)


def _token(row: Registration) -> str | None:
    """Of the pass as it is now; None while there is none that lets anybody in."""
    if row.state != RegistrationState.REGISTERED or row.issued is None:
        return None
    issued = passes.newest_of(row.issued)
    return issued.token if issued.revoked_at is None else None
