"""Organizations that were entered more than once: which are alike, and merging two of them.

The merged one stays as a row, so that its id in published addresses and its name in files lead to the one that was kept.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, combinations

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.db import LARGEST_ID, Base, Instant, db, insert, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.draft import OrganizationDraft, draft_of
from models.events.tables import Event, EventHost
from models.organizations.names import core_names, may_be_same
from models.organizations.tables import Account, Organization, Role
from models.places import regions
from models.publishing import lifecycle
from models.publishing.change import current, event_transaction, lock_event
from models.text.bare_text import bare_text

MOST_PAIRS = 50
MOST_COMPARED = 300  # organizations of one region whose names are compared letter by letter


@dataclass(frozen=True)
class OrganizationUse:
    """What refers to an organization and would follow it. events: led or hosted."""

    events: int = 0
    accounts: int = 0


class DifferentOrganizations(Base):
    """Two organizations that a person found to be different; they are not offered again. low_id < high_id."""

    __tablename__ = "different_organizations"

    low_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class AlikePair:
    left: Organization
    right: Organization


def organizations_for(account: Account) -> list[Organization]:
    """The organizations in an account's region, or all; not those that were merged."""
    query = select(Organization).where(organizations_in_reach(account), Organization.merged_into_id.is_(None))
    return list(db.session.scalars(query.order_by(Organization.name, Organization.id)))


def organizations_in_reach(account: Account) -> ColumnElement[bool]:
    if account.role == Role.COMMITTEE:
        return Organization.id > 0
    if account.role in (Role.OFFICE, Role.VIEWER):
        area = regions.within(Organization.region_code, account.organization.region_code)
        own = account.organization
        return and_(area, Organization.line == own.line) if own.line_limited else area
    raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))


def alike_names(names: Collection[str], region_code: str | None) -> dict[str, str]:
    """By new name, that of an organization of this region which may be the same. Names that are known are left out."""
    if not names or region_code is None:
        return {}
    plain = {bare_text(name) for name in names}
    known = set(db.session.scalars(select(Organization.plain_name).where(Organization.plain_name.in_(plain))))
    query = select(Organization.name).where(Organization.merged_into_id.is_(None))
    in_region = query.where(Organization.region_code == region_code).order_by(Organization.id)
    others = db.session.scalars(in_region.limit(MOST_COMPARED)).all()
    pairs = {
        name: next((other for other in others if may_be_same(name, other, region_code)), None)
        for name in names
        if bare_text(name) not in known
    }
    return {name: other for name, other in pairs.items() if other}


def alike_pairs(organizations: Iterable[Organization]) -> list[AlikePair]:
    """Pairs that may be one organization, at most MOST_PAIRS, without those that a person found different: of one name in the
    same province, and of alike names in the same region."""
    by_name: dict[tuple[str, str], list[Organization]] = defaultdict(list)
    by_region: dict[str | None, list[Organization]] = defaultdict(list)
    for organization in organizations:
        by_name[organization.plain_name, regions.province(organization.region_code)].append(organization)
        by_region[organization.region_code].append(organization)
    same_name = (pair for group in by_name.values() for pair in combinations(group, 2))
    alike = (pair for region, group in by_region.items() for pair in _alike_in(region, group))
    different = _different()
    pairs: dict[tuple[int, int], AlikePair] = {}
    for left, right in chain(same_name, alike):
        key = (min(left.id, right.id), max(left.id, right.id))
        if key not in different:
            pairs.setdefault(key, AlikePair(left, right))
        if len(pairs) == MOST_PAIRS:
            break
    return list(pairs.values())


def _alike_in(
    region: str | None, group: Sequence[Organization]
) -> Iterator[tuple[Organization, Organization]]:
    """Of a region with very many organizations only those with a core name in common, so that the work stays bounded."""
    if len(group) <= MOST_COMPARED:
        yield from (
            pair for pair in combinations(group, 2) if may_be_same(pair[0].name, pair[1].name, region)
        )
        return
    by_core: dict[str, list[Organization]] = defaultdict(list)
    for organization in group:
        for core in core_names(organization.name, region):
            by_core[core].append(organization)
    yield from (pair for same in by_core.values() for pair in combinations(same, 2))


def _different() -> set[tuple[int, int]]:
    """Pairs of ids, the lower one first. In the rows they may stand the other way round: merges put other ids into them."""
    query = select(DifferentOrganizations.low_id, DifferentOrganizations.high_id)
    return {(min(pair), max(pair)) for pair in db.session.execute(query).tuples()}


def mark_different(account: Account, left_id: int, right_id: int, now: datetime) -> None:
    """Two organizations are different and are not offered again. Raises NotFound for one out of reach."""
    reachable = {organization.id for organization in organizations_for(account)}
    if left_id == right_id or not {left_id, right_id} <= reachable:
        raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))
    low, high = sorted((left_id, right_id))
    row = {"low_id": low, "high_id": high, "account_id": account.id, "at": now}
    with transaction():
        db.session.execute(insert(DifferentOrganizations).values(row).on_conflict_do_nothing())


def uses_of(organization_ids: Collection[int]) -> dict[int, OrganizationUse]:
    """Events and accounts, by organization. Three queries."""
    led = select(Event.lead_id.label("owner"), Event.id.label("event")).where(
        Event.lead_id.in_(organization_ids)
    )
    hosted = select(EventHost.organization_id, EventHost.event_id).where(
        EventHost.organization_id.in_(organization_ids)
    )
    both = led.union(hosted).subquery()
    events = dict(
        db.session.execute(select(both.c.owner, func.count()).group_by(both.c.owner)).tuples().all()
    )
    query = select(Account.organization_id, func.count()).where(Account.organization_id.in_(organization_ids))
    accounts = dict(db.session.execute(query.group_by(Account.organization_id)).tuples().all())
    return {
        number: OrganizationUse(events.get(number, 0), accounts.get(number, 0)) for number in organization_ids
    }


def pair_in_reach(account: Account, kept_id: int, other_id: int) -> tuple[Organization, Organization]:
    """Two organizations that an account may merge. Raises NotFound for one out of its reach."""
    pair = select(Organization).where(
        organizations_in_reach(account),
        Organization.merged_into_id.is_(None),
        Organization.id.in_([min(one, LARGEST_ID) for one in (kept_id, other_id)]),
    )
    found = {organization.id: organization for organization in db.session.scalars(pair)}
    if kept_id not in found or other_id not in found or not account.reviews:
        raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))
    return found[kept_id], found[other_id]


def merge_in_reach(account: Account, kept_id: int, other_id: int, now: datetime) -> Organization:
    """merge_organizations() for an account. Raises NotFound for one out of its reach."""
    kept, other = pair_in_reach(account, kept_id, other_id)
    merge_organizations(kept, other, now, account)
    return kept


def merge_organizations(
    kept: Organization, other: Organization, now: datetime, by: Account | None = None
) -> None:
    """Everything that refers to the other organization refers to the kept one. Raises Conflict where they are one already,
    Mistake where its accounts would reach more than before.

    Events that the other leads or hosts are changed as by a person, so that calendars, search and figures follow."""
    with event_transaction():
        _lock(kept, other)
        if kept.id == other.id or kept.merged_into_id or other.merged_into_id:
            raise Conflict(N_("These two are one organization already. Reload the page."))
        check_reach(kept, other, by)
        led = [Event.lead_id == other.id]
        if kept.line is None and other.line is not None:
            kept.line = other.line
            led.append(Event.lead_id == kept.id)
        # Also those that are withdrawn or only change their line: their visits move to other sums.
        for event_id in db.session.scalars(select(Event.id).where(or_(*led))).all():
            current().note(event_id, now)
        for event in events_of(other):
            draft = draft_of(lock_event(event))
            hosts = dict.fromkeys(kept.name if name == other.name else name for name in draft.hosts)
            lead = OrganizationDraft.of(kept) if event.lead_id == other.id else draft.lead
            lifecycle.write_change(event, replace(draft, lead=lead, hosts=tuple(hosts)), now, by)
        db.session.flush()
        for table, column in _references():
            _repoint(table, column, other.id, kept.id)
        _repoint_origin(f"desk:{other.id}", f"desk:{kept.id}")
        other.merged_into_id = kept.id
        record_act(
            AuditVerb.ORGANIZATIONS_MERGED, now, AuditSubject.ORGANIZATION, kept.id,
            merged=other.id, name=other.name,
        )  # fmt: skip
    db.session.expire_all()


def _lock(*organizations: Organization) -> None:
    """Two merges at once must not make each of two organizations stand for the other."""
    ids = [organization.id for organization in organizations]
    query = select(Organization).where(Organization.id.in_(ids)).order_by(Organization.id)
    db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def check_reach(kept: Organization, other: Organization, by: Account | None) -> None:
    """An office reaches the region of its organization: a merge must not move it to another one. The committee's
    organization is merged by the committee."""
    of_other = Account.organization_id == other.id
    offices = select(Account.id).where(of_other, Account.role.in_((Role.OFFICE, Role.VIEWER))).limit(1)
    if _area(kept) != _area(other) and db.session.scalar(offices) is not None:
        raise Mistake(
            N_("“%(name)s” has accounts of an office for another region. Keep that organization instead."),
            name=other.name,
        )
    ids = kept.id, other.id
    committee = select(Account.id).where(Account.organization_id.in_(ids), Account.role == Role.COMMITTEE)
    if by is not None and by.role != Role.COMMITTEE and db.session.scalar(committee.limit(1)) is not None:
        raise Mistake(N_("Only the committee can merge its own organization."))


def _area(organization: Organization) -> tuple[str | None, str | None]:
    """What an office of this organization reaches: its region, and its line where it is limited to it."""
    return organization.region_code, organization.line if organization.line_limited else None


def events_of(organization: Organization) -> list[Event]:
    hosted = select(EventHost.event_id).where(EventHost.organization_id == organization.id)
    query = select(Event).where(or_(Event.lead_id == organization.id, Event.id.in_(hosted)))
    return list(db.session.scalars(query.where(Event.withdrawn_at.is_(None)).order_by(Event.id)))


def _references() -> Iterator[tuple[Table, Column]]:
    """Every column that names an organization, whichever package it belongs to. Merges follow each other by themselves."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            names = {key.target_fullname for key in column.foreign_keys}
            if "organization.id" in names and table.name != Organization.__tablename__:
                yield table, column


def _repoint(table: Table, column: Column, old: int, new: int) -> None:
    if column.primary_key:
        # What both have stays as the kept one has it.
        rest = [key for key in table.primary_key.columns if key is not column]
        both = tuple_(*rest).in_(select(*rest).where(column == new))
        db.session.execute(delete(table).where(column == old, both))
    db.session.execute(update(table).where(column == old).values({column: new}))


def _repoint_origin(old: str, new: str) -> None:
    """Events that the other's desk imported are known to the kept one's next file."""
    known = select(Event.campaign_id, Event.origin_ref).where(Event.origin == new)
    same = tuple_(Event.campaign_id, Event.origin_ref).in_(known)
    db.session.execute(
        update(Event).where(Event.origin == old, ~same).values(origin=new),
        execution_options={"synchronize_session": False},
    )
