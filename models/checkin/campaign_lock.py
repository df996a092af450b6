"""The lock that admissions of a campaign share, and that whoever must be alone with its ledger takes for itself."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text

from models.checkin import cache_versions
from models.checkin.cache_versions import Topic
from models.db import db, on_postgresql
from models.transactions.round_trip import ask_together

_ADMISSION_LOCK = 0x4F57  # class of the advisory locks, one for each campaign


def lock_campaigns(exclusive: Mapping[int, bool]) -> None:
    """Shared by all admissions of a campaign; exclusive: waits until no other admission runs. By the campaign's number.

    Exclusive for an undo whose target is not stored: the target may be inserted concurrently, and each would commit
    without the other. SQLite has one writer at a time anyway."""
    if on_postgresql() and exclusive:
        connection = db.session.connection()
        for alone in sorted(set(exclusive.values())):
            numbers = sorted(number for number, value in exclusive.items() if value == alone)
            connection.execute(_ADMIT[alone], {"kind": _ADMISSION_LOCK, "numbers": numbers})


def versions_under_lock(numbers: Iterable[int]) -> dict[Topic, int]:
    """The versions of the cache (models.checkin.cache); on PostgreSQL these campaigns are locked shared with it."""
    connection, distinct = db.session.connection(), sorted(set(numbers))
    if not distinct or connection.dialect.name == "sqlite":
        return cache_versions.versions(connection)
    lock = _ADMIT[False], {"kind": _ADMISSION_LOCK, "numbers": distinct}
    rows, _locked = ask_together(connection, [(_VERSIONS, {}), lock])
    return cache_versions.topics(rows)


_VERSIONS = text(cache_versions.QUERY)
_NUMBERS = "FROM unnest(CAST(:numbers AS integer[])) AS number"
_ADMIT = {
    False: text("SELECT pg_advisory_xact_lock_shared(:kind, number) " + _NUMBERS),
    True: text("SELECT pg_advisory_xact_lock(:kind, number) " + _NUMBERS),
}
