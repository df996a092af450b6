"""What a database needs before the system can run: regions, a campaign, keys, the UID domain, calendar entries."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, text

from models import installation
from models.campaigns import file as campaign_file
from models.campaigns.tables import Campaign
from models.codes import keys
from models.db import db, on_postgresql, transaction
from models.ics import entries
from models.installation import site
from models.operations import campaign_loader
from models.public import search

_LOCK = 0x6F70656E  # of PostgreSQL's advisory locks: "open"


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time makes or upgrades a database; another that starts meanwhile waits for it."""
    if on_postgresql():
        db.session.remove()
        # Of a transaction, not of a session: a pooler could give the unlocking to another one.
        with db.engine.begin() as connection:
            # It rests while others work; without the setting the server might end it, and the lock with it.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield
        return
    database = db.engine.url.database
    if not database or database == ":memory:":
        yield
        return
    path = Path(f"{database}-setup")
    with path.open("w") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare_database(source: Path | None, now: datetime, *, default: bool = False) -> Campaign | None:
    """Fill a database of the newest schema; safe to repeat. Returns the campaign that was loaded, if any.

    source: a campaign file. None: the 2024 week of the notice; not in an installation that has other campaigns, unless
    default is set. Raises Mistake for a file that cannot be used, before anything of it is loaded."""
    file = campaign_file.read_campaign_file(source) if source else campaign_file.default_campaign_file()
    campaign_loader.load_regions()
    with transaction():
        keys.ensure_keys(now)
        installation.keep_uid_domain(site().uid_domain)
        installation.keep_secret_key()
    campaign_ids = set(db.session.scalars(select(Campaign.id).where(Campaign.rehearsal.is_(False))))
    campaign = None
    if source or default or not campaign_ids or file.id in campaign_ids:
        campaign = campaign_loader.load_campaign(file)
    entries.rerender_stale(now)
    search.index_missing()
    return campaign
