"""The page behind a venue code: one question (which group), one tap, one verdict. Works without JavaScript.

GET /V/<token> checks the code and hands out a ticket; POST there with ticket and group admits, by the same path as
every kiosk; the answer is shown at an address of its own, to this browser alone.
"""

from datetime import datetime

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

from kiosk.phone import browser, problems, result
from kiosk.phone import ticket as tickets
from kiosk.rate_limits import BY_ADDRESS, limiter, register_wrong_codes, wrong_codes
from kiosk.secret_pages import keep_secret
from models import clock
from models.campaigns.tables import UNKNOWN_GROUP
from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.phone import browser_hash, nearness
from models.checkin.scan_source import ScanSource
from models.codes import venue_codes
from models.codes.venue_codes import CodeProblem, CodeReading, VenueCode
from models.codes.wrong_codes import Limit
from models.db import db
from models.errors import TooMany
from models.events import check_in_window
from models.events.check_in_window import CheckInWindow
from models.events.merges import standing_event
from models.events.tables import Event, Occurrence
from models.ledger.network_counts import NetworkLimit
from models.ledger.tables import ScanKind
from models.security.networks import network_of

bp = Blueprint("phone_check_in", __name__)

CHECK_INS = "20 per minute"  # of one browser
NETWORK_LIMIT = "openweek_network_limit"
# Forged codes in a minute: of one browser, of one network at one event, and at all events together.
WRONG_OF_BROWSER, WRONG_OF_NETWORK, WRONG_AT_ALL_EVENTS = 20, 120, 600


class UnknownGroupError(Exception):
    """The form named a group that the campaign does not have."""


def register(app: Flask) -> None:
    app.extensions[NETWORK_LIMIT] = NetworkLimit()
    register_wrong_codes(app)
    app.after_request(keep_secret)  # of the passes too, and of answers that come before any page
    app.register_blueprint(bp)


@bp.get("/v/<token>", strict_slashes=False)
@bp.get("/V/<token>", strict_slashes=False)
def landing(token: str) -> Response:
    """The question. The ticket fixes the time of the visit, however long the choice takes."""
    now = clock.now()
    try:
        opened = _read_code(token, now)
    except TooMany as mistake:
        return problems.problem_page(problems.wrong_codes(mistake, token))
    code = opened.code
    if opened.problem or code is None:
        return problems.problem_page(problems.of_code(opened))
    event = standing_event(code.event)
    windows = check_in_window.windows_of([event.id], event.campaign.zone)
    window = check_in_window.open_window(windows, now)
    if window is None:
        return problems.problem_page(problems.of_event(event, windows, now))
    marks = browser.marks()
    if "another" in request.args and len(marks) < browser.MAX_PEOPLE:
        marks = [*marks, browser.new_mark()]
    elif visit := browser.visit_on(window.occurrence_id, event.campaign.today(now)):
        return result.already_page(token, event, visit)
    marks = marks or [browser.new_mark()]
    ticket = tickets.write(code, browser_hash.holder_of(marks[-1]), now)
    return browser.set_cookie(make_response(_group_question(code, event, window, ticket, now)), marks)


def _group_question(code: VenueCode, event: Event, window: CheckInWindow, ticket: str, now: datetime) -> str:
    return render_template(
        "kiosk/phone/check_in.html",
        campaign=event.campaign,
        event=event,
        place=code.venue,
        occurrence=db.session.get_one(Occurrence, window.occurrence_id),
        today=event.campaign.today(now),
        ticket=ticket,
        unknown=UNKNOWN_GROUP,
        area=nearness.area_of(code),
    )


@bp.post("/v/<token>", strict_slashes=False)
@bp.post("/V/<token>", strict_slashes=False)
@limiter.limit(CHECK_INS, key_func=browser.rate_limit_key, on_breach=problems.too_many)
@limiter.limit(BY_ADDRESS, on_breach=problems.too_many)
def check_in(token: str) -> ResponseReturnValue:
    """The tap. The ticket is checked, not the step in the address: a rotating code may have changed meanwhile."""
    now = clock.now()
    try:
        opened = _read_code(token, now)
    except TooMany as mistake:
        return problems.too_early(mistake)
    code, holders = opened.code, browser.holders()
    if code is None:
        return problems.problem_page(problems.not_ours())
    if not holders:
        return problems.problem_page(problems.no_cookie())
    try:
        ticket, holder = _read_ticket(code, holders, now)
        # A second tap of a check-in that was kept before the revocation is shown its answer.
        if opened.problem == CodeProblem.REVOKED and browser.own_scan(ticket.scan_id) is None:
            return problems.problem_page(problems.revoked_meanwhile(code.event))
        _count_network(code, now)
        _admit(ticket, code, holder, request.form.get("group", ""), now)
    except TooMany as mistake:
        return problems.too_early(mistake)
    except tickets.ForeignTicketError:
        return problems.problem_page(problems.foreign_ticket())
    except tickets.OldTicketError:
        return problems.problem_page(problems.old_ticket(code, token))
    except UnknownGroupError:
        return problems.problem_page(problems.unknown_group(code.event, token))
    except admit.BusyError:
        return problems.problem_page(problems.busy(code.event))
    return redirect(url_for("phone_result.result", token=token, scan_id=ticket.scan_id), 303)


def _read_code(token: str, now: datetime) -> CodeReading:
    """The code in an address. Raises TooMany for a browser that tried too many forged ones, also with a right one, and for a
    forged one from a network that tried too many.

    A right code is not refused for what others of its network tried: one of a class could keep the whole class out."""
    opened = venue_codes.read_code(token, now)
    if opened.event_id is None:
        return opened
    key: str = current_app.config["SECRET_KEY"]
    own = [Limit(f"venue code by {holder}", WRONG_OF_BROWSER) for holder in browser.holders()[:1]]
    if opened.code is not None:
        wrong_codes().check(own, key, now)
        return opened
    network = network_of(request.remote_addr or "")
    of_network = [
        Limit(f"venue code of event {opened.event_id} from {network}", WRONG_OF_NETWORK),
        Limit(f"venue code from {network}", WRONG_AT_ALL_EVENTS),
    ]
    wrong_codes().count([*own, *of_network], key, now)
    return opened


def _read_ticket(code: VenueCode, holders: list[str], now: datetime) -> tuple[tickets.Ticket, str]:
    """The ticket of the form and whose it is, of several people with one phone. Raises what tickets.read() raises."""
    text = request.form.get("ticket", "")
    for holder in holders:
        try:
            return tickets.read(text, code, holder, now), holder
        except tickets.ForeignTicketError:
            continue
    raise tickets.ForeignTicketError


def _count_network(code: VenueCode, now: datetime) -> None:
    """Raises TooMany."""
    limit: NetworkLimit = current_app.extensions[NETWORK_LIMIT]
    event_id = standing_event(code.event).id
    limit.count(event_id, request.remote_addr or "", current_app.config["SECRET_KEY"], now)


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
        near=nearness.parse_answer(nearness.area_of(code), request.form.get("near")),
    )
    admit.admit([attempt], ScanSource(campaign, lambda at: [event_id]), now)


@bp.route("/v/<path:text>", methods=("GET", "POST"))
@bp.route("/V/<path:text>", methods=("GET", "POST"))
def not_a_code(text: str) -> Response:
    """Scanned text with slashes, such as the address of a payment service."""
    return problems.problem_page(problems.not_ours())
