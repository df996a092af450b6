"""One body that many ask for again and again: its bytes plain and packed, and the answers HTTP knows to "is it still
the same?" (RFC 9110, conditional requests)."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date, parse_date, parse_etags

from models import clock

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_AGE = 300  # seconds
REPRESENTATION_KEY = "openweek.sent"  # where an answer leaves its Representation in the WSGI environment
MOST_BYTES = 64 * 1024 * 1024  # kept by one process
LARGE = 2 * 1024 * 1024  # bytes; from here on gzip's thoroughness costs more time than its bytes are worth
GZIP_LEVEL, FAST_GZIP_LEVEL = 6, 2


@dataclass(eq=False)
class Representation:
    """The same for everyone. changed_at: the last change of its content, None without one.
    The etags are strong, of the bytes that are sent; packed when the first one asks for that."""

    body: bytes
    mimetype: str
    changed_at: datetime | None
    version: str | None = None  # of the campaign's calendar, where it is kept
    sent: dict[bool, list[tuple[str, str]]] = field(
        default_factory=dict
    )  # packed or not → the headers of its 200
    _gzip_body: bytes | None = None
    _gzip_lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, body: bytes, mimetype: str, changed_at: datetime | None) -> "Representation":
        return cls(body, mimetype, changed_at.replace(microsecond=0) if changed_at else None)

    @cached_property
    def etag(self) -> str:
        return _digest(self.body)

    @property
    def gzip_body(self) -> bytes:
        with self._gzip_lock:  # one thread compresses
            if self._gzip_body is None:
                level = FAST_GZIP_LEVEL if len(self.body) > LARGE else GZIP_LEVEL
                # mtime=0: the same body gives the same bytes.
                self._gzip_body = gzip.compress(self.body, level, mtime=0)
            return self._gzip_body

    @cached_property
    def gzip_etag(self) -> str:
        return _digest(self.gzip_body)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


class PublicResponse(Response):
    """The same for everybody: no Set-Cookie, no Vary on a cookie."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers.pop("Set-Cookie", None)
        headers["Vary"] = "Accept-Encoding"
        return headers


def conditional_response(representation: Representation, disposition: str | None = None) -> Response:
    """200 with the body, gzip where accepted, or 304."""
    as_gzip = request.accept_encodings.quality("gzip") > 0
    etag = representation.gzip_etag if as_gzip else representation.etag
    headers = request.headers
    conditions = headers.get("If-None-Match"), headers.get("If-Modified-Since")
    not_modified = is_not_modified(etag, representation.changed_at, *conditions)
    request.environ[REPRESENTATION_KEY] = representation
    body = b"" if not_modified else representation.gzip_body if as_gzip else representation.body
    # Flask adds the charset to a text/ type given as mimetype; JSON is UTF-8 by definition.
    response = PublicResponse(body, 304 if not_modified else 200, mimetype=representation.mimetype)
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    if representation.changed_at is not None:
        response.headers["Last-Modified"] = http_date(representation.changed_at)
    if not not_modified and as_gzip:
        response.headers["Content-Encoding"] = "gzip"
    if not not_modified and disposition:
        response.headers["Content-Disposition"] = disposition
    return response


def is_not_modified(
    etag: str, changed_at: datetime | None, none_match: str | None, since: str | None
) -> bool:
    """Whether a client with these headers has these bytes. If-None-Match takes precedence; a date in the future or one
    that cannot be parsed is ignored (RFC 9110, 13.1.3)."""
    if none_match is not None:
        return parse_etags(none_match).contains_weak(etag)
    since_date = parse_date(since)
    return since_date is not None and changed_at is not None and changed_at <= since_date <= clock.now()


class Versioned(Protocol):
    """What HttpCache keeps."""

    body: bytes
    version: str | None


Kept = TypeVar("Kept", bound=Versioned)


class HttpCache(Generic[Kept]):
    """Representations of this process, the least used ones dropped first, each good for one version."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._representations: OrderedDict[Hashable, tuple[str, Kept]] = OrderedDict()
        self._most, self._bytes = most_bytes, 0
        self._lock = threading.Lock()
        self._builders: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, version: str, build: Callable[[], Kept]) -> Kept:
        """The representation of this version, built where it is missing: by one thread, the others wait."""
        representation = self._look(key, version)
        if representation is not None:
            return representation
        with self._lock:
            builder = self._builders.setdefault(key, threading.Lock())
        try:
            with builder:
                representation = self._look(key, version)
                if representation is None:
                    representation = build()
                    self._keep(key, version, representation)
        finally:
            # Waiting threads hold a reference to the lock; later ones find the result.
            with self._lock:
                self._builders.pop(key, None)
        return representation

    def _look(self, key: Hashable, version: str) -> Kept | None:
        with self._lock:
            entry = self._representations.get(key)
            if entry is None or entry[0] != version:
                return None
            self._representations.move_to_end(key)
            return entry[1]

    def _keep(self, key: Hashable, version: str, representation: Kept) -> None:
        with self._lock:
            self._drop(key)
            representation.version = version
            self._representations[key] = version, representation
            self._bytes += _size(representation)
            while self._bytes > self._most and len(self._representations) > 1:
                self._drop(next(iter(self._representations)))

    def _drop(self, key: Hashable) -> None:
        entry = self._representations.pop(key, None)
        if entry:
            self._bytes -= _size(entry[1])


def _size(representation: Versioned) -> int:
    """Estimate that includes the compressed bytes, made later, and the objects."""
    return len(representation.body) * 5 // 4 + 500
