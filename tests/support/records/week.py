"""A small week to test against: one campaign, a few events, people who check in. Times are fixed, never "now"."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from models.campaigns import file
from models.campaigns.tables import Campaign
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource, source_of
from models.codes import keys
from models.codes.keys import KeyPurpose, SigningKey
from models.db import db, transaction
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.events.draft import EventDraft, OccurrenceDraft, OrganizationDraft
from models.events.tables import Event
from models.operations import campaign_loader
from models.publishing.lifecycle import create

DAY = date(2024, 4, 22)
NINE = datetime(2024, 4, 22, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


A_MINUTE_PAST = NINE + timedelta(minutes=1)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


THE_2024_WEEK = file.default_campaign_file()


def load_week() -> Campaign:
    """Keys and the 2024 campaign on a database that has the regions, or the campaign too."""
    campaign = db.session.get(Campaign, THE_2024_WEEK.id) or campaign_loader.load_campaign(THE_2024_WEEK)
    if not set(db.session.scalars(select(SigningKey.purpose))).issuperset(KeyPurpose):
        with transaction():
            keys.ensure_keys(NINE)
    return campaign


def make_event(campaign: Campaign, title: str = "现场宣传", **fields) -> Event:
    """A published event on 22 April 2024 from 09:00 to 11:00, unless told otherwise."""
    publish = fields.pop("publish", True)
    occurrences = fields.pop("occurrences", None) or (session(capacity=fields.pop("capacity", None)),)
    draft = EventDraft(
        title=title,
        region_code=fields.pop("region_code", "320723"),
        lead=fields.pop("lead", OrganizationDraft("灌云县知识产权局", "320723", "ip-offices")),
        hosts=("灌云县知识产权局",),
        occurrences=occurrences,
        **fields,
    )
    return create(campaign, draft, NINE - timedelta(days=30), publish=publish)


def session(
    start: datetime = NINE, hours: float = 2, day: date = DAY, capacity: int | None = None
) -> OccurrenceDraft:
    return OccurrenceDraft(day, day, start, start + timedelta(hours=hours), capacity=capacity)


@dataclass
class Device:
    """A device at an event, with an honest clock: `device.scan(code, at)` hands one attempt in at once."""

    campaign: Campaign
    kiosk: Kiosk

    def source(self, **changes) -> ScanSource:
        return replace(source_of(self.kiosk), **changes)

    def hand_in(self, *attempts: Attempt, now: datetime | None = None, device_time: datetime | None = None):
        return admit(attempts, self.source(), now or max(attempt.at for attempt in attempts), device_time)

    def scan(self, code: str, at: datetime = NINE, *, now: datetime | None = None, **fields):
        return self.hand_in(
            Attempt(fields.pop("id", None) or uuid4(), "pass", at, code=code, **fields), now=now
        )[0]

    def touch(self, group: str, at: datetime = NINE, *, now: datetime | None = None, **fields):
        return self._count("touch", group, at, now, fields)

    def tally(self, group: str, at: datetime = NINE, *, now: datetime | None = None, **fields):
        return self._count("tally", group, at, now, fields)

    def _count(self, kind: str, group: str, at: datetime, now: datetime | None, fields: dict):
        return self.hand_in(
            Attempt(fields.pop("id", None) or uuid4(), kind, at, group=group, **fields), now=now
        )[0]

    def undo(self, scan_id: UUID, at: datetime = A_MINUTE_PAST, *, now: datetime | None = None, **fields):
        return self.hand_in(
            Attempt(fields.pop("id", None) or uuid4(), "undo", at, undoes=scan_id, **fields), now=now
        )[0]


def make_device(event: Event, **fields) -> Device:
    kiosk, _token = kiosks.create_kiosk(event, NINE - timedelta(hours=3), **fields)
    return Device(event.campaign, kiosk)


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week, by days after 22 April and by the clock of Shanghai."""
    return NINE + days * timedelta(days=1) + timedelta(hours=hour - 9, minutes=minute)


def occurrence(days: int, hour: int, hours: float = 1) -> OccurrenceDraft:
    """A session of so many hours."""
    return session(at(days, hour), hours, day=(NINE + days * timedelta(days=1)).date())


def load_evenings_and_mornings() -> Campaign:
    """The week with an event of three evenings, one of a morning, and one of three sessions on two days."""
    campaign = load_week()
    make_event(campaign, "夜游", occurrences=tuple(occurrence(days, 20) for days in (0, 1, 2)))
    make_event(campaign, "早课", occurrences=(occurrence(1, 9),))
    make_event(campaign, "两场", occurrences=(occurrence(0, 8), occurrence(1, 10), occurrence(1, 15)))
    return campaign
