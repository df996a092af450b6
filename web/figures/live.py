"""The live page of one event: visits and participants as they come, sent as they change (web.figures.live_streams).

Where no stream can be had the page asks once a second. That is cheap where nothing changed: one query shows it
(models.figures.live.counters_digest), and the answer is 304.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from babel.dates import format_time
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
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
from models.organizations.tables import Account
from web import errors
from web.desk.accounts.current import own_session
from web.figures.live_snapshots import LiveSnapshot, LiveSnapshots
from web.figures.live_streams import LiveStreams, Payload
from web.words.terms import language

UNREACHABLE = 20_000  # ms without a sign of a client's machine, after which its connection is closed

pages = Blueprint("live", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.extensions["openweek.live"] = LiveSnapshots()
    app.extensions["openweek.live_streams"] = LiveStreams(_reader(app))
    app.jinja_env.globals.update(
        clock_seconds=clock_seconds, evidence=live.evidence, evidence_methods=live.EVIDENCE
    )


def clock_seconds(instant: datetime, zone: str) -> str:
    """The wall clock of the campaign's zone with its seconds: 09:30:05."""
    return format_time(instant.astimezone(clock.zone(zone)), "HH:mm:ss", locale=language())


def current_snapshot(event: Event, now: datetime) -> LiveSnapshot:
    snapshots: LiveSnapshots = current_app.extensions["openweek.live"]
    return snapshots.of(event, now)


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
        tag=f"{snapshot.tag}-{language()}",
    )


@pages.get("/events/<int:event_id>/live.json")
@login_required
def live_json(event_id: int) -> Response:
    """The figures as numbers, as a sentence and as the page's own markup; 304 where the asker has them already."""
    event = scope.event_for(current_user, event_id)
    snapshot = current_snapshot(event, clock.now())
    tag = f"{snapshot.tag}-{language()}"
    unchanged = request.if_none_match.contains(tag)
    response = Response(status=304) if unchanged else jsonify(_payload(event, snapshot))
    response.set_etag(tag)
    return response


@pages.get("/events/<int:event_id>/live.events")
@login_required
def live_events(event_id: int) -> ResponseReturnValue:
    """The same as server-sent events (`figures`, `ping`, `over`), each when it changes; 503 where no thread is free.

    `tag` or Last-Event-ID: of what the page shows. No database connection is held between two events."""
    event = scope.event_for(current_user, event_id)
    streams: LiveStreams = current_app.extensions["openweek.live_streams"]
    known = request.headers.get("Last-Event-ID") or request.args.get("tag")
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask
    may_watch = _may_watch(app, current_user.id, own_session().id, event.id)
    stream = streams.open((event.id, language()), known, may_watch)
    if stream is None:
        response = errors.error_response(503, _(errors.SENTENCES[503]))
        response.headers["Retry-After"] = "30"
        return response
    _notice_unreachable_client()
    response = Response(stream, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # nginx would collect events
    return response


def _payload(event: Event, snapshot: LiveSnapshot) -> Payload:
    """An event's figures in the reader's language."""
    figures = snapshot.figures
    return {
        "as_of": clock.instant_text(figures.as_of, event.campaign.zone),
        "visits": figures.visits,
        "participants": figures.participants,
        "sentence": _(
            "Visits: %(visits)s. Participants: at least %(participants)s.",
            visits=figures.visits,
            participants=figures.participants,
        ),
        "html": render_template(
            "figures/live_parts.html", campaign=event.campaign, event=event, figures=figures
        ),
    }


def _reader(app: Flask) -> Callable[[int, dict[str, str | None]], dict[str, Payload]]:
    def read(event_id: int, tags: dict[str, str | None]) -> dict[str, Payload]:
        with app.app_context():
            event = db.session.get(Event, event_id)
            snapshot = current_snapshot(event, clock.now()) if event is not None else None
            if event is None or snapshot is None:
                return {}
            changed = {
                name: f"{snapshot.tag}-{name}" for name in tags if tags[name] != f"{snapshot.tag}-{name}"
            }
            payloads: dict[str, Payload] = {}
            for name, tag in changed.items():
                with app.test_request_context(headers={"Accept-Language": name}):
                    payloads[name] = {**_payload(event, snapshot), "tag": tag}
            return payloads

    return read


def _may_watch(app: Flask, account_id: int, session_id: int, event_id: int) -> Callable[[], bool]:
    """Whether an account that is still signed in here still reaches an event."""

    def ask() -> bool:
        with app.app_context():
            account = db.session.get(Account, account_id)
            if account is None or not sessions.is_open(session_id, clock.now()):
                return False
            with suppress(NotFound):
                return bool(scope.event_for(account, event_id))
            return False

    return ask


def _notice_unreachable_client() -> None:
    """A phone that left the network says nothing: without this its thread would sleep for a quarter of an hour."""
    connection: Any = request.environ.get("gunicorn.socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREACHABLE)
