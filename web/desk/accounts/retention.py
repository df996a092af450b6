"""What is deleted after its time, and how much of it is due: for the committee. `openweek retention` is the same by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required
from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.ledger.holder_link_end import destroyed_at
from models.operations import holder_links, retention

SOON = timedelta(days=30)

pages = Blueprint("desk_retention", __name__, url_prefix="/desk/retention")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    now = clock.now()
    campaigns = db.session.scalars(select(Campaign).order_by(Campaign.starts.desc(), Campaign.id)).all()
    # To count them reads the ledger of a week: once.
    links = {campaign.id: holder_links.count_links(campaign) for campaign in campaigns}
    rules = [
        (rule.name, *(_count_due(rule, at, links) for at in (now, now + SOON))) for rule in retention.RULES
    ]
    weeks = [
        (
            campaign,
            destroyed_at(campaign),
            holder_links.due_at(campaign),
            links[campaign.id],
        )
        for campaign in campaigns
    ]
    return render_template("desk/accounts/retention.html", rules=rules, weeks=weeks, now=now)


def _count_due(rule: retention.Rule, at: datetime, links: Mapping[str, int]) -> int:
    if rule is retention.HOLDER_LINKS:
        return sum(links[campaign.id] for campaign in holder_links.due_campaigns(at))
    return rule.count(at)
