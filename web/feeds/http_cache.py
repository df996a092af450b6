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

from flask import Response, request
from werkzeug.http import http_date, parse_date, parse_etags

from models import clock

MAX_AGE = 300  # seconds
SENT = "openweek.sent"  # where an answer leaves its Representation in the WSGI environment
MOST_BYTES = 64 * 1024 * 1024  # kept by one process
LARGE = 2 * 1024 * 1024  # bytes; from here on gzip's thoroughness costs more time than its bytes are worth
THOROUGH, QUICK = 6, 2


@dataclass(eq=False)
class Representation:
    """The same for everyone. changed_at: what it tells of was last changed then, None where nothing ever happened.
    The etags are strong, of the bytes that are sent; packed when the first one asks for that."""

    body: bytes
    mimetype: str
    changed_at: datetime | None
    version: str | None = None  # of the campaign's calendar, where it is kept
    sent: dict[bool, list[tuple[str, str]]] = field(
        default_factory=dict
    )  # packed or not → the headers of its 200
    _packed: bytes | None = None
    _packing: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, body: bytes, mimetype: str, changed_at: datetime | None) -> "Representation":
        return cls(body, mimetype, changed_at.replace(microsecond=0) if changed_at else None)

    @cached_property
    def etag(self) -> str:
        return _digest(self.body)

    @property
    def packed(self) -> bytes:
        with self._packing:  # of many who ask at once, one packs
            if self._packed is None:
                level = QUICK if len(self.body) > LARGE else THOROUGH
                # With the time in it, the same body had other bytes each time.
                self._packed = gzip.compress(self.body, level, mtime=0)
            return self._packed

    @cached_property
    def packed_etag(self) -> str:
        return _digest(self.packed)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


class PublicResponse(Response):
    """An answer without a reader: whatever else hung a cookie on it, or looked at one, is taken off again."""

    def get_wsgi_headers(self, environ):
        headers = super().get_wsgi_headers(environ)
        headers.pop("Set-Cookie", None)
        headers["Vary"] = "Accept-Encoding"
        return headers


def answer(found: Representation, disposition: str | None = None) -> Response:
    """200 with the body, packed where the asker takes it, or 304 where he has it."""
    packed = request.accept_encodings.quality("gzip") > 0
    etag = found.packed_etag if packed else found.etag
    given = request.headers
    known = is_known(etag, found.changed_at, given.get("If-None-Match"), given.get("If-Modified-Since"))
    request.environ[SENT] = found
    body = b"" if known else found.packed if packed else found.body
    # Flask adds the charset to a text/ type given as mimetype; JSON is UTF-8 by definition.
    response = PublicResponse(body, 304 if known else 200, mimetype=found.mimetype)
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    if found.changed_at is not None:
        response.headers["Last-Modified"] = http_date(found.changed_at)
    if not known and packed:
        response.headers["Content-Encoding"] = "gzip"
    if not known and disposition:
        response.headers["Content-Disposition"] = disposition
    return response


def is_known(etag: str, changed_at: datetime | None, none_match: str | None, since: str | None) -> bool:
    """Whether the asker, who sent these headers, has these bytes. If-None-Match decides alone where it is given; a date
    that lies in the future or cannot be read says nothing."""
    if none_match is not None:
        return parse_etags(none_match).contains_weak(etag)
    day = parse_date(since)
    return day is not None and changed_at is not None and changed_at <= day <= clock.now()


class Kept:
    """Representations of this process, the least used ones dropped first, each good for one version."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._found: OrderedDict[Hashable, tuple[str, Representation]] = OrderedDict()
        self._most, self._bytes = most_bytes, 0
        self._lock = threading.Lock()
        self._builders: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, version: str, build: Callable[[], Representation]) -> Representation:
        """What is kept of this version, else built. Of many who ask at once after a change, one builds."""
        found = self._look(key, version)
        if found is not None:
            return found
        with self._lock:
            builder = self._builders.setdefault(key, threading.Lock())
        try:
            with builder:
                found = self._look(key, version)
                if found is None:
                    found = build()
                    self._keep(key, version, found)
        finally:
            # Who waits holds the lock already; who comes later finds what was built.
            with self._lock:
                self._builders.pop(key, None)
        return found

    def _look(self, key: Hashable, version: str) -> Representation | None:
        with self._lock:
            kept = self._found.get(key)
            if kept is None or kept[0] != version:
                return None
            self._found.move_to_end(key)
            return kept[1]

    def _keep(self, key: Hashable, version: str, found: Representation) -> None:
        with self._lock:
            self._drop(key)
            found.version = version
            self._found[key] = version, found
            self._bytes += _size(found)
            while self._bytes > self._most and len(self._found) > 1:
                self._drop(next(iter(self._found)))

    def _drop(self, key: Hashable) -> None:
        kept = self._found.pop(key, None)
        if kept:
            self._bytes -= _size(kept[1])


def _size(found: Representation) -> int:
    """With the packed bytes, which may come later, and the objects around them."""
    return len(found.body) * 5 // 4 + 500
