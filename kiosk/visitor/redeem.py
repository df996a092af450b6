"""Rewards of the stamp card: given once, at the desk or by a paired device."""

import msgspec
from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from kiosk.api.device_token import authenticated_kiosk
from kiosk.api.request_body import decode_json
from models import clock
from models.campaigns.tables import find_campaign
from models.db import db
from models.errors import N_, Conflict, Mistake
from models.events import scope
from models.events.tables import Event
from models.visitors.find_card import holder_of_card
from models.visitors.stamp_card import StampCard, card_of, redeem

bp = Blueprint("redeem", __name__)

EXPECTED = N_('Send the card as JSON: {"code": "…"}, and "reward" to give one.')
LONGEST = 300  # of what is shown again


class KioskCard(msgspec.Struct):
    code: str
    reward: str | None = None


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/desk/events/<int:event_id>/cards")
@login_required
def index(event_id: int) -> str:
    return _page(scope.event_for(current_user, event_id, scope.runs_check_in))


@bp.post("/desk/events/<int:event_id>/cards")
@login_required
def look_up_or_give(event_id: int) -> ResponseReturnValue:
    """The card of a code; with a reward, gives it."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    campaign, code, reward = event.campaign, request.form.get("code", ""), request.form.get("reward", "")
    try:
        holder = holder_of_card(campaign, code)
    except Mistake as mistake:
        return _page(event, mistake=mistake), 422  # the page is there, a card with this code is not
    try:
        if reward:
            redeem(campaign, holder, reward, event, clock.now(), account_id=current_user.id)
    except Mistake as mistake:
        return _page(event, card_of(campaign, holder), mistake), mistake.status
    return _page(event, card_of(campaign, holder), given=bool(reward))


def _page(
    event: Event, card: StampCard | None = None, mistake: Mistake | None = None, *, given: bool = False
) -> str:
    return render_template(
        "kiosk/visitor/cards.html",
        event=event,
        campaign=event.campaign,
        card=card,
        typed=request.form.get("code", "")[:LONGEST],
        mistake=mistake,
        given=given,
    )


@bp.post("/api/v1/kiosk/cards")
def of_kiosk() -> dict:
    """The card of a pass or phone for a steward; with "reward", gives it: {"stamps", "focus_points", "rewards"}."""
    now = clock.now()
    kiosk = authenticated_kiosk(now)
    sent, campaign = decode_json(KioskCard, EXPECTED), find_campaign(kiosk.campaign_id)
    holder = holder_of_card(campaign, sent.code)
    if sent.reward is not None:
        event_ids = kiosk.event_ids_at(now)
        if not event_ids:
            raise Conflict(N_("This kiosk serves no event now."))
        event = db.session.get_one(Event, event_ids[0])
        redeem(campaign, holder, sent.reward, event, now, kiosk_id=kiosk.id)
    card = card_of(campaign, holder)
    rewards = [
        {
            "key": one.reward.key,
            "name": {"zh": one.reward.name_zh, "en": one.reward.name_en},
            "reached": one.reached,
            "redeemed_at": clock.instant_text(one.redeemed_at, campaign.zone) if one.redeemed_at else None,
        }
        for one in card.rewards
    ]
    return {"stamps": len(card.stamps), "focus_points": card.focus_points, "rewards": rewards}
