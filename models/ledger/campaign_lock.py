"""The lock that admissions of a campaign share, and that whoever must be alone with its ledger takes for itself."""

from collections.abc import Collection, Mapping

from sqlalchemy import text

from models.db import db, on_postgresql
from models.transactions.round_trip import Question

_ADMISSION_LOCK = 0x4F57  # class of the advisory locks, one for each campaign
_NUMBERS = "FROM unnest(CAST(:numbers AS integer[])) AS number"
_ADMIT = {
    False: text("SELECT pg_advisory_xact_lock_shared(:kind, number) " + _NUMBERS),
    True: text("SELECT pg_advisory_xact_lock(:kind, number) " + _NUMBERS),
}


def lock_campaigns(exclusive: Mapping[int, bool]) -> None:
    """Shared by all admissions of a campaign; exclusive: waits until no other admission runs. By the campaign's number.

    Exclusive for an undo whose target is not stored: the target may be inserted concurrently, and each would commit
    without the other. SQLite has one writer at a time anyway."""
    if on_postgresql() and exclusive:
        connection = db.session.connection()
        for alone in sorted(set(exclusive.values())):
            numbers = sorted(number for number, value in exclusive.items() if value == alone)
            connection.execute(*lock_question(numbers, alone=alone))


def lock_question(numbers: Collection[int], *, alone: bool) -> Question:
    """The statement that locks campaigns on PostgreSQL. numbers: in ascending order."""
    return _ADMIT[alone], {"kind": _ADMISSION_LOCK, "numbers": list(numbers)}
