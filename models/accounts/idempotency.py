"""Idempotency keys (draft-ietf-httpapi-idempotency-key-header): a create that is sent again gets its first answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, transaction
from models.errors import N_, Mistake
from models.organizations.tables import Account

LONGEST_KEY = 100
KEPT = timedelta(days=7)


class KeyReusedError(Mistake):
    """The key came with another request before."""

    status = 422


class IdempotentAnswer(Base):
    """The answer to a create. digest: of the request; written in the transaction of what was created."""

    __tablename__ = "idempotent_answer"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True)
class RequestKey:
    """The key of one request. digest: SHA-256 of its method, address and body, in hex."""

    account: Account
    key: str
    digest: str


def first_answer(request: RequestKey) -> IdempotentAnswer | None:
    """The answer that this key got before. Raises KeyReusedError where that was another request."""
    query = select(IdempotentAnswer).where(
        IdempotentAnswer.account_id == request.account.id, IdempotentAnswer.key == request.key
    )
    answer = db.session.scalar(query)
    if answer is not None and answer.digest != request.digest:
        raise KeyReusedError(
            N_("This idempotency key was used for another request. Make a new one for each create.")
        )
    return answer


def keep(request: RequestKey, status: int, location: str, body: bytes, now: datetime) -> None:
    """Keep an answer, inside the transaction of what was created. IntegrityError where the same request came twice at once."""
    db.session.add(
        IdempotentAnswer(
            account_id=request.account.id,
            key=request.key,
            digest=request.digest,
            status=status,
            location=location,
            body=body,
            at=now,
        )
    )
    db.session.flush()


def delete_old(now: datetime) -> None:
    with transaction():
        db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.at < now - KEPT))
