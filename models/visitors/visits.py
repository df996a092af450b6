"""The visits of one pass or browser in a week, as the ledger has them now: after undos, repeats, late uploads, reviews."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.campaigns.tables import Campaign
from models.db import db
from models.events.merges import follow_merges
from models.events.tables import Event, Occurrence
from models.ledger.tables import Presence, Scan


@dataclass(frozen=True)
class KeptVisit:
    """event: the one that stands for it, where it was merged. scan_id: of the scan that is the visit."""

    event: Event
    occurrence: Occurrence
    day: date
    at: datetime
    scan_id: UUID
    heads: int
    group: str


def visits_of(campaign: Campaign, holder: str) -> list[KeptVisit]:
    """The visits of a holder in a campaign, the earliest first."""
    query = (
        select(Presence, Occurrence, Scan.at)
        .join(Scan, Scan.id == Presence.visit_id)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Presence.holder == holder, Presence.weight > 0, Event.campaign_id == campaign.id)
        .order_by(Scan.at, Scan.id)
        .options(joinedload(Occurrence.event).joinedload(Event.region))
    )
    rows = db.session.execute(query.execution_options(populate_existing=True)).all()
    events = follow_merges({presence.id: occurrence.event for presence, occurrence, _at in rows})
    return [
        KeptVisit(
            events[presence.id],
            occurrence,
            presence.day,
            at,
            presence.visit_id,
            presence.weight,
            presence.group or "",
        )
        for presence, occurrence, at in rows
    ]
