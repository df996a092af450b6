"""The campaigns' shared lock and the versions of the cache, asked for together at the begin of an admission."""

from collections.abc import Iterable

from sqlalchemy import text

from models.checkin import cache_versions
from models.checkin.cache_versions import Topic
from models.db import db
from models.ledger.campaign_lock import lock_question
from models.transactions.round_trip import ask_together

_VERSIONS = text(cache_versions.QUERY)


def versions_under_lock(numbers: Iterable[int]) -> dict[Topic, int]:
    """The versions of the cache (models.checkin.cache); on PostgreSQL these campaigns are locked shared with it."""
    connection, distinct = db.session.connection(), sorted(set(numbers))
    if not distinct or connection.dialect.name == "sqlite":
        return cache_versions.versions(connection)
    rows, _locked = ask_together(connection, [(_VERSIONS, {}), lock_question(distinct, alone=False)])
    return cache_versions.topics(rows)
