"""Passes that visitors issue to themselves on an event's page, valid at every event of the week."""

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.phone import problems
from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.codes import passes, self_issue_limit
from models.errors import N_, Conflict, TooMany

bp = Blueprint("self_issue", __name__)


@bp.errorhandler(TooMany)
def handle_too_many(mistake: TooMany) -> Response:
    """A page that keeps the choice and sends it again."""
    return problems.retry_page(round(mistake.wait.total_seconds()))


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["can_self_issue"] = can_self_issue


def can_self_issue(campaign: Campaign) -> bool:
    """Whether the week is not over."""
    return campaign.today(clock.now()) <= campaign.ends


@bp.post("/c/take")
@bp.post("/C/take")
def issue_to_visitor() -> ResponseReturnValue:
    campaign, now = find_campaign(request.form.get("campaign", "")), clock.now()
    if not can_self_issue(campaign):
        raise Conflict(N_("This week is over, so passes are no longer issued."))
    self_issue_limit.count_pass(request.remote_addr or "", current_app.config["SECRET_KEY"], now)
    issued = passes.issue(campaign, request.form.get("group", ""), now, self_issued=True)
    return redirect(url_for("pass_page.show", token=issued[0].token), 303)
