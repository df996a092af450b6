"""The audit log as an account may read it: the committee all of it, an office what concerns the accounts it manages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import joinedload

from models import clock
from models.accounts import scope
from models.audit.tables import AuditEntry, AuditSubject, AuditVerb
from models.db import LARGEST_ID, db
from models.events.tables import Event
from models.organizations.tables import Account, Organization, Role

PAGE = 100
_NAMES = (
    (AuditSubject.ACCOUNT, Account, Account.email),
    (AuditSubject.ORGANIZATION, Organization, Organization.name),
    (AuditSubject.EVENT, Event, Event.title),
)


@dataclass(frozen=True)
class AuditFilter:
    """verb, address and day: None is any. day: in this zone. before: only entries with a smaller id."""

    zone: str
    verb: AuditVerb | None = None
    address: str | None = None
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class AuditPage:
    """subjects: the addresses of accounts, names of organizations and titles of events that entries are about, by kind and id.
    older: whether more follow."""

    entries: Sequence[AuditEntry]
    subjects: dict[tuple[str, int], str]
    older: bool


def entries_for(account: Account, choice: AuditFilter) -> AuditPage:
    """The newest entries first, PAGE of them. Raises NotFound for an account that manages no other."""
    scope.require_manager(account)
    query = select(AuditEntry).where(_in_reach(account), *_conditions(choice))
    query = query.options(joinedload(AuditEntry.account)).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    rows = db.session.scalars(query).all()
    return AuditPage(rows[:PAGE], _subjects(rows), older=len(rows) > PAGE)


def _subjects(rows: Sequence[AuditEntry]) -> dict[tuple[str, int], str]:
    subjects: dict[tuple[str, int], str] = {}
    for kind, table, column in _NAMES:
        ids = {row.subject_id for row in rows if row.subject == kind}
        if ids:
            query = select(table.id, column).where(table.id.in_(ids))
            subjects |= {(kind, id): name for id, name in db.session.execute(query).tuples()}
    return subjects


def every_entry(account: Account) -> Select[tuple[AuditEntry]]:
    """All that an account may read. Raises NotFound for an account that manages no other."""
    scope.require_manager(account)
    return select(AuditEntry).where(_in_reach(account)).options(joinedload(AuditEntry.account))


def _in_reach(account: Account) -> ColumnElement[bool]:
    if account.role == Role.COMMITTEE:
        return true()
    return _concerns(scope.account_in_reach(account))


def _concerns(accounts: ColumnElement[bool]) -> ColumnElement[bool]:
    """Entries by these accounts, or about them."""
    ids = select(Account.id).where(accounts)
    about = (AuditEntry.subject == AuditSubject.ACCOUNT) & AuditEntry.subject_id.in_(ids)
    return or_(AuditEntry.account_id.in_(ids), about)


def _conditions(choice: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if choice.verb is not None:
        conditions.append(AuditEntry.verb == choice.verb)
    if choice.address is not None:
        conditions.append(_concerns(Account.email == choice.address))
    if choice.day is not None:
        start, end = clock.day_bounds(choice.day, choice.day, choice.zone)
        conditions += [AuditEntry.at >= start, AuditEntry.at < end]
    if choice.before is not None:
        conditions.append(AuditEntry.id < min(choice.before, LARGEST_ID))
    return conditions
