"""The chain of the audit log: each entry's hash covers its content and the hash before. Writing an entry, and checking all.

The newest id and hash also stand in the settings, so that entries cut off at the end are noticed. Whoever can write to the
database can still compute the whole chain anew: keep a copy of the newest hash elsewhere (it is printed by `openweek verify`).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Enum, Row, String, select, type_coerce

from models.audit.current_actor import current_actor
from models.audit.tables import Actor, AuditEntry, AuditSubject, AuditVerb
from models.db import db, insert, snapshot
from models.installation import Setting
from models.organizations.tables import Account

FIRST_HASH = "0" * 64
_KEY = "audit_head"  # "<id> <hash>" of the newest entry
_BATCH = 1000
_COLUMNS = (
    "id", "at", "account_id", "verb", "subject", "subject_id", "detail", "network", "previous_hash",
)  # fmt: skip


@dataclass(frozen=True)
class ChainCheck:
    """entries: how many hold, from the first on. head: the hash of the last of them. broken_at: the id of the first entry that
    does not hold or is missing; None where all do."""

    entries: int
    head: str
    broken_at: int | None


def record(
    verb: AuditVerb,
    now: datetime,
    by: Actor,
    subject: Account | None = None,
    *,
    invitation_id: int | None = None,
    **detail: str | int | bool | None,
) -> None:
    """Add an entry about an account or an invitation. As record_act()."""
    kind = AuditSubject.INVITATION if invitation_id is not None else AuditSubject.ACCOUNT if subject else None
    subject_id = invitation_id if invitation_id is not None else subject.id if subject else None
    _add(verb, now, by, kind, subject_id, detail)


def record_act(
    verb: AuditVerb,
    now: datetime,
    subject: AuditSubject,
    subject_id: int,
    **detail: str | int | bool | None,
) -> None:
    """Add an entry about something else than an account, by whoever acts now. Runs inside the caller's transaction, as its
    last act: it locks the log until the commit."""
    _add(verb, now, current_actor(), subject, subject_id, detail)


def _add(
    verb: AuditVerb,
    now: datetime,
    by: Actor,
    subject: AuditSubject | None,
    subject_id: int | None,
    detail: dict[str, str | int | bool | None],
) -> None:
    last_id, last_hash = _lock_head()
    content = (
        last_id + 1,
        now.astimezone(UTC),
        by.account.id if by.account else None,
        verb,
        subject,
        subject_id,
        json.dumps(detail, ensure_ascii=False, sort_keys=True),
        by.network[:45],
        last_hash,
    )
    entry = AuditEntry(**dict(zip(_COLUMNS, content, strict=True)), hash=_digest(*content))
    db.session.add(entry)
    db.session.get_one(Setting, _KEY).value = f"{entry.id} {entry.hash}"
    db.session.flush()


def _lock_head() -> tuple[int, str]:
    """Id and hash of the newest entry. Until the commit no other transaction adds one: on SQLite writers are alone, on PostgreSQL
    this row is locked."""
    db.session.flush()
    db.session.execute(insert(Setting).values(key=_KEY, value=f"0 {FIRST_HASH}").on_conflict_do_nothing())
    query = select(Setting).where(Setting.key == _KEY).with_for_update()
    head = db.session.scalars(query.execution_options(populate_existing=True)).one()
    return _split(head.value)


def _split(value: str) -> tuple[int, str]:
    number, _space, digest = value.partition(" ")
    return int(number), digest


def _digest(number: int, at: datetime, *others: object) -> str:
    """SHA-256 in hex over the columns in the order of _COLUMNS, as a JSON array."""
    content = [number, at.astimezone(UTC).isoformat(timespec="microseconds"), *others]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def verify_chain() -> ChainCheck:
    """Go through the whole log, in one read transaction."""
    count, last = 0, FIRST_HASH
    with snapshot():
        head = db.session.scalar(select(Setting.value).where(Setting.key == _KEY))
        for *content, stored in _entries():
            number, previous = content[0], content[-1]
            if number != count + 1 or previous != last or stored != _digest(*content):
                return ChainCheck(count, last, count + 1)
            count, last = number, stored
        intact = _split(head) == (count, last) if head else count == 0
    return ChainCheck(count, last, None if intact else count + 1)


def _entries() -> Iterator[Row]:
    """The columns and the hash of every entry. Kinds as the text that stands there: it may be one that we never wrote."""
    columns = [getattr(AuditEntry, name) for name in _COLUMNS]
    columns = [type_coerce(one, String) if isinstance(one.type, Enum) else one for one in columns]
    query, last_id = select(*columns, AuditEntry.hash).order_by(AuditEntry.id).limit(_BATCH), 0
    while batch := db.session.execute(query.where(AuditEntry.id > last_id)).all():
        yield from batch
        last_id = batch[-1].id
