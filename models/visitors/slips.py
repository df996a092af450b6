"""Which visits have a slip of attendance: those that count now. An undone or set-aside one has none."""

from uuid import UUID

from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign
from models.codes import keys, slips
from models.codes.slips import LONGEST_TITLE, Slip
from models.db import db
from models.ledger.in_effect import in_effect
from models.ledger.tables import Scan
from models.visitors.visits import KeptVisit, visits_of


def visit_with_slip(campaign: Campaign, holder: str, scan_id: UUID) -> KeptVisit | None:
    """The visit of this holder by its scan; None for one that does not count (any more)."""
    return next((visit for visit in visits_of(campaign, holder) if visit.scan_id == scan_id), None)


def slip_of(campaign: Campaign, visit: KeptVisit) -> Slip:
    since = visit.at.astimezone(clock.zone(campaign.zone))
    place = visit.occurrence.venue.name if visit.occurrence.venue else visit.event.venue_text
    return Slip(
        campaign=campaign.id,
        week=campaign.name_zh[:LONGEST_TITLE],
        event_id=visit.event.id,
        title=visit.event.title[:LONGEST_TITLE],
        place=place[:LONGEST_TITLE],
        day=visit.day,
        since=since.time().replace(second=0, microsecond=0),
        heads=visit.heads,
        scan_id=visit.scan_id,
    )


def signed(slip: Slip) -> str:
    key = keys.current_key(keys.KeyPurpose.SLIP)
    return slips.sign(slip, key.id, key.secret)


def public_keys() -> dict[int, bytes]:
    """Every key that may have signed a slip, by its id."""
    rows = db.session.scalars(select(keys.SigningKey).where(keys.SigningKey.purpose == keys.KeyPurpose.SLIP))
    return {row.id: row.public for row in rows if row.public is not None}


def still_counts(slip: Slip) -> bool:
    """Whether the check-in behind a genuine slip counts today; the signature alone cannot know of a later undo."""
    row = db.session.scalar(select(Scan).where(Scan.id == slip.scan_id))
    return row is not None and row.id in in_effect([row])
