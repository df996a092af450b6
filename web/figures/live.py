"""The live page of one event: visits and participants as they come, kept fresh by asking once a second.

Asking is cheap where nothing changed: one indexed query tells it (models.figures.live.counters_digest), and the answer is 304.
"""

import hashlib
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from babel.dates import format_time
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.events import scope
from models.events.tables import Event
from models.figures import event_overview, live
from web.words.terms import language

# An undo and a new visit between two looks leave the visit count, but may change participants.
RECOUNT_AFTER = timedelta(seconds=10)
MAX_SNAPSHOTS = 500

pages = Blueprint("live", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.extensions["openweek.live"] = {}
    app.jinja_env.globals.update(
        clock_seconds=clock_seconds, evidence=live.evidence, evidence_methods=live.EVIDENCE
    )


def clock_seconds(instant: datetime, zone: str) -> str:
    """The wall clock of the campaign's zone with its seconds: 09:30:05."""
    return format_time(instant.astimezone(clock.zone(zone)), "HH:mm:ss", locale=language())


@dataclass(frozen=True)
class LiveSnapshot:
    """The last figures of an event in this process. tag: of the content, the same in every process."""

    digest: str
    figures: live.LiveFigures
    tag: str


def current_snapshot(event: Event, now: datetime) -> LiveSnapshot:
    """The event's figures: the remembered ones while nothing has changed, else counted anew."""
    snapshots: dict[int, LiveSnapshot] = current_app.extensions["openweek.live"]
    digest, latest = live.counters_digest(event.id), snapshots.get(event.id)
    if latest is not None and latest.digest == digest and now - latest.figures.as_of < RECOUNT_AFTER:
        return latest
    figures_now = live.live_figures(event, now)
    tag = hashlib.sha256(repr(astuple(figures_now)[1:]).encode()).hexdigest()[:24]
    while len(snapshots) >= MAX_SNAPSHOTS:
        snapshots.pop(next(iter(snapshots)), None)
    snapshot = snapshots[event.id] = LiveSnapshot(digest, figures_now, tag)
    return snapshot


@pages.get("/events/<int:event_id>/live")
@login_required
def page(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id), clock.now()
    snapshot = current_snapshot(event, now)
    return render_template(
        "figures/live.html",
        campaign=event.campaign,
        event=event,
        sitting=event_overview.nearest(event, event.campaign.today(now)),
        figures=snapshot.figures,
        tag=f"{snapshot.tag}-{language()}",
    )


@pages.get("/events/<int:event_id>/live.json")
@login_required
def live_json(event_id: int) -> Response:
    """The figures as numbers, as a sentence and as the page's own markup; 304 where the asker has them already."""
    event = scope.event_for(current_user, event_id)
    snapshot = current_snapshot(event, clock.now())
    tag = f"{snapshot.tag}-{language()}"
    if request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        response = jsonify(
            as_of=clock.instant_text(snapshot.figures.as_of, event.campaign.zone),
            visits=snapshot.figures.visits,
            participants=snapshot.figures.participants,
            sentence=_(
                "Visits: %(visits)s. Participants: at least %(participants)s.",
                visits=snapshot.figures.visits,
                participants=snapshot.figures.participants,
            ),
            html=render_template(
                "figures/live_parts.html", campaign=event.campaign, event=event, figures=snapshot.figures
            ),
        )
    response.set_etag(tag)
    return response
