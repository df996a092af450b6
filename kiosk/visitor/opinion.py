"""The question after coming, on the page of a pass, on the result page of a phone, and from a kiosk: one tap."""

from uuid import UUID

import msgspec
from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kiosk.api.device_token import authenticated_kiosk
from kiosk.api.request_body import decode_json
from kiosk.phone import browser, problems
from kiosk.rate_limits import BY_ADDRESS, limiter
from models import clock
from models.campaigns.tables import Campaign
from models.codes import pass_lookup
from models.db import db
from models.errors import N_, Conflict, NotFound
from models.events.tables import Event
from models.ledger.tables import Scan
from models.visitors import opinions
from models.visitors.visits import visits_of

bp = Blueprint("opinion", __name__)

NO_VISIT = N_("This check-in does not count, so there is nothing to answer.")
EXPECTED = N_('Send the answer as JSON: {"scan": "…", "answer": "…"}.')


class KioskAnswer(msgspec.Struct):
    scan: UUID
    answer: str


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/c/<token>/opinion")
@bp.post("/C/<token>/opinion")
@limiter.limit(BY_ADDRESS)
def of_pass(token: str) -> ResponseReturnValue:
    opened = pass_lookup.read_pass(token)
    if opened is None or opened.revoked:
        return problems.problem_page(
            problems.no_pass() if opened is None else problems.revoked_pass(opened.campaign)
        )
    _give_once(opened.campaign, opened.holder, request.form.get("scan", ""))
    # Another address than the page that the browser may have remembered for a day.
    return redirect(url_for("pass_page.show", token=token, answered=1), 303)


@bp.post("/v/<token>/<uuid:scan_id>/opinion")
@bp.post("/V/<token>/<uuid:scan_id>/opinion")
@limiter.limit(BY_ADDRESS)
def of_phone(token: str, scan_id: UUID) -> ResponseReturnValue:
    row = browser.own_scan(scan_id)
    if row is None or row.holder is None or row.event_id is None:
        return problems.problem_page(problems.not_yours())
    campaign = db.session.get_one(Event, row.event_id).campaign
    _give_once(campaign, row.holder, request.form.get("scan", ""))
    return redirect(url_for("phone_result.result", token=token, scan_id=scan_id, answered=1), 303)


def _give_once(campaign: Campaign, holder: str, scan: str) -> None:
    """A second tap is harmless."""
    try:
        give(campaign, holder, scan, request.form.get("answer", ""))
    except Conflict as conflict:
        if conflict.message != opinions.ANSWERED:
            raise


def give(campaign: Campaign, holder: str, scan: str, answer: str) -> None:
    """The answer to the visit with this scan. Raises NotFound, Mistake, Conflict."""
    visit = next((one for one in visits_of(campaign, holder) if str(one.scan_id) == scan), None)
    if visit is None:
        raise NotFound(NO_VISIT)
    opinions.give(holder, visit, answer)


@bp.post("/api/v1/kiosk/opinions")
def of_kiosk() -> dict:
    """The tap after a check-in at this device: {"scan": id of the scan, "answer": key}. Again is harmless."""
    kiosk = authenticated_kiosk(clock.now())
    sent = decode_json(KioskAnswer, EXPECTED)
    row = db.session.scalar(select(Scan).where(Scan.id == sent.scan, Scan.kiosk_id == kiosk.id))
    if row is None:
        raise NotFound(NO_VISIT)
    campaign = db.session.get_one(Campaign, kiosk.campaign_id)
    try:
        give(campaign, row.holder or "", str(sent.scan), sent.answer)
    except Conflict as conflict:
        if conflict.message != opinions.ANSWERED:
            raise
        return {"counted": False}
    return {"counted": True}
