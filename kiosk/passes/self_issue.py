"""A pass that a visitor takes on an event's page: no name, no account, good at every event of the week."""

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, find_campaign
from models.codes import passes, self_issue_limit
from models.errors import N_, Conflict

bp = Blueprint("taking", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["may_take_pass"] = may_take


def may_take(week: Campaign) -> bool:
    """Whether the week has days left to go to."""
    return week.today(clock.now()) <= week.ends


@bp.post("/c/take")
@bp.post("/C/take")
def take() -> Response:
    week, now = find_campaign(request.form.get("campaign", "")), clock.now()
    if not may_take(week):
        raise Conflict(N_("This week is over, so passes are no longer issued."))
    self_issue_limit.count_pass(request.remote_addr or "", current_app.config["SECRET_KEY"], now)
    made = passes.issue(week, request.form.get("group", UNKNOWN_GROUP), now, self_issued=True)
    return redirect(url_for("passes.show", token=made[0].token), 303)
