"""What became of a phone's check-in, for the browser that made it; and the change of a group that was tapped by mistake.

A correction is two rows in one batch: an undo of the first scan and the same scan with another group. It is possible for as
long as the landing ticket was good.
"""

from datetime import datetime
from uuid import UUID, uuid5

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kiosk.phone import browser, problems
from kiosk.phone.ticket import LIFE
from kiosk.rate_limits import BY_ADDRESS, limiter
from kiosk.verdict_words import message
from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.checkin import admit, resends
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes.venue_codes import VenueCode
from models.db import db
from models.events.tables import Event, Occurrence
from models.ledger.tables import Answer, Method, Nearness, Scan, ScanKind, Verdict
from models.visitors.stamp_card import card_of

bp = Blueprint("phone_result", __name__)

CORRECTIONS = "20 per minute"


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/v/<token>/<uuid:scan_id>", strict_slashes=False)
@bp.get("/V/<token>/<uuid:scan_id>", strict_slashes=False)
def result(token: str, scan_id: UUID) -> Response:
    """The answer to one scan of this browser; for any other browser there is nothing here."""
    row = browser.own_scan(scan_id)
    if row is None:
        return problems.problem_page(problems.not_yours())
    visit = browser.visit_on(row.occurrence_id, row.day) if row.occurrence_id else None
    return result_page(token, _event_of(row), row, resends.first_answer(row), visit)


def already_page(token: str, event: Event, visit: Scan) -> Response:
    """For a phone that has checked in today and opens the code again."""
    answer = Answer(visit.id, Verdict.REPEAT, group=visit.group, since=visit.at)
    return result_page(token, event, visit, answer, visit)


def result_page(token: str, event: Event, row: Scan, answer: Answer, visit: Scan | None) -> Response:
    """visit: the scan by which the person counts, whose group can still be changed for a while."""
    now = clock.now()
    correctable = visit is not None and visit.kind == ScanKind.VENUE and now - visit.at <= LIFE
    page = render_template(
        "kiosk/phone/result.html",
        campaign=event.campaign,
        event=event,
        token=token,
        occurrence=db.session.get(Occurrence, row.occurrence_id) if row.occurrence_id else None,
        answer=answer,
        message=message(answer, event.campaign, kind=ScanKind.VENUE),
        group=visit.group if visit else answer.group,
        correctable=visit if correctable else None,
        until=visit.at + LIFE if visit else None,
        unknown=UNKNOWN_GROUP,
        card=card_of(event.campaign, row.holder) if row.holder and row.verdict != Verdict.REFUSED else None,
        now=now,
        another=row.verdict != Verdict.REFUSED and len(browser.marks()) < browser.MAX_PEOPLE,
    )
    return make_response(page)


@bp.post("/v/<token>/<uuid:scan_id>", strict_slashes=False)
@bp.post("/V/<token>/<uuid:scan_id>", strict_slashes=False)
@limiter.limit(CORRECTIONS, key_func=browser.rate_limit_key, on_breach=problems.too_many)
@limiter.limit(BY_ADDRESS, on_breach=problems.too_many)
def correct(token: str, scan_id: UUID) -> ResponseReturnValue:
    """Another group for a scan of this browser, while its ticket is good."""
    now, group = clock.now(), request.form.get("group", "")
    row = browser.own_scan(scan_id)
    if row is None or row.verdict == Verdict.REFUSED:
        return problems.problem_page(problems.not_yours())
    event = _event_of(row)
    if now - row.at > LIFE:
        return problems.problem_page(problems.too_late_to_change(event))
    if group != UNKNOWN_GROUP and event.campaign.group_number(group) == 0:
        return problems.problem_page(problems.unknown_group(event, token))
    if group == row.group:
        return redirect(url_for("phone_result.result", token=token, scan_id=scan_id), 303)
    try:
        corrected = _correct(row, event.campaign, group, now)
    except admit.BusyError:
        return problems.problem_page(problems.busy(event))
    return redirect(url_for("phone_result.result", token=token, scan_id=corrected), 303)


def _correct(row: Scan, campaign: Campaign, group: str, now: datetime) -> UUID:
    """The id of the scan that takes the place of this one. Both ids follow from the first, so a second tap adds nothing."""
    undo = Attempt(id=uuid5(row.id, "undo"), kind=ScanKind.UNDO, at=now, undoes=row.id)
    corrected = Attempt(
        id=uuid5(row.id, "corrected"),
        kind=ScanKind.VENUE,
        at=row.at,
        shown=Verdict.STORED,  # the phone has shown green: whatever the room or the hours are now, the visit stays
        group=group,
        holder=row.holder,
        method=Method(row.method) if row.method else None,
        code_number=row.code_number,
        near=Nearness(row.near) if row.near else None,
    )
    event_id = row.event_id
    source = ScanSource(campaign, lambda at: [event_id] if event_id is not None else [])
    admit.admit([undo, corrected], source, now)
    return corrected.id


def _event_of(row: Scan) -> Event:
    """A refused attempt may belong to no occurrence; its code still says which event it was meant for."""
    of_code = select(VenueCode.event_id).where(VenueCode.number == row.code_number)
    return db.session.get_one(Event, row.event_id or db.session.scalars(of_code).one())
