"""What happens at this moment, for the wall: an event begins, a class arrives. Nothing by which a person could be known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, or_, select

from models.campaigns.tables import UNKNOWN_GROUP
from models.db import db
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.ledger.tables import Presence, Scan, ScanKind
from models.live.area import Area

LEAST_HEADS = 10  # of a group pass: a smaller group could be a family
SINCE = timedelta(hours=6)
SHOWN = 6
LOOKED_AT = 5000  # the newest scans of the installation


class MomentKind(StrEnum):
    BEGINS = "begins"
    GROUP = "group"


@dataclass(frozen=True)
class Moment:
    """at: when an event began, or a group of so many came in by one group pass."""

    at: datetime
    kind: MomentKind
    event_id: int
    title: str
    title_en: str
    region: str | None
    heads: int = 0
    group: str = UNKNOWN_GROUP


def latest_moments(area: Area, now: datetime) -> list[Moment]:
    """The newest first, of the last hours: events that began, and groups, as many of each as there is room for."""
    groups = _groups(area, now)[: SHOWN - 1]
    begun = _begun(area, now)[: SHOWN - min(len(groups), SHOWN // 2)]
    newest = sorted([*groups[: SHOWN - len(begun)], *begun], key=lambda moment: moment.at, reverse=True)
    return newest[:SHOWN]


def _begun(area: Area, now: datetime) -> list[Moment]:
    query = (
        select(Occurrence.start_at, Event.id, Event.title, Event.title_en, Event.region_code)
        .join(Event, Event.id == Occurrence.event_id)
        .where(*area.conditions, Event.status == EventStatus.PUBLISHED)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .where(Occurrence.start_day >= (now - SINCE - timedelta(days=1)).date())
        .where(Occurrence.start_at > now - SINCE, Occurrence.start_at <= now)
        .order_by(Occurrence.start_at.desc(), Occurrence.id.desc())
        .limit(SHOWN)
    )
    return [Moment(at, MomentKind.BEGINS, *event) for at, *event in db.session.execute(query) if at]


def _groups(area: Area, now: datetime) -> list[Moment]:
    """Groups whose visit counts. Of a merged event nothing is shown."""
    newest = db.session.scalar(select(func.max(Scan.number))) or 0
    query = (
        select(
            Scan.at,
            Event.id,
            Event.title,
            Event.title_en,
            Event.region_code,
            Presence.weight,
            Presence.group,
        )
        .join(Presence, (Presence.id == Scan.presence_id) & (Presence.visit_id == Scan.id))
        .join(Event, Event.id == Scan.event_id)
        .where(Scan.number > newest - LOOKED_AT, Scan.kind == ScanKind.PASS)
        .where(Presence.weight >= LEAST_HEADS, or_(Scan.headcount.is_(None), Scan.headcount >= LEAST_HEADS))
        .where(*area.conditions, Scan.at > now - SINCE, Scan.at <= now)
        .order_by(Scan.number.desc())
        .limit(SHOWN)
    )
    return [
        Moment(at, MomentKind.GROUP, event_id, title, title_en, region, heads, group or UNKNOWN_GROUP)
        for at, event_id, title, title_en, region, heads, group in db.session.execute(query)
    ]
