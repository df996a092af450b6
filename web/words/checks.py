"""Words for questions about figures."""

from flask import Flask
from flask_babel import gettext as _

from models.errors import N_
from models.figures.checks.answers import CheckDecision
from models.figures.checks.kinds import CheckKind, Question


def check_name(kind: str) -> str:
    return {
        CheckKind.DEVICE_BURST: _("Many entries within seconds"),
        CheckKind.TALLY_BURST: _("Many people counted within a minute"),
        CheckKind.OVER_CAPACITY: _("Far more visits than places"),
        CheckKind.OUTSIDE_HOURS: _("Entries outside check-in hours"),
        CheckKind.ONE_BROWSER: _("One phone again and again"),
        CheckKind.TWO_PLACES: _("One device in two places"),
        CheckKind.LATE_UPLOAD: _("Uploaded days later"),
        CheckKind.ROUND_ESTIMATE: _("A large round number declared afterwards"),
        CheckKind.ONE_MINUTE: _("Everything within one minute"),
        CheckKind.PASS_SERIES: _("Passes scanned in the order in which they were issued"),
        CheckKind.ABOVE_HEADCOUNT: _("Far more visits than people in the room"),
        CheckKind.EVEN_STEPS: _("Entries at even intervals"),
        CheckKind.ONE_NETWORK: _("Many phones from one network within a minute"),
    }[CheckKind(kind)]


_SEEN: dict[str, str] = {
    CheckKind.DEVICE_BURST: N_(
        "A device recorded %(amount)s entries within 10 seconds. Nobody scans that fast at an entrance."
    ),
    CheckKind.TALLY_BURST: N_("%(amount)s people were counted on one kiosk within a minute."),
    CheckKind.OVER_CAPACITY: N_(
        "%(amount)s visits on one day in a room with %(limit)s places. Did so many come one after the other?"
    ),
    CheckKind.OUTSIDE_HOURS: N_(
        "%(amount)s visits were recorded outside check-in hours. Is the time of the session right?"
    ),
    CheckKind.ONE_BROWSER: N_(
        "One phone checked in %(amount)s times on one day. Only the first counts; was it used for others?"
    ),
    CheckKind.TWO_PLACES: N_(
        "A device counted here and in another region in the same hour. %(visits)s visits here come from it."
    ),
    CheckKind.LATE_UPLOAD: N_(
        "%(visits)s visits of a device arrived up to %(amount)s hours after they happened."
    ),
    CheckKind.ROUND_ESTIMATE: N_(
        "A total of %(amount)s was declared; nobody at the event counted %(visits)s of these."
    ),
    CheckKind.ONE_MINUTE: N_("All %(amount)s visits of the event were recorded within one minute."),
    CheckKind.PASS_SERIES: N_(
        "%(amount)s passes were scanned one after the other in the order of their numbers. Were they handed out?"
    ),
    CheckKind.ABOVE_HEADCOUNT: N_(
        "%(amount)s visits were recorded in a session for which %(limit)s people in the room were noted."
    ),
    CheckKind.EVEN_STEPS: N_(
        "At least 20 entries follow each other every %(amount)s seconds. People do not arrive that evenly."
    ),
    CheckKind.ONE_NETWORK: N_(
        "%(amount)s phones tried to check in from one network within one minute; at most about %(visits)s visits come "
        "from such minutes. Did a class or a hall share one address?"
    ),
}


def check_words(one: Question) -> str:
    """What was seen, and why it is asked."""
    return _(_SEEN[one.kind], amount=f"{one.amount:,}", limit=f"{one.limit:,}", visits=f"{one.visits:,}")


def check_decision_name(decision: str) -> str:
    return {
        CheckDecision.ACCEPT: _("accepted"),
        CheckDecision.SET_ASIDE: _("not believed"),
        CheckDecision.NOTE: _("noted"),
    }[CheckDecision(decision)]


def register(app: Flask) -> None:
    words = (check_name, check_words, check_decision_name)
    app.jinja_env.globals.update({word.__name__: word for word in words})
