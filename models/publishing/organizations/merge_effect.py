"""What merging two organizations would change, said before it is done: it cannot be undone."""

from dataclasses import dataclass

from sqlalchemy import select

from models.db import db
from models.errors import Mistake
from models.events.tables import PUBLIC, Event
from models.organizations.tables import Account, Organization
from models.organizations.tree import below_of
from models.publishing.organizations import merges


@dataclass(frozen=True)
class MergeEffect:
    """events: of the other organization, led or hosted. accounts: those that change to the kept one. below: organizations that
    stand below the other in the tree. new_line: the line that the kept one gets. refused: why it cannot be done."""

    kept: Organization
    other: Organization
    events: list[Event]
    accounts: list[Account]
    below: list[Organization]
    new_line: str | None
    refused: Mistake | None

    @property
    def public(self) -> int:
        """How many of the events the public sees change."""
        return sum(event.status in PUBLIC for event in self.events)


def merge_effect(account: Account, kept_id: int, other_id: int) -> MergeEffect:
    """Raises NotFound for an organization out of the account's reach."""
    kept, other = merges.pair_in_reach(account, kept_id, other_id)
    refused = None
    try:
        merges.check_reach(kept, other, account)
    except Mistake as mistake:
        refused = mistake
    accounts = select(Account).where(Account.organization_id == other.id, Account.closed_at.is_(None))
    return MergeEffect(
        kept,
        other,
        merges.events_of(other),
        list(db.session.scalars(accounts.order_by(Account.email))),
        below_of(merges.organizations_for(account), other),
        other.line if kept.line is None else None,
        refused,
    )
