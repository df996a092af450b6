"""The campaign as a page or feed needs it that only reads."""

from models.campaigns.tables import Campaign, find_campaign
from models.checkin.cache import process_cache
from models.db import db, has_standby


def known_campaign(campaign_id: str) -> Campaign:
    """The campaign with its terms as check-in keeps it: one read shows whether it is still the same. Of no session, and for
    all threads. A standby may be behind, so there it is read. Raises NotFound."""
    if has_standby() or "\0" in campaign_id:
        return find_campaign(campaign_id)
    cache = process_cache()
    cache.refresh(db.session.connection())
    return cache.campaign(campaign_id) or find_campaign(campaign_id)
