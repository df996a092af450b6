"""Public pages answered in front of Flask: the week, its list, its places and its programme are the same for everyone in a
language, so each is rendered once for each version of the calendar and each minute (a page says what is under way now).

The application is asked without cookies and with known parameters only: no page can hold a part of one person, and a link
with parameters of a chat program finds the page that is kept. Saved events and the like are the browser's.
"""

import gzip
import hashlib
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import brotli
from flask import Flask
from werkzeug.http import parse_cookie

from models import clock
from models.db import public_engine
from models.ics import version as calendar_version
from models.public.filters import NAMES
from models.transactions.nodes import PublicEngine
from web.feeds.http_cache import HttpCache, is_not_modified
from web.public.filters import region_picker
from web.server import standby
from web.server.content_coding import accepted_coding
from web.words.reader_language import reader_language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = re.compile(r"/([^/]+)/(?:events|places|programme)?")
MOST_BYTES = 16 * 1024 * 1024  # kept by one process; a page holds for a minute at most
LONGEST_QUERY = 2000  # characters
MINUTE = 60
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "": lambda body: body,
}
# Not passed on: headers that identify a reader, and those answered here.
_OWN_HEADERS = (
    "HTTP_COOKIE",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_RANGE",
)
_OF_THE_BODY = {"content-length", "content-type"}


@dataclass(frozen=True)
class Answer:
    """What the application said."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Coded:
    """A page under one content coding, with the headers of its 200 and of its 304."""

    body: bytes
    etag: str
    headers: list[tuple[str, str]]
    unchanged_headers: list[tuple[str, str]]


@dataclass(eq=False)
class Page:
    """One public page in one language, compressed once for each coding that is asked for."""

    body: bytes
    headers: list[tuple[str, str]]
    version: str | None = None
    _coded: dict[str, Coded] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def coded(self, coding: str) -> Coded:
        """coding: br, gzip, or "" for none."""
        found = self._coded.get(coding)
        if found is not None:
            return found
        with self._lock:  # one thread compresses
            if coding not in self._coded:
                self._coded[coding] = self._code(coding)
            return self._coded[coding]

    def _code(self, coding: str) -> Coded:
        body = COMPRESS[coding](self.body)
        etag = f"{hashlib.sha256(self.body).hexdigest()[:24]}{'-' if coding else ''}{coding}"
        kept = [pair for pair in self.headers if pair[0].lower() != "content-length"]
        headers = [*kept, ("ETag", f'"{etag}"'), ("Content-Length", str(len(body)))]
        if coding:
            headers.append(("Content-Encoding", coding))
        unchanged = [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY]
        return Coded(body, etag, headers, unchanged)


class NotKept(Exception):
    """The application's answer is no page for everyone: a mistake, a redirect."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class PublicPages:
    """WSGI middleware."""

    def __init__(self, app: Flask) -> None:
        self._app, self._next = app, app.wsgi_app
        self._pages: HttpCache[Page] = HttpCache(MOST_BYTES)
        self._engine: PublicEngine | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match = PATH.fullmatch(environ["PATH_INFO"])
        if match is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or standby.reads_own(environ):
            return self._next(environ, start_response)
        query = known_query(environ.get("QUERY_STRING", ""))
        version = self._version(environ, match[1]) if query is not None else None
        if query is None or version is None:
            return self._next(environ, start_response)
        # The version is read before the page is rendered, so that a page is never older than its version.
        at = f"{version} {int(clock.now().timestamp()) // MINUTE}"
        language = reader_language(_language_cookie(environ), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        key = (environ["PATH_INFO"], query, language)
        try:
            page = self._pages.get(key, at, lambda: self._render(environ, query, language))
        except NotKept as other:
            start_response(other.answer.status, other.answer.headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [other.answer.body]
        return _respond(environ, start_response, page)

    def _version(self, environ: "WSGIEnvironment", campaign_id: str) -> str | None:
        if self._engine is None:
            with self._app.app_context():
                self._engine = public_engine()
        engine = environ[standby.ENGINE] = self._engine.current()
        return calendar_version.read_version(engine, campaign_id)

    def _render(self, environ: "WSGIEnvironment", query: str, language: str) -> Page:
        answer = self._ask({**_impersonal(environ), "QUERY_STRING": query, "HTTP_ACCEPT_LANGUAGE": language})
        names = {name.lower() for name, _value in answer.headers}
        html = ("Content-Type", "text/html; charset=utf-8") in answer.headers
        if not answer.status.startswith("200") or not html or "set-cookie" in names:
            raise NotKept(answer)
        return Page(answer.body, answer.headers)

    def _ask(self, environ: "WSGIEnvironment") -> Answer:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], *_exc_info: Any) -> Callable[[bytes], object]:
            begun.append((status, list(headers)))
            return lambda _data: None

        parts = self._next(environ, note)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = begun[-1]
        return Answer(status, headers, body)


def known_query(query: str) -> str | None:
    """The parameters that pages know, in one order. None: the application has to see the query as it is, which may be
    the form with the cascade of regions (answered with a redirect) or no text at all."""
    if not query:
        return ""
    if len(query) > LONGEST_QUERY:
        return None
    values: dict[str, list[str]] = {}
    try:
        text = query.encode("latin-1").decode()  # PEP 3333: bytes that a browser did not escape
        for name, value in parse_qsl(text, keep_blank_values=True, errors="strict"):
            if name in region_picker.FIELDS:
                return None
            if value.strip():
                values.setdefault(name, []).append(value.strip())
    except ValueError:
        return None
    pairs = [(name, value) for name in NAMES if name in values for value in _in_order(name, values[name])]
    page = values.get("page", ["1"])[0]
    pairs += [("page", page)] if page.isdecimal() and page != "1" else []
    pairs += [("screen", "1")] if values.get("screen", [""])[0] == "1" else []
    return urlencode(pairs)


def _in_order(name: str, values: list[str]) -> list[str]:
    """The words of a search keep their order."""
    return values if name == "q" else sorted(set(values))


def _impersonal(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """The same request without anything personal."""
    kept = {name: value for name, value in environ.items() if name not in _OWN_HEADERS}
    return {**kept, "REQUEST_METHOD": "GET"}


def _language_cookie(environ: "WSGIEnvironment") -> str | None:
    header = environ.get("HTTP_COOKIE", "")
    return parse_cookie(header).get("lang") if "lang=" in header else None


def _respond(environ: "WSGIEnvironment", start_response: "StartResponse", page: Page) -> Iterable[bytes]:
    coded = page.coded(accepted_coding(environ.get("HTTP_ACCEPT_ENCODING", "")))
    if is_not_modified(coded.etag, None, environ.get("HTTP_IF_NONE_MATCH"), None):
        start_response("304 NOT MODIFIED", list(coded.unchanged_headers))
        return []
    start_response("200 OK", list(coded.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [coded.body]


def register(app: Flask) -> None:
    app.wsgi_app = PublicPages(app)  # type: ignore[method-assign]  # as Flask documents it
