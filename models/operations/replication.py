"""Whether the primary takes writes, and what a failover to its standby would lose."""

from sqlalchemy import text

from models.db import db, has_standby, on_postgresql
from models.errors import N_

READ_ONLY = N_(
    "The database takes no writes: it is a standby, or set to read only. Let OPENWEEK_DATABASE_URL lead to the primary."
)
WAITS_IN_VAIN = N_(
    "Nothing can be saved: the primary waits for a standby, and none is connected. Start the standby, or empty "
    "synchronous_standby_names."
)
LOSES_ACKNOWLEDGED = N_(
    "The primary does not wait for its standby: acknowledged scans would be lost with it. Set "
    "synchronous_standby_names, and leave synchronous_commit on."
)
_READ_ONLY = text("SELECT current_setting('transaction_read_only') = 'on'")
# sync: for which the primary waits. Without rights of its own an account sees how many standbys there are, and nothing else
# of them: then each may be one.
_STANDBYS = text(
    "SELECT count(*) AS known, count(*) FILTER (WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')) AS sync "
    "FROM pg_stat_replication"
)
_WAITS = text(
    "SELECT current_setting('synchronous_standby_names') <> '' "
    "AND current_setting('synchronous_commit') NOT IN ('off', 'local')"
)


def is_read_only() -> bool:
    """Whether nothing can be saved: a standby that was not promoted, or a database that is set so."""
    return on_postgresql() and bool(db.session.scalar(_READ_ONLY))


def problem() -> str | None:
    """What is wrong, as an English sentence that says what to do; None where all is well, or there is no replication."""
    if not on_postgresql():
        return None
    if is_read_only():
        return READ_ONLY
    standbys = db.session.execute(_STANDBYS).one()
    if db.session.scalar(_WAITS):
        return None if standbys.sync else WAITS_IN_VAIN
    return LOSES_ACKNOWLEDGED if standbys.known or has_standby() else None
