"""The heartbeat: a device reports its state and gets messages, locks and the fingerprint of its configuration."""

from flask import Blueprint, Flask

from kiosk.api.configuration import configuration_to_store, desk_message, fingerprint, heads_inside
from kiosk.api.device_token import authenticated_kiosk
from kiosk.api.request_body import decode_json
from models import clock
from models.campaigns.tables import find_campaign
from models.devices import heartbeats
from models.errors import N_

bp = Blueprint("heartbeat", __name__)

EXPECTED = N_('Send the kiosk status as JSON: {"waiting": 0, "aside": 0, …}.')


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/api/v1/kiosk/heartbeat")
def heartbeat() -> dict:
    """A device fetches GET /api/v1/kiosk again when `knowledge` differs from its own."""
    now = clock.now()
    kiosk = authenticated_kiosk(now)
    heartbeats.save_report(kiosk, heartbeats.parse_report(decode_json(dict, EXPECTED), now), now)
    campaign = find_campaign(kiosk.campaign_id)
    stored = configuration_to_store(kiosk, campaign, now)
    return {
        "server_time": clock.instant_text(now, campaign.zone),
        "message": desk_message(kiosk),
        "locked": kiosk.locked_at is not None,
        "knowledge": fingerprint(stored),
        "inside": {str(id): count for id, count in heads_inside(stored).items()},
    }
