"""A device tells how it is, and hears what the desk wants of it."""

from flask import Blueprint, Flask

from kiosk.api.configuration import inside, knowledge, mark, message
from kiosk.api.device import device
from kiosk.api.json_body import json_object
from models import clock
from models.campaigns.tables import find_campaign
from models.devices import heartbeats
from models.errors import N_

bp = Blueprint("heartbeat", __name__)

ASKED = N_('Send the kiosk status as JSON: {"waiting": 0, "aside": 0, …}.')


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/api/v1/kiosk/heartbeat")
def beat() -> dict:
    """The device asks GET /api/v1/kiosk anew where `knowledge` is another than it was told there."""
    now = clock.now()
    kiosk = device(now)
    heartbeats.save_report(kiosk, heartbeats.parse_report(json_object(ASKED), now), now)
    week = find_campaign(kiosk.campaign_id)
    return {
        "server_time": clock.instant_text(now, week.zone),
        "message": message(kiosk),
        "locked": kiosk.locked_at is not None,
        "knowledge": mark(knowledge(kiosk, week, now)),
        "inside": {str(id): count for id, count in inside(kiosk.event_ids_at(now), week, now).items()},
    }
