"""Files that were sent with a form of the desk whose other fields must be corrected first: kept for a day, for their sender.

A browser sends a file only once. Pictures have rows of their own (models.events.pictures)."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import LARGEST_ID, Base, BigId, Instant, db, transaction
from models.desk.attachments import Attachment
from models.organizations.tables import Account

KEPT = timedelta(days=1)
MOST_KEPT = 5  # of one account; of more the oldest go


class FormFile(Base):
    """A file of a form that was not saved yet."""

    __tablename__ = "form_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)

    @property
    def attachment(self) -> Attachment:
        return Attachment(self.name, self.content_type, self.data)


def keep(account: Account, file: Attachment, now: datetime) -> FormFile:
    kept = FormFile(
        account_id=account.id,
        name=file.name,
        content_type=file.content_type,
        size=len(file.data),
        data=file.data,
        at=now,
    )
    with transaction():
        db.session.add(kept)
        db.session.flush()
        own = select(FormFile.id).where(FormFile.account_id == account.id)
        newest = db.session.scalars(own.order_by(FormFile.id.desc()).limit(MOST_KEPT)).all()
        db.session.execute(
            delete(FormFile).where(FormFile.account_id == account.id, FormFile.id.not_in(newest))
        )
    return kept


def find(account: Account, file_id: int | None, now: datetime) -> FormFile | None:
    """A file that this account sent; None for any other, and for one that is too old."""
    if file_id is None or not 0 < file_id <= LARGEST_ID:
        return None
    query = select(FormFile).where(
        FormFile.id == file_id, FormFile.account_id == account.id, FormFile.at > now - KEPT
    )
    return db.session.scalar(query)


def forget(account: Account, file_id: int) -> None:
    """The form was saved with its file, or without it."""
    with transaction():
        db.session.execute(delete(FormFile).where(FormFile.id == file_id, FormFile.account_id == account.id))


def delete_old(now: datetime) -> int:
    """How many were deleted."""
    old = db.session.scalars(select(FormFile.id).where(FormFile.at <= now - KEPT)).all()
    if old:  # else without taking the write lock
        with transaction():
            db.session.execute(delete(FormFile).where(FormFile.id.in_(old)))
    return len(old)
