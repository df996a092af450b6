"""Since when the ledger of a week no longer tells which pass or phone made which scan (models.operations.holder_links)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign
from models.db import db, insert
from models.errors import N_, Conflict
from models.installation import Setting
from models.ledger.tables import Scan

DESTROYED = N_(
    "Since %(day)s nobody can tell which pass or phone was where in this week. The visits themselves still count."
)


def destroyed_at(campaign: Campaign) -> datetime | None:
    """None: they are all there."""
    setting = db.session.get(Setting, _key(campaign))
    return clock.parse_instant(setting.value) if setting is not None else None


def campaign_without_link(scan_id: UUID) -> Campaign | None:
    """The week of a scan whose pass or phone nobody can tell any more; None for any other."""
    query = select(Campaign).join(Scan, Scan.campaign_id == Campaign.id)
    return db.session.scalar(query.where(Scan.id == scan_id, Scan.holder.like("x:%")))


def note_destroyed(campaign: Campaign, now: datetime) -> None:
    """The first time stays. Runs inside the caller's transaction."""
    row = insert(Setting).values(key=_key(campaign), value=clock.instant_text(now))
    db.session.execute(row.on_conflict_do_nothing())


def require_links(campaign: Campaign) -> None:
    """Raises Conflict where a pass or phone finds none of its visits any more."""
    at = destroyed_at(campaign)
    if at is not None:
        raise Conflict(DESTROYED, day=campaign.today(at).isoformat())


def _key(campaign: Campaign) -> str:
    return f"links_destroyed_at:{campaign.id}"
