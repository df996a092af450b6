"""Counts the subscribers of calendars (models.figures.subscribers), in front of the cache of feeds.

Readers are noted in memory and written together, seconds later, by a later request for a calendar: an answer never waits for
the database. What a process has not written when it ends is lost, so that the count is a lower bound.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy.exc import DBAPIError

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.figures import subscribers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CALENDAR = re.compile(r"/([^/]+)/(?:events|my/[^/]+)\.ics")
WAIT = timedelta(seconds=5)
MOST = 10_000  # noted at once; what is beyond is not counted


def register(app: Flask) -> None:
    app.wsgi_app = SubscriberCount(app)  # type: ignore[method-assign]  # as Flask documents it


class SubscriberCount:
    """WSGI middleware. Address and program of a reader are kept until they are written, as a hash."""

    def __init__(self, app: Flask) -> None:
        self._app, self._next = app, app.wsgi_app
        self._noted: set[tuple[str, str]] = set()
        self._since: datetime | None = None
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match = CALENDAR.fullmatch(environ["PATH_INFO"])
        if match is None or environ["REQUEST_METHOD"] != "GET":
            return self._next(environ, start_response)
        reader = f"{environ.get('REMOTE_ADDR', '')}\n{environ.get('HTTP_USER_AGENT', '')}"

        def note(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            if status[:3] in ("200", "304"):
                self._note(match[1], reader)
            return start_response(status, headers, *exc_info)

        return self._next(environ, note)

    def _note(self, campaign_id: str, reader: str) -> None:
        now = clock.now()
        with self._lock:
            due = self._since is not None and now - self._since >= WAIT
            noted, since = self._noted, self._since
            if due or since is None:
                self._noted, self._since = set(), now
            if len(self._noted) < MOST:
                self._noted.add((campaign_id, reader))
        if due and since is not None:
            with suppress(DBAPIError), self._app.app_context():
                write(noted, since, now)


def write(noted: Iterable[tuple[str, str]], since: datetime, now: datetime) -> None:
    """Readers by campaign and key, noted since an instant. Of a day that is over nothing is written."""
    by_campaign: dict[str, list[str]] = {}
    for campaign_id, reader in noted:
        by_campaign.setdefault(campaign_id, []).append(reader)
    for campaign_id, readers in sorted(by_campaign.items()):
        campaign = db.session.get(Campaign, campaign_id)
        if campaign is None or campaign.today(since) != campaign.today(now):
            continue
        day = campaign.today(now)
        salt = subscribers.salt_of(day)
        subscribers.record(campaign_id, day, {subscribers.digest_of(salt, reader) for reader in readers})
