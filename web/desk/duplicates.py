"""Possible duplicates side by side: merge a pair or mark it as different."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.db import LARGEST_ID, db
from models.events import scope
from models.events.tables import Event
from models.figures import event_overview
from models.publishing import duplicates

pages = Blueprint("desk_duplicates", __name__, url_prefix="/desk/duplicates")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), clock.now())
    pairs, total = duplicates.possible_duplicates(current_user, campaign) if campaign else ([], 0)
    return render_template(
        "desk/duplicates.html",
        campaign=campaign,
        campaigns=campaigns,
        pairs=pairs,
        total=total,
        merged_event=_merged_event(),
    )


@pages.post("/<int:kept_id>/same/<int:other_id>")
@login_required
def same(kept_id: int, other_id: int) -> ResponseReturnValue:
    event = duplicates.merge_pair(current_user, kept_id, other_id, clock.now())
    return redirect(url_for(".index", campaign=event.campaign_id, kept=event.id), 303)


@pages.post("/<int:one_id>/different/<int:other_id>")
@login_required
def different(one_id: int, other_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, one_id, scope.changes)
    duplicates.mark_different(current_user, event.id, other_id, clock.now())
    return redirect(url_for(".index", campaign=event.campaign_id), 303)


def _merged_event() -> Event | None:
    """The event kept by the merge before, for the confirmation."""
    event_id = request.args.get("kept", 0, int)
    query = scope.events_for(current_user).where(Event.id == event_id)
    return db.session.scalar(query) if 0 < event_id <= LARGEST_ID else None
