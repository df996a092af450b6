"""The desk's first page: what waits for the reader, what runs now, what is missing."""

from datetime import date, datetime

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign
from models.desk import waiting
from models.desk.missing import Missing
from models.figures import event_overview
from models.summaries.deadline import Deadline, deadline_of
from models.summaries.reminders import SummaryReminder, reminder_of
from models.summaries.waiting import summaries_waiting
from web.summaries.names import region_short
from web.words.terms import day_label

pages = Blueprint("desk_overview", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        missing_name=missing_name,
        events_to_mend=lambda: waiting.to_mend(current_user),
        missing_words=missing_words,
        deadline_words=deadline_words,
        summary_reminder_words=summary_reminder_words,
    )


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
        waiting=waiting.waiting_for(current_user, campaign, now),
        running=running,
        running_total=total,
        missing=waiting.missing_of(current_user, campaign, now),
        deadline=_deadline(campaign, now),
        summary=reminder_of(current_user, campaign, now),
        summaries=summaries_waiting(current_user, campaign),
    )


def _deadline(campaign: Campaign, now: datetime) -> str:
    """When the summary is due, for an office; "" for others, and while the week is still far off."""
    today = campaign.today(now)
    if not current_user.oversees or today < campaign.starts:
        return ""
    return deadline_words(deadline_of(campaign), today)


def deadline_words(deadline: Deadline, today: date) -> str:
    """When summaries are due, and how many days are left."""
    day = day_label(deadline.day, year=True)
    left = deadline.days_left(today)
    if left < 0:
        words = ngettext(
            "The summary was due on %(day)s, %(num)s day ago.",
            "The summary was due on %(day)s, %(num)s days ago.",
            -left,
            day=day,
        )
    elif left == 0:
        words = _("The summary is due today, %(day)s.", day=day)
    else:
        words = ngettext(
            "The summary is due on %(day)s: %(num)s day left.",
            "The summary is due on %(day)s: %(num)s days left.",
            left,
            day=day,
        )
    if not deadline.provisional:
        return words
    return words + _(" Provisional: the State Council has not published the holidays of that year yet.")


def summary_reminder_words(reminder: SummaryReminder) -> str:
    """What is not handed in: the office's own summary, or whose the committee misses."""
    if reminder.own:
        return _("The summary of your office is not handed in yet.")
    names = _(", ").join(region_short(code) for code in reminder.missing)
    count = len(reminder.missing)
    return ngettext(
        "%(num)s region has not handed in: %(names)s.",
        "%(num)s regions have not handed in: %(names)s.",
        count,
        names=names,
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
