"""Bringing a database to where the system can run: regions, a campaign, keys, the name of the site, calendar entries."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import campaign_file, ical, keys, loading, search, settings
from models.base import db, transaction
from models.campaign import Campaign
from models.site import site


def prepare(source: Path | None, now: datetime, *, default: bool = False) -> Campaign | None:
    """Everything that a database of the newest schema needs; safe to run again. The campaign that was loaded.

    source: a campaign file; None: the 2024 week of the notice, unless the installation has a campaign of its own and
    not that one (default: even then). Raises Mistake for a file that cannot be used; nothing of it is loaded then."""
    file = campaign_file.read(source) if source else campaign_file.default()
    loading.load_regions()
    with transaction():
        keys.ensure(now)
        settings.keep_uid_domain(site().uid_domain)
    known = set(db.session.scalars(select(Campaign.id).where(Campaign.rehearsal.is_(False))))
    campaign = None
    if source or default or not known or file.id in known:
        campaign = loading.load_campaign(file)
    ical.rerender_stale(now)
    search.fill()
    return campaign
