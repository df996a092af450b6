"""Unchanged feeds answered in front of Flask (200 and 304): a million calendar programs poll every hour. One read by key
says whether the campaign changed; headers and body are those of the application's first answer."""

import re
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from flask import Flask

from models.db import public_engine
from models.ics import version as calendar_version
from models.transactions.nodes import PublicEngine
from web.feeds.http_cache import REPRESENTATION_KEY, Representation, is_not_modified
from web.server.content_coding import takes_gzip

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FEED = re.compile(r"/([^/]+)/events\.(?:ics|json|csv|atom)")
VERSION_SECONDS = 1.0  # seconds for which a version that had to be asked for over a network is believed
MOST = 4096  # addresses remembered by one process; chat programs add their own to each
OF_THE_BODY = {"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "Last-Modified"}


class CachedAnswers:
    """WSGI middleware. Holds weak references: what HttpCache drops is dropped here."""

    def __init__(self, app: Flask) -> None:
        self._app, self._next = app, app.wsgi_app
        self._representations: WeakValueDictionary[tuple[str, str], Representation] = WeakValueDictionary()
        self._engine: PublicEngine | None = None
        self._versions: dict[
            str, tuple[str | None, int, float]
        ] = {}  # by campaign, where asking takes a network

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match = FEED.fullmatch(environ["PATH_INFO"])
        # Requests with a cookie go to Flask, so nothing personal is cached.
        if match is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_COOKIE" in environ:
            return self._next(environ, start_response)
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        as_gzip = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        representation = self._representations.get(key)
        if (
            representation is None
            or as_gzip not in representation.sent
            or representation.version != self._version(match[1])
        ):
            return self._ask(environ, start_response, key, as_gzip)
        return _respond(environ, start_response, representation, as_gzip)

    def _version(self, campaign_id: str) -> str | None:
        """The present version. With PostgreSQL another process's change may be seen a second late."""
        if self._engine is None:
            with self._app.app_context():
                self._engine = public_engine()
        if self._engine.primary.dialect.name == "sqlite":
            return calendar_version.read_version(self._engine.primary, campaign_id)
        version, seen_moves, valid_until = self._versions.get(campaign_id, (None, -1, 0.0))
        now, local_moves = monotonic(), calendar_version.commits_here()
        if now >= valid_until or seen_moves != local_moves:
            version = calendar_version.read_version(self._engine.current(), campaign_id)
            self._versions[campaign_id] = version, local_moves, now + VERSION_SECONDS
        return version

    def _ask(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", key: tuple[str, str], as_gzip: bool
    ) -> Iterable[bytes]:
        """The application's answer; headers of a complete feed are remembered."""

        def remember(
            status: str, headers: list[tuple[str, str]], *exc_info: Any
        ) -> Callable[[bytes], object]:
            representation = environ.get(REPRESENTATION_KEY)
            if status.startswith("200") and representation is not None and representation.version is not None:
                representation.sent[as_gzip] = list(headers)
                if len(self._representations) >= MOST:
                    self._representations.clear()
                self._representations[key] = representation
            return start_response(status, headers, *exc_info)

        return self._next(environ, remember)


def _respond(
    environ: "WSGIEnvironment", start_response: "StartResponse", representation: Representation, as_gzip: bool
) -> Iterable[bytes]:
    etag = representation.gzip_etag if as_gzip else representation.etag
    conditions = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
    if is_not_modified(etag, representation.changed_at, *conditions):
        headers = [pair for pair in representation.sent[as_gzip] if pair[0] not in OF_THE_BODY]
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response("200 OK", list(representation.sent[as_gzip]))
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [representation.gzip_body if as_gzip else representation.body]
