"""A pass that a visitor takes on an event's page: no name, no account, good at every event of the week."""

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, find_campaign
from models.codes import passes, self_issue_limit
from models.errors import N_, Conflict

bp = Blueprint("self_issue", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["can_self_issue"] = can_self_issue


def can_self_issue(campaign: Campaign) -> bool:
    """Whether the week has days left to go to."""
    return campaign.today(clock.now()) <= campaign.ends


@bp.post("/c/take")
@bp.post("/C/take")
def issue_to_visitor() -> ResponseReturnValue:
    campaign, now = find_campaign(request.form.get("campaign", "")), clock.now()
    if not can_self_issue(campaign):
        raise Conflict(N_("This week is over, so passes are no longer issued."))
    self_issue_limit.count_pass(request.remote_addr or "", current_app.config["SECRET_KEY"], now)
    issued = passes.issue(campaign, request.form.get("group", UNKNOWN_GROUP), now, self_issued=True)
    return redirect(url_for("pass_page.show", token=issued[0].token), 303)
