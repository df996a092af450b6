"""What is deleted after its time, and how much of it is due: for the committee. `openweek retention` is the same by hand."""

from datetime import timedelta

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
    rules = [(rule.name, rule.count(now), rule.count(now + SOON)) for rule in retention.RULES]
    campaigns = db.session.scalars(select(Campaign).order_by(Campaign.starts.desc(), Campaign.id)).all()
    weeks = [
        (
            campaign,
            destroyed_at(campaign),
            holder_links.due_at(campaign),
            holder_links.count_links(campaign),
        )
        for campaign in campaigns
    ]
    return render_template("desk/accounts/retention.html", rules=rules, weeks=weeks, now=now)
