"""What an office should look at now: events that run, rooms that fill, venues without visits, devices that are silent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.devices.kiosks import Kiosk, KioskService
from models.devices.status import status_of
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.figures.visits import visit_rows
from models.ledger.occupancy import occupancy
from models.live.area import Area
from models.places.tables import Venue

SHOWN = 12  # of each list
QUIET_FOR = timedelta(hours=1)  # a session that has run so long without a visit is called silent
MOST_RUNNING = 3000


@dataclass(frozen=True)
class RunningSession:
    """visits: of its event today. inside: None where neither exits are scanned nor a capacity is set."""

    event_id: int
    title: str
    venue: str | None
    starts: datetime | None
    visits: int
    inside: int | None
    capacity: int | None

    @property
    def full(self) -> bool:
        return self.inside is not None and self.capacity is not None and self.inside >= self.capacity


@dataclass(frozen=True)
class TroubledDevice:
    """silent: nothing was heard of it for minutes, since heard_at. waiting: scans that it has not delivered."""

    name: str
    event_id: int
    title: str
    silent: bool
    heard_at: datetime | None
    waiting: int


@dataclass(frozen=True)
class Attention:
    """running, silent_total, devices_total: how many there are; the lists are the first of them."""

    running: int
    busiest: list[RunningSession]
    silent: list[RunningSession]
    silent_total: int
    rooms: list[RunningSession]
    devices: list[TroubledDevice]
    devices_total: int
    devices_serving: int


def attention_of(campaign: Campaign, area: Area, now: datetime) -> Attention:
    today = campaign.today(now)
    part = replace(area.part, days=(today,))
    by_event: dict[int, dict[int, int]] = {}
    for (event_id, hour), row in visit_rows(campaign, ("event", "hour"), part).items():
        by_event.setdefault(event_id, {})[hour] = row["visits"]
    sessions = _running(campaign, area, now, {id: sum(hours.values()) for id, hours in by_event.items()})
    since = now - QUIET_FOR
    silent = [one for one in sessions if _is_silent(one, by_event.get(one.event_id, {}), campaign, since)]
    rooms = sorted(
        (one for one in sessions if one.inside is not None),
        key=lambda one: -(one.inside or 0) / (one.capacity or 10**9),
    )
    devices, serving = _devices(area, now, {one.event_id for one in sessions})
    return Attention(
        running=len(sessions),
        busiest=sorted((one for one in sessions if one.visits), key=lambda one: (-one.visits, one.event_id))[
            :SHOWN
        ],
        silent=silent[:SHOWN],
        silent_total=len(silent),
        rooms=rooms[:SHOWN],
        devices=devices[:SHOWN],
        devices_total=len(devices),
        devices_serving=serving,
    )


def _is_silent(
    session: RunningSession, hours: Mapping[int, int], campaign: Campaign, since: datetime
) -> bool:
    """Whether it began before `since` and has no visit in the clock hours from then on."""
    if session.starts is None or session.starts > since:
        return False
    is_today = clock.day_of(since, campaign.zone) == clock.day_of(since + QUIET_FOR, campaign.zone)
    first = clock.hour_of(since, campaign.zone) if is_today else 0
    return not any(visits for hour, visits in hours.items() if hour >= first)


def _running(
    campaign: Campaign, area: Area, now: datetime, visits: Mapping[int, int]
) -> list[RunningSession]:
    today = campaign.today(now)
    query = (
        select(
            Occurrence.id,
            Event.id,
            Event.title,
            Venue.name,
            Event.venue_text,
            Occurrence.start_at,
            Occurrence.capacity,
            Event.track_exits,
        )
        .join(Event, Event.id == Occurrence.event_id)
        .outerjoin(Venue, Venue.id == Occurrence.venue_id)
        .where(*area.conditions, Event.status == EventStatus.PUBLISHED)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .where(Occurrence.start_day <= today, Occurrence.end_day >= today)
        .where(or_(Occurrence.start_at.is_(None), Occurrence.start_at <= now))
        .where(or_(Occurrence.end_at.is_(None), Occurrence.end_at > now))
        .order_by(Occurrence.start_at.nulls_last(), Occurrence.id)
        .limit(MOST_RUNNING)
    )
    rows = db.session.execute(query).all()
    watched = [id for id, *_event, capacity, exits in rows if exits or capacity is not None]
    inside = occupancy(watched[: SHOWN * 40])
    return [
        RunningSession(
            event_id, title, venue or text or None, starts, visits.get(event_id, 0), inside.get(id), capacity
        )
        for id, event_id, title, venue, text, starts, capacity, _exits in rows
    ]


def _devices(area: Area, now: datetime, running: set[int]) -> tuple[list[TroubledDevice], int]:
    """Devices at events that run, of which something is wrong, the fullest queues first; and how many serve there."""
    serves = select(KioskService.kiosk_id).join(Event, Event.id == KioskService.event_id)
    serves = serves.where(*area.conditions, KioskService.until.is_(None))
    kiosks = db.session.scalars(
        select(Kiosk)
        .where(Kiosk.id.in_(serves), Kiosk.revoked_at.is_(None))
        .options(joinedload(Kiosk.heartbeat))
        .execution_options(populate_existing=True)
    ).all()
    troubled, serving = [], 0
    for kiosk in kiosks:
        services = (service for service in kiosk.services if service.until is None)
        event = next((service.event for service in services if service.event_id in running), None)
        if event is None or kiosk.ended_at(now) is not None:
            continue
        serving += 1
        status = status_of(kiosk, event, now)
        waiting = status.waiting or 0
        if status.silent or waiting:
            troubled.append(
                TroubledDevice(kiosk.name, event.id, event.title, status.silent, status.heard_at, waiting)
            )
    return sorted(troubled, key=lambda one: (-one.waiting, one.heard_at or now)), serving
