"""POST /api/v1/scans: devices upload their scans."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kiosk.api.description import ScanResult
from kiosk.api.device_token import NOT_PAIRED, NotPairedError, authenticated_source
from kiosk.api.request_body import NOT_JSON, NotJsonError, body_bytes
from kiosk.verdict_words import message
from models import clock
from models.campaigns.tables import Campaign
from models.checkin import admit
from models.checkin.attempt import Attempt, read_attempt
from models.db import db
from models.devices import kiosks
from models.errors import N_, Mistake
from models.ledger.tables import Answer, Direction, Flag, Reason, Scan, ScanKind, Verdict

bp = Blueprint("scans", __name__)


class TooManyError(Mistake):
    status = 413


class NotUnderstoodError(Mistake):
    status = 422


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/api/v1/scans")
def submit_scans() -> ResponseReturnValue:
    """Judge a batch. 200 whatever the people did; 4xx only for the request itself."""
    now = clock.now()
    source = authenticated_source(now)
    scans, device_time = _read_request()
    read_attempts = [read_attempt(raw, now) for raw in scans]
    try:
        answered = admit.admit([attempt for attempt in read_attempts if attempt], source, now, device_time)
    except admit.EndedError:
        raise NotPairedError(NOT_PAIRED) from None
    answers, words = iter(answered), _Words(source.campaign, answered)
    results = [
        _result(raw, attempt, next(answers) if attempt else NOT_KEPT, words)
        for raw, attempt in zip(scans, read_attempts, strict=True)
    ]
    kiosks.update_seen_at(source.kiosk_id, now)
    body = {"server_time": clock.instant_text(now, source.campaign.zone), "results": results}
    return Response(msgspec.json.encode(body), content_type="application/json")


class ScanBatch(msgspec.Struct):
    """The body of the request. What is in each scan is judged scan by scan, so that a bad one holds up no other."""

    scans: list
    device_time: object = None


def _read_request() -> tuple[list, datetime | None]:
    """The scans and the device's clock. Raises Mistake with what to change about the request."""
    if not request.is_json:
        raise NotJsonError(N_("Send the scans as application/json."))
    try:
        batch = _decode(body_bytes())
    except msgspec.ValidationError:
        raise NotUnderstoodError(N_("Send an object with a list named “scans”.")) from None
    except (ValueError, RecursionError):
        raise Mistake(NOT_JSON) from None
    if len(batch.scans) > admit.MAX_BATCH:
        raise TooManyError(N_("Send at most %(most)s scans at a time."), most=admit.MAX_BATCH)
    try:
        device_time = clock.parse_instant(batch.device_time) if batch.device_time is not None else None
    except Mistake as mistake:
        raise NotUnderstoodError(mistake.message, **mistake.values) from None
    return batch.scans, device_time


def _decode(body: bytes) -> ScanBatch:
    try:
        return msgspec.json.decode(body, type=ScanBatch)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # Half a surrogate pair in one scan ("\ud800"): Python's own json reads it, so that only that scan is refused.
        return msgspec.convert(json.loads(body), ScanBatch)


NOT_KEPT = Answer(None, Verdict.REFUSED, Reason.BAD_SCAN)  # without a valid id there is nothing to keep it by


def _first_contents(answers: Sequence[Answer]) -> dict[UUID | None, tuple[str, str]]:
    """Kind and direction of the scans that came again with other content: the answer is worded from what came first."""
    ids = [answer.id for answer in answers if Flag.CONFLICT in answer.flags]
    if not ids:
        return {}
    query = select(Scan.id, Scan.kind, Scan.direction).where(Scan.id.in_(ids))
    return {scan_id: (kind, direction) for scan_id, kind, direction in db.session.execute(query)}


def _result(raw: Any, attempt: Attempt | None, answer: Answer, words: "_Words") -> ScanResult:
    # The id as the device spells it, whose table of ids may tell upper case from lower.
    return ScanResult(
        raw["id"] if attempt else None,
        answer.verdict,
        answer.reason,
        words.message(attempt, answer),
        answer.group,
        answer.headcount,
        clock.instant_text(answer.since, words.campaign.zone) if answer.since else None,
        answer.flags.names,
        answer.again,
    )


class _Words:
    """The messages of one request: most of its answers say the same."""

    def __init__(self, campaign: Campaign, answers: Sequence[Answer]):
        self.campaign, self._contents = campaign, _first_contents(answers)
        self._messages: dict[tuple, str] = {}

    def message(self, attempt: Attempt | None, answer: Answer) -> str:
        sent = (attempt.kind, attempt.direction) if attempt else (ScanKind.PASS, Direction.IN)
        kind, direction = self._contents.get(answer.id, sent) if self._contents else sent
        key = (answer.verdict, answer.reason, answer.flags, answer.headcount, answer.since, kind, direction)
        if key not in self._messages:
            self._messages[key] = message(answer, self.campaign, kind=kind, direction=direction)
        return self._messages[key]
