"""Bringing a database to where the system can run: regions, a campaign, keys, the name of the site, calendar entries."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import installation
from models.campaigns import file as campaign_file
from models.campaigns.tables import Campaign
from models.codes import keys
from models.db import db, transaction
from models.ics import entries
from models.installation import site
from models.operations import campaign_loader
from models.public import search


def prepare_database(source: Path | None, now: datetime, *, default: bool = False) -> Campaign | None:
    """Everything that a database of the newest schema needs; safe to run again. The campaign that was loaded.

    source: a campaign file; None: the 2024 week of the notice, unless the installation has a campaign of its own and
    not that one (default: even then). Raises Mistake for a file that cannot be used; nothing of it is loaded then."""
    file = campaign_file.read_campaign_file(source) if source else campaign_file.default_campaign_file()
    campaign_loader.load_regions()
    with transaction():
        keys.ensure_keys(now)
        installation.keep_uid_domain(site().uid_domain)
    known = set(db.session.scalars(select(Campaign.id).where(Campaign.rehearsal.is_(False))))
    campaign = None
    if source or default or not known or file.id in known:
        campaign = campaign_loader.load_campaign(file)
    entries.rerender_stale(now)
    search.index_missing()
    return campaign
