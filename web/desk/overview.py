"""The desk's first page: what waits for the reader, what runs now, what is missing."""

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from models import clock
from models.desk import waiting
from models.desk.missing import Missing
from models.figures import event_overview

pages = Blueprint("desk_overview", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(missing_name=missing_name, missing_words=missing_words)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    now = clock.now()
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), now)
    if campaign is None:
        return render_template("desk/overview.html", campaign=None, campaigns=[])
    total, running = waiting.running_now(current_user, campaign, now)
    return render_template(
        "desk/overview.html",
        campaign=campaign,
        campaigns=campaigns,
        waiting=waiting.waiting_for(current_user, campaign),
        running=running,
        running_total=total,
        missing=waiting.missing_of(current_user, campaign, now),
    )


def missing_name(kind: Missing) -> str:
    """The kind of what is missing, in the list of filters."""
    return {
        Missing.FIGURES: _("No figures"),
        Missing.TIME: _("No date"),
        Missing.PLACE: _("No venue"),
        Missing.REGION: _("No region"),
        Missing.ENTRANCE: _("Tomorrow, no kiosk or poster"),
    }[kind]


def missing_words(kind: Missing, count: int) -> str:
    """How many events lack something, as a sentence."""
    return {
        Missing.FIGURES: ngettext(
            "%(num)s event is over without any figures", "%(num)s events are over without any figures", count
        ),
        Missing.TIME: ngettext("%(num)s event has no date", "%(num)s events have no date", count),
        Missing.PLACE: ngettext("%(num)s event has no venue", "%(num)s events have no venue", count),
        Missing.REGION: ngettext("%(num)s event has no region", "%(num)s events have no region", count),
        Missing.ENTRANCE: ngettext(
            "%(num)s event tomorrow has neither a kiosk nor a poster",
            "%(num)s events tomorrow have neither a kiosk nor a poster",
            count,
        ),
    }[kind]
