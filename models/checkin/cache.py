"""Campaigns, keys, devices and check-in windows as check-in reads them: they change rarely, and each process caches them.

Each topic is cached under its version. The cache may be behind; the transaction that admits reads the versions (refresh)
before anything is decided.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session, joinedload

from models.bearer import secret_digest
from models.campaigns.tables import Campaign
from models.checkin.cache_versions import Topic, versions
from models.codes.keys import KeyPurpose, SigningKey
from models.db import db
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.events import check_in_window
from models.events.check_in_window import CheckInWindow
from models.events.merges import EventMerge

Versions = dict[Topic, int]
_LARGEST = 100_000  # entries of a topic; more is a misuse, and the topic is emptied


@dataclass
class ProcessCache:
    """The cache of one process for one database. Rows are detached: read them, never change them."""

    versions: Versions = field(default_factory=dict)
    sources: dict[str, Any] = field(
        default_factory=dict
    )  # of devices, as scan_source made them of all topics
    _topics: dict[Topic, dict] = field(default_factory=lambda: {topic: {} for topic in Topic})

    def refresh(self, connection: Connection) -> Versions:
        """Drop what has changed, as the transaction of this connection sees it; the versions of what is left."""
        return self.keep(versions(connection))

    def keep(self, current: Versions) -> Versions:
        """Drop the topics whose version is another one now."""
        if current != self.versions:
            for topic in Topic:
                if current[topic] != self.versions.get(topic):
                    self._topics[topic] = {}
            self.sources = {}
            self.versions = current
        return current

    def campaign(self, campaign_id: str) -> Campaign | None:
        cached = self._rows(Topic.CAMPAIGNS)
        if ("campaign", campaign_id) not in cached:
            with self._session() as session:
                campaign = session.get(Campaign, campaign_id)
            if campaign is None:
                return None
            cached["campaign", campaign_id] = campaign
        found: Campaign = cached["campaign", campaign_id]
        return found

    def groups(self, campaign: Campaign) -> dict[int, str]:
        """The audience groups of a campaign by their number in codes."""
        cached = self._rows(Topic.CAMPAIGNS)
        if ("groups", campaign.id) not in cached:
            cached["groups", campaign.id] = {term.number: term.key for term in campaign.groups}
        return cached["groups", campaign.id]

    def public_key(self, key_id: int) -> bytes | None:
        """The key with which passes of this key id are verified; None for no key, or one of another purpose."""
        return self._keys()[0].get(key_id)

    def browser_secret(self) -> bytes:
        """The newest key of hashes and tickets that is not retired."""
        return self._keys()[1]

    def _keys(self) -> tuple[dict[int, bytes], bytes]:
        cached = self._rows(Topic.CAMPAIGNS)
        if "keys" not in cached:
            with self._session() as session:
                rows = session.scalars(select(SigningKey).order_by(SigningKey.id)).all()
            public = {
                row.id: row.public
                for row in rows
                if row.purpose == KeyPurpose.PASS and row.public is not None
            }
            of_browsers = (
                row for row in rows if row.purpose == KeyPurpose.BROWSER and row.retired_at is None
            )
            cached["keys"] = public, [row.secret for row in of_browsers][-1]
        return cached["keys"]

    def device(self, token: str, now: datetime) -> Kiosk | None:
        """The device with this token; None if there is none, or if it ended more than kiosks.GRACE_AFTER_END ago."""
        cached, digest = self._rows(Topic.DEVICES), secret_digest(token)
        if digest not in cached:
            query = select(Kiosk).where(Kiosk.digest == digest)
            with self._session() as session:
                kiosk = session.scalar(query.options(joinedload(Kiosk.heartbeat)))
            if kiosk is None:
                return None
            cached[digest] = kiosk
        kiosk = cached[digest]
        return kiosk if kiosks.may_hand_in(kiosk, now) else None

    def standing_for(self, event_ids: Iterable[int]) -> dict[int, int]:
        """For each of these events that was merged: the id of the event that stands for it."""
        cached = self._rows(Topic.SCHEDULE)
        if "standing" not in cached:
            with self._session() as session:
                pairs = session.execute(select(EventMerge.event_id, EventMerge.kept_id))
                cached["standing"] = dict(pairs.tuples().all())
        standing = cached["standing"]
        return {event_id: standing[event_id] for event_id in event_ids if event_id in standing}

    def windows(self, event_ids: Collection[int], zone: str) -> list[CheckInWindow]:
        """The check-in windows of these events, by start."""
        cached = self._rows(Topic.SCHEDULE)
        missing = [event_id for event_id in event_ids if (event_id, zone) not in cached]
        if missing:
            of_event: dict[int, list[CheckInWindow]] = {event_id: [] for event_id in missing}
            with self._session() as session:
                for window in check_in_window.windows_of(missing, zone, session):
                    of_event[window.event_id].append(window)
            cached |= {(event_id, zone): tuple(windows) for event_id, windows in of_event.items()}
        windows = [window for event_id in event_ids for window in cached[event_id, zone]]
        return sorted(windows, key=lambda window: (window.start, window.occurrence_id))

    def _rows(self, topic: Topic) -> dict:
        if topic not in self.versions:
            with self._session() as session:
                self.refresh(session.connection())
        if len(self._topics[topic]) > _LARGEST:
            self._topics[topic] = {}
        return self._topics[topic]

    def _session(self) -> Session:
        """Of its own, so that the cached belong to no request."""
        return Session(db.engine, expire_on_commit=False)


_caches: WeakKeyDictionary[Engine, ProcessCache] = WeakKeyDictionary()


def process_cache() -> ProcessCache:
    """That of the application's database."""
    engine = db.engine
    cache = _caches.get(engine)
    if cache is None:
        cache = _caches.setdefault(engine, ProcessCache())
    return cache
