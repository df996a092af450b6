"""The page behind a venue code: one question (which group), one tap, one verdict. Works without JavaScript.

GET /V/<token> checks the code and hands out a ticket; POST there with ticket and group admits, by the same path as
every kiosk; the answer is shown at an address of its own, to this browser alone.
"""

import secrets
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kiosk.phone import problems
from kiosk.phone import ticket as tickets
from kiosk.rate_limits import limiter
from kiosk.secret_pages import keep_secret
from kiosk.verdict_words import message
from models import clock
from models.campaigns.tables import UNKNOWN_GROUP
from models.checkin import admit, browser_hash, nearness, resends
from models.checkin.attempt import Attempt
from models.checkin.pending_scan import ScanSource
from models.codes import venue_codes
from models.codes.venue_codes import VenueCode
from models.db import db
from models.events import check_in_window
from models.events.check_in_window import CheckInWindow
from models.events.merges import standing_event
from models.events.tables import Event, Occurrence
from models.ledger import tables as ledger
from models.ledger.tables import ScanKind

bp = Blueprint("phone_check_in", __name__)

COOKIE = "ow_browser"
COOKIE_DAYS = 30
# A school behind one address checks in by the hundred; a script that invents browsers wants thousands.
CHECK_IN_LIMIT = "600 per minute"


class UnknownGroupError(Exception):
    """The form named a group that the campaign does not have."""


def register(app: Flask) -> None:
    app.after_request(keep_secret)  # of the passes too, and of answers that come before any page
    app.register_blueprint(bp)


@bp.get("/v/<token>", strict_slashes=False)
@bp.get("/V/<token>", strict_slashes=False)
def landing(token: str) -> Response:
    """The question. Its ticket says when the visitor stood here, however long the choice then takes."""
    now = clock.now()
    opened = venue_codes.read_code(token, now)
    code = opened.code
    if opened.problem or code is None:
        return problems.problem_page(problems.of_code(opened))
    event = standing_event(code.event)
    windows = check_in_window.windows_of([event.id], event.campaign.zone)
    window = check_in_window.open_window(windows, now)
    if window is None:
        return problems.problem_page(problems.of_event(event, windows, now))
    cookie = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    ticket = tickets.write(code, browser_hash.holder_of(cookie), now)
    return _set_browser_cookie(make_response(_group_question(code, event, window, ticket, now)), cookie)


def _group_question(code: VenueCode, event: Event, window: CheckInWindow, ticket: str, now: datetime) -> str:
    return render_template(
        "kiosk/phone/check_in.html",
        campaign=event.campaign,
        event=event,
        place=code.venue,
        sitting=db.session.get_one(Occurrence, window.occurrence_id),
        today=event.campaign.today(now),
        ticket=ticket,
        unknown=UNKNOWN_GROUP,
        area=nearness.asked(code),
    )


@bp.post("/v/<token>", strict_slashes=False)
@bp.post("/V/<token>", strict_slashes=False)
@limiter.limit(CHECK_IN_LIMIT)
def check_in(token: str) -> ResponseReturnValue:
    """The tap. The ticket decides, not the step in the address: a screen's code has long changed by now."""
    now = clock.now()
    code, cookie = venue_codes.read_code(token, now).code, request.cookies.get(COOKIE)
    if code is None:
        return problems.problem_page(problems.not_ours())
    if cookie is None:
        return problems.problem_page(problems.no_cookie())
    holder, group = browser_hash.holder_of(cookie), request.form.get("group", "")
    try:
        ticket = tickets.read(request.form.get("ticket", ""), code, holder, now)
        _admit(ticket, code, holder, group, now)
    except tickets.ForeignTicketError:
        return problems.problem_page(problems.foreign_ticket())
    except tickets.OldTicketError:
        return problems.problem_page(problems.old_ticket(code, token))
    except UnknownGroupError:
        return problems.problem_page(problems.unknown_group(code.event, token))
    except admit.BusyError:
        return problems.problem_page(problems.busy(code.event))
    return redirect(url_for("phone_check_in.result", token=token, scan_id=ticket.scan_id), 303)


def _admit(ticket: tickets.Ticket, code: VenueCode, holder: str, group: str, now: datetime) -> None:
    event = standing_event(code.event)
    event_id, campaign = event.id, event.campaign
    if group != UNKNOWN_GROUP and campaign.group_number(group) == 0:
        raise UnknownGroupError
    attempt = Attempt(
        id=ticket.scan_id,
        kind=ScanKind.VENUE,
        at=ticket.opened,
        group=group,
        holder=holder,
        method=code.method,
        code_number=code.number,
        near=nearness.answer(nearness.asked(code), request.form.get("near")),
    )
    admit.admit([attempt], ScanSource(campaign, lambda at: [event_id]), now)


@bp.get("/v/<token>/<uuid:scan_id>", strict_slashes=False)
@bp.get("/V/<token>/<uuid:scan_id>", strict_slashes=False)
def result(token: str, scan_id: UUID) -> Response:
    """What became of it, for the browser that did it; for any other there is nothing here."""
    cookie = request.cookies.get(COOKIE)
    row = browser_hash.visit_of(browser_hash.holder_of(cookie), scan_id) if cookie else None
    if row is None:
        return problems.problem_page(problems.not_yours())
    answer = resends.first_answer(row)
    event = db.session.get_one(Event, row.event_id or _event_of_code(row))
    page = render_template(
        "kiosk/phone/result.html",
        campaign=event.campaign,
        event=event,
        sitting=db.session.get(Occurrence, row.occurrence_id) if row.occurrence_id else None,
        answer=answer,
        message=message(answer, event.campaign, kind=ScanKind.VENUE),
    )
    return make_response(page)


@bp.route("/v/<path:text>", methods=("GET", "POST"))
@bp.route("/V/<path:text>", methods=("GET", "POST"))
def not_a_code(text: str) -> Response:
    """A scanned text with slashes in it (an address of a payment service): told as any other that is not ours."""
    return problems.problem_page(problems.not_ours())


def _event_of_code(row: ledger.Scan) -> int:
    """A refused attempt may belong to no sitting; its code still says which event it was meant for."""
    return db.session.scalars(select(VenueCode.event_id).where(VenueCode.number == row.code_number)).one()


def _set_browser_cookie(response: Response, cookie: str) -> Response:
    """The only place that sets the mark by which a second visit of a browser is known."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_DAYS * 86_400,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response
