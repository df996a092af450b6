"""Who an account is at the directory: issuer and subject (`sub`), which the directory gives to nobody else.

The first sign-in with the verified address of an account binds the account to that identity. From then on nobody else gets in
by this address, also not a person to whom the directory gives the address later.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import sessions, throttle
from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, Conflict, Mistake
from models.organizations.tables import Account, find_account

LONGEST_SUBJECT = 255  # characters, by OpenID Connect Core 1.0, section 2


class DirectoryIdentity(Base):
    """The one person at a directory to whom an account belongs. issuer and subject: as its ID token names them."""

    __tablename__ = "directory_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("account_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    bound_at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account] = relationship()


@dataclass(frozen=True)
class Identity:
    """What a checked ID token says of a person. Raises ValueError for a subject that none can have."""

    issuer: str
    subject: str

    def __post_init__(self) -> None:
        if not isinstance(self.subject, str) or not 0 < len(self.subject) <= LONGEST_SUBJECT:
            raise ValueError("sub")
        if not self.subject.isprintable():
            raise ValueError("sub")


class OtherPerson(Mistake):
    """The account belongs to another identity, or the identity to another account."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The account of your address belongs to another person at the directory. If it is yours, sign in with your "
                "password and release it under “My account”, or ask the office that manages it."
            )
        )


def account_of_identity(
    identity: Identity, verified_email: str | None, now: datetime, by: Actor
) -> Account | None:
    """The open account of a person at the directory: the one that is bound to it; else that of the address, if no other
    person is bound to that. A failed sign-in where there is none.

    Raises OtherPerson."""
    bound = _row(identity)
    if bound is not None:
        account: Account | None = bound.account
    else:
        account = find_account(throttle.normalized_address(verified_email)) if verified_email else None
    taken = bound is None and account is not None and _bound_to_another(account, identity)
    if account is not None and account.is_active and not taken:
        return account
    with transaction():
        record(
            AuditVerb.SIGN_IN_FAILED,
            now,
            by,
            account,
            method="directory",
            **({"other_person": True} if taken else {}),
        )
    if taken:
        raise OtherPerson
    return None


def _row(identity: Identity) -> DirectoryIdentity | None:
    return db.session.scalar(
        select(DirectoryIdentity).where(
            DirectoryIdentity.issuer == identity.issuer, DirectoryIdentity.subject == identity.subject
        )
    )


def _bound_to_another(account: Account, identity: Identity) -> bool:
    query = select(DirectoryIdentity.id).where(
        DirectoryIdentity.account_id == account.id, DirectoryIdentity.issuer == identity.issuer
    )
    return db.session.scalar(query) is not None


def bind(account: Account, identity: Identity, now: datetime, by: Actor) -> None:
    """From now on the account belongs to this person; nothing where it does already. Runs inside the caller's transaction.

    Raises OtherPerson, also where somebody else was quicker."""
    row = {"issuer": identity.issuer, "subject": identity.subject, "account_id": account.id, "bound_at": now}
    made = insert(DirectoryIdentity).values(row).on_conflict_do_nothing().returning(DirectoryIdentity.id)
    if _row(identity) is None and db.session.scalar(made) is not None:
        record(AuditVerb.DIRECTORY_BOUND, now, by, account)
        return
    bound = _row(identity)
    if bound is None or bound.account_id != account.id:
        raise OtherPerson


def identity_of(account: Account) -> DirectoryIdentity | None:
    """The newest, of several directories one after the other."""
    query = select(DirectoryIdentity).where(DirectoryIdentity.account_id == account.id)
    return db.session.scalar(query.order_by(DirectoryIdentity.bound_at.desc()).limit(1))


def release(account: Account, now: datetime, by: Actor) -> None:
    """The next sign-in with the verified address binds it anew. Its sessions end, where another than the owner does it.

    Raises Conflict where it is bound to nobody."""
    with transaction():
        released = delete(DirectoryIdentity).where(DirectoryIdentity.account_id == account.id)
        if not db.session.scalars(released.returning(DirectoryIdentity.id)).all():
            raise Conflict(N_("This account is not bound to anybody at the directory. Reload the page."))
        if by.account is None or by.account.id != account.id:
            sessions.end_sessions(account, now)
        record(AuditVerb.DIRECTORY_RELEASED, now, by, account)
