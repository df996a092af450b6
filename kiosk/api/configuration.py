"""The configuration of a paired device: all it needs to judge a scan offline, and messages from the desk."""

import hashlib
import json
from base64 import b64encode
from datetime import datetime

from flask import Blueprint, Flask, Response, make_response
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kiosk.api.device_token import authenticated_kiosk
from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, TermKind, find_campaign
from models.checkin import admit
from models.checkin.attempt import MAX_HEADCOUNT
from models.codes import keys, pass_rows
from models.db import db
from models.devices.kiosks import Kiosk
from models.events import check_in_window
from models.events.merges import merged_into, standing_for
from models.events.tables import Event, Occurrence
from models.ledger import in_effect
from models.ledger.occupancy import occupancy
from models.visitors import opinions

LEAST_CLIENT = 1
RULES_VERSION = 3  # 2: scopes of the device are part of the configuration; 3: passes of one session
SAME_CODE_GUARD_MS = 3000


bp = Blueprint("configuration", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/api/v1/kiosk")
def configuration() -> Response:
    now = clock.now()
    kiosk = authenticated_kiosk(now)
    response = make_response(full_configuration(kiosk, find_campaign(kiosk.campaign_id), now))
    response.headers["Cache-Control"] = "no-store"
    return response


def full_configuration(kiosk: Kiosk, campaign: Campaign, now: datetime) -> dict:
    """The answer of GET /api/v1/kiosk: the part to store with its fingerprint, occupancy, and the server's time."""
    stored = configuration_to_store(kiosk, campaign, now)
    version = fingerprint(stored)
    heads = heads_inside(stored)
    for event in stored["events"]:
        for occurrence in event["occurrences"]:
            occurrence["inside"] = heads[occurrence["id"]]
    return {
        **stored,
        "knowledge": version,
        "message": desk_message(kiosk),
        "locked": kiosk.locked_at is not None,
        "server_time": clock.instant_text(now, campaign.zone),
    }


def desk_message(kiosk: Kiosk) -> dict | None:
    """The desk's message to the steward; None without one."""
    return {"text": kiosk.message} if kiosk.message else None


def fingerprint(stored: dict) -> str:
    """16 hex digits that change with the configuration."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:16]


def heads_inside(stored: dict) -> dict[int, int]:
    """Heads in the room, by occurrence of a stored configuration."""
    return occupancy([occurrence["id"] for event in stored["events"] for occurrence in event["occurrences"]])


def kiosk_json(kiosk: Kiosk) -> dict:
    """The device itself. scopes: of scan, tally, supervisor; expires: an instant, or null."""
    return {
        "id": kiosk.id,
        "name": kiosk.name,
        "supervisor": kiosk.supervisor,
        "scopes": kiosk.scopes,
        "expires": clock.instant_text(kiosk.expires_at) if kiosk.expires_at else None,
    }


def configuration_to_store(kiosk: Kiosk, campaign: Campaign, now: datetime) -> dict:
    """The part that changes only when somebody edits it, so a device can keep it."""
    ids = kiosk.event_ids_at(now)
    standing = standing_for(ids)
    query = (
        select(Event).where(Event.id.in_({standing.get(number, number) for number in ids})).order_by(Event.id)
    )
    events = db.session.scalars(
        query.options(selectinload(Event.occurrences).joinedload(Occurrence.venue))
    ).all()
    merged = merged_into([event.id for event in events])
    return {
        "kiosk": kiosk_json(kiosk),
        "campaign": {
            "id": campaign.id,
            "number": campaign.number,
            "zone": campaign.zone,
            "name": {"zh": campaign.name_zh, "en": campaign.name_en},
            "rehearsal": campaign.rehearsal,
        },
        "events": [_event_json(event, merged[event.id], campaign.zone) for event in events],
        "groups": [
            _group_json(term.number, term.key, term.name_zh, term.name_en, term.icon)
            for term in campaign.groups
        ],
        "keys": {
            str(key.id): {"algorithm": key.algorithm, "public": b64encode(key.public).decode()}
            for key in keys.public_keys()
            if key.public is not None
        },
        "revoked": pass_rows.revoked_serials(campaign.id),
        "session_passes": pass_rows.sessions_of_passes(
            [occurrence.id for event in events for occurrence in event.occurrences]
        ),
        "question": _question_json(campaign),
        "rewards": bool(campaign.rewards),
        "rules": _rules_json(),
        "least_client": LEAST_CLIENT,
    }


def _question_json(campaign: Campaign) -> dict | None:
    """The question after a check-in; events say whether it is asked there."""
    if not campaign.question_zh:
        return None
    answers = campaign.terms_of(TermKind.ANSWER)
    return {
        "text": {"zh": campaign.question_zh, "en": campaign.question_en},
        "answers": [{"key": term.key, "name": {"zh": term.name_zh, "en": term.name_en}} for term in answers],
    }


def _event_json(event: Event, merged: list[int], zone: str) -> dict:
    """merged: ids of events that it stands for; passes bound to them are valid here."""
    return {
        "id": event.id,
        "merged": merged,
        "title": event.title,
        "status": event.status,
        "track_exits": event.track_exits,
        "asks_opinion": opinions.is_asked(event),
        "occurrences": [_occurrence_json(event, occurrence, zone) for occurrence in event.occurrences],
    }


def _occurrence_json(event: Event, occurrence: Occurrence, zone: str) -> dict:
    """start/end: instants, or days (the last one included) without clock times. opens/closes: when scans count."""
    window = check_in_window.window_of(occurrence, event.status, event.withdrawn_at is not None, zone)
    start, end = occurrence.start_at, occurrence.end_at
    return {
        "id": occurrence.id,
        "event": event.id,
        "start": clock.instant_text(start, zone) if start else occurrence.start_day.isoformat(),
        "end": clock.instant_text(end, zone) if end else None if start else occurrence.end_day.isoformat(),
        "half_day": occurrence.half_day,
        "when_told": event.time_text or None,
        "venue": occurrence.venue.name if occurrence.venue else event.venue_text or None,
        "capacity": occurrence.capacity,
        "opens": clock.instant_text(window.opens, zone),
        "closes": clock.instant_text(window.closes, zone),
        "held": window.takes_place,
    }


def _group_json(number: int, key: str, zh: str, en: str, icon: str) -> dict:
    """One audience group; colour: the class in tokens.css that carries its three colours."""
    return {
        "number": number,
        "key": key,
        "name": {"zh": zh, "en": en},
        "icon": icon or UNKNOWN_GROUP,
        "colour": f"group-n{number} group-{key}",
    }


def _rules_json() -> dict:
    """The rules that a device applies offline. A changed rule raises the version."""
    return {
        "version": RULES_VERSION,
        "open_before_minutes": int(check_in_window.MARGIN.total_seconds() // 60),
        "open_after_minutes": int(check_in_window.MARGIN.total_seconds() // 60),
        "same_code_guard_ms": SAME_CODE_GUARD_MS,
        "undo_minutes": int(in_effect.UNDO_WITHIN.total_seconds() // 60),
        "max_batch": admit.MAX_BATCH,
        "max_headcount": MAX_HEADCOUNT,
    }
