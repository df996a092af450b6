"""The live page of one event: visits and participants as they come, sent as they change (web.figures.live.streams).

Where no stream can be had the page asks once a second. That is cheap where nothing changed: one query shows it
(models.figures.live.counters_digest), and the answer is 304.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from babel.dates import format_time
from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.accounts import sessions
from models.db import db
from models.errors import NotFound
from models.events import scope
from models.events.tables import Event
from models.figures import event_overview, live
from models.figures.by_source import SourceVisits, visits_by_source
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.organizations.tables import Account
from web import threads
from web.desk.accounts.current import own_session
from web.figures.exports import as_csv
from web.figures.live import views as live_views
from web.figures.live.messages import Payload
from web.figures.live.snapshots import RECOUNT_AFTER, LiveSnapshot
from web.figures.live.views import View
from web.figures.part_names import PartName
from web.words.terms import language

CSV_BY = {"hour": ("day", "hour"), "audience": ("audience",), "method": ("method",)}

pages = Blueprint("live", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    live_views.add_reader(app, int, _view_of_id)
    app.jinja_env.globals.update(
        clock_seconds=clock_seconds, evidence=live.evidence, evidence_methods=live.EVIDENCE
    )


def clock_seconds(instant: datetime, zone: str) -> str:
    """The wall clock of the campaign's zone with its seconds: 09:30:05."""
    return format_time(instant.astimezone(clock.zone(zone)), "HH:mm:ss", locale=language())


def current_snapshot(event: Event, now: datetime) -> LiveSnapshot[live.LiveFigures]:
    parts, key, event_id = live_views.slow_parts(), ("sources", event.id), event.id

    def sources() -> list[SourceVisits]:
        """They read a row for each visit."""
        rows: list[SourceVisits] = parts.of(key, now, RECOUNT_AFTER, lambda _now: visits_by_source(event_id))
        return rows

    return live_views.snapshots().of(
        event.id,
        now,
        lambda: live.counters_digest(event.id) + parts.version(key),
        lambda: live.live_figures(event, now, sources()),
    )


@pages.get("/events/<int:event_id>/live")
@login_required
def page(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id), clock.now()
    snapshot = current_snapshot(event, now)
    return render_template(
        "figures/live.html",
        campaign=event.campaign,
        event=event,
        occurrence=event_overview.nearest(event, event.campaign.today(now)),
        figures=snapshot.figures,
        source=PartName(event.title, _file(event)),
        tag=f"{snapshot.tag}-{language()}",
    )


@pages.get("/events/<int:event_id>/live.json")
@login_required
def live_json(event_id: int) -> Response:
    return live_views.json_answer(_view(scope.event_for(current_user, event_id), clock.now()))


@pages.get("/events/<int:event_id>/live.csv")
@login_required
def live_csv(event_id: int) -> Response:
    """The data of a chart: visits by group, by method, or by hour."""
    event = scope.event_for(current_user, event_id)
    by = CSV_BY.get(request.args.get("by", ""), CSV_BY["hour"])
    of_event = FiguresFilter(events=(event.id,))
    counted = figures(event.campaign, clock.now(), by, of_event)
    return as_csv(counted, event.campaign, by, _file(event))


@pages.get("/events/<int:event_id>/live.events")
@login_required
def live_events(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id)

    def reaches(account: Account) -> bool:
        return bool(scope.event_for(account, event_id))

    return live_views.stream_answer(event.id, signed_in_and(reaches))


def _file(event: Event) -> str:
    """Of a file's name."""
    return f"{event.campaign_id}-event-{event.id}"


def signed_in_and(reaches: Callable[[Account], bool]) -> Callable[[], bool]:
    """Whether the account of this request is still signed in and reaches something. reaches: may raise NotFound."""
    app = threads.application()
    account_id, session_id = current_user.id, own_session().id

    def ask() -> bool:
        with app.app_context():
            account = db.session.get(Account, account_id)
            if account is None or not sessions.is_open(session_id, clock.now()):
                return False
            with suppress(NotFound):
                return reaches(account)
            return False

    return ask


def _view_of_id(event_id: int, now: datetime) -> View | None:
    event = db.session.get(Event, event_id)
    return _view(event, now) if event is not None else None


def _view(event: Event, now: datetime) -> View:
    snapshot = current_snapshot(event, now)
    return View(snapshot.tag, lambda: _payload(event, snapshot.figures))


def _payload(event: Event, figures: live.LiveFigures) -> Payload:
    """An event's figures in the reader's language."""
    return {
        "as_of": clock.instant_text(figures.as_of, event.campaign.zone),
        "visits": figures.visits,
        "participants": figures.participants,
        "sentence": figures_sentence(figures.visits, figures.participants),
        "html": render_template(
            "figures/live_parts.html", campaign=event.campaign, event=event, figures=figures
        ),
    }


def figures_sentence(visits: int, participants: int) -> str:
    return _(
        "Visits: %(visits)s. Participants: at least %(participants)s.",
        visits=visits,
        participants=participants,
    )
