"""Live views: what each shows now, answered as JSON where a page asks and as server-sent events where it listens.

A view is a key: the id of an event, or a part of a campaign. Each kind of key is registered with its reader; the rest is
the same for all: one count for each change (snapshots), one thread that looks for changes (streams).
"""

import socket
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from models import clock
from models.db import snapshot
from models.errors import NotFound
from web import errors
from web.figures.live.messages import Payload
from web.figures.live.slow_parts import SlowParts
from web.figures.live.snapshots import LiveSnapshots
from web.figures.live.streams import LiveStreams
from web.words.terms import language

UNREACHABLE = 20_000  # ms without a sign of a client's machine, after which its connection is closed


@dataclass(frozen=True)
class View:
    """tag: of the content in every language. payload: worded in the reader's."""

    tag: str
    payload: Callable[[], Payload]


Reader = Callable[[Any, datetime], View | None]


def register(app: Flask) -> None:
    readers: dict[type, Reader] = {}
    app.extensions["openweek.live"] = LiveSnapshots()
    parts = app.extensions["openweek.live_parts"] = SlowParts()
    app.extensions["openweek.live_readers"] = readers
    app.extensions["openweek.live_streams"] = LiveStreams(
        _payloads(app, readers), _count_of_slow_part(app), parts.seconds
    )


def add_reader(app: Flask, kind: type, reader: Reader) -> None:
    """reader: what a key of this kind shows; None where it is gone."""
    app.extensions["openweek.live_readers"][kind] = reader


def snapshots() -> LiveSnapshots:
    found: LiveSnapshots = current_app.extensions["openweek.live"]
    return found


def slow_parts() -> SlowParts:
    found: SlowParts = current_app.extensions["openweek.live_parts"]
    return found


def tag_of(view: View) -> str:
    return f"{view.tag}-{language()}"


def json_answer(view: View) -> Response:
    """The figures as numbers, as a sentence and as the page's own markup; 304 where the asker has them already."""
    tag = tag_of(view)
    unchanged = request.if_none_match.contains(tag)
    response = Response(status=304) if unchanged else jsonify(view.payload())
    response.set_etag(tag)
    return response


def stream_answer(
    subject: Hashable, may_watch: Callable[[], bool], leave_free: int = 0, network: str = ""
) -> ResponseReturnValue:
    """The same as server-sent events (`figures`, `ping`, `over`), each when it changes; 503 where no place is free.

    `tag` or Last-Event-ID: of what the page shows. No database connection is held between two events."""
    streams: LiveStreams = current_app.extensions["openweek.live_streams"]
    known = request.headers.get("Last-Event-ID") or request.args.get("tag")
    chunked = request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
    stream = streams.open((subject, language()), known, may_watch, leave_free, chunked, network)
    if stream is None:
        response = errors.error_response(503, _(errors.SENTENCES[503]))
        response.headers["Retry-After"] = "30"
        return response
    _notice_unreachable_client()
    response = Response(stream, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # nginx would collect events
    return response


def _payloads(
    app: Flask, readers: dict[type, Reader]
) -> Callable[[Hashable, dict[str, str | None]], dict[str, Payload]]:
    def read(subject: Hashable, tags: dict[str, str | None]) -> dict[str, Payload]:
        with app.app_context():
            with slow_parts().later():
                view = readers[type(subject)](subject, clock.now())
            if view is None:
                return {}
            payloads: dict[str, Payload] = {}
            for name, known in tags.items():
                tag = f"{view.tag}-{name}"
                if tag != known:
                    # The context of the application keeps the language that was found first.
                    with app.test_request_context(), force_locale(name):
                        payloads[name] = {**view.payload(), "tag": tag}
            return payloads

    return read


def _count_of_slow_part(app: Flask) -> Callable[[], None]:
    def count() -> None:
        with app.app_context(), suppress(NotFound), snapshot():  # a campaign may be gone by now
            slow_parts().count_due(clock.now())

    return count


def _notice_unreachable_client() -> None:
    """A phone that left the network says nothing: without this its page would count as open for a quarter of an hour."""
    connection: Any = request.environ.get("gunicorn.socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREACHABLE)
