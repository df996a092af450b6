"""What an event offers for the summary: highlights in words, and pictures with a description. Rows; the newest text is valid."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.db import Base, Instant, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.draft import ALT_LENGTH
from models.events.draft_rules import alt_problem
from models.events.tables import Event
from models.organizations.tables import Account

MAX_TEXT = 2_000
MAX_PICTURES = 12

LONG_TEXT = N_("Use at most %(most)s characters.")
TOO_MANY = N_("An event has at most %(most)s pictures for the summary. Remove one first.")
NO_PICTURE = N_("There is no such picture of this event.")


class Highlight(Base):
    """text: empty: what was written before is withdrawn."""

    __tablename__ = "highlight"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class SummaryPicture(Base):
    """undoes: the row whose picture is taken away."""

    __tablename__ = "summary_picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("picture.sha256"))
    alt: Mapped[str] = mapped_column(String(ALT_LENGTH))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("summary_picture.id"))


def highlight_of(event: Event) -> str:
    query = (
        select(Highlight.text).where(Highlight.event_id == event.id).order_by(Highlight.id.desc()).limit(1)
    )
    return db.session.scalar(query) or ""


def write_highlight(event: Event, text: str, account: Account, now: datetime) -> None:
    """An unchanged text adds no row. Raises Mistake."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MAX_TEXT:
        raise Mistake(LONG_TEXT, most=MAX_TEXT)
    if text != highlight_of(event):
        with transaction():
            db.session.add(Highlight(event_id=event.id, text=text, account_id=account.id, at=now))


def pictures_of(event: Event) -> list[SummaryPicture]:
    """In the order in which they were added."""
    undoing = aliased(SummaryPicture)
    query = select(SummaryPicture).where(
        SummaryPicture.event_id == event.id,
        SummaryPicture.undoes.is_(None),
        ~select(undoing.id).where(undoing.undoes == SummaryPicture.id).exists(),
    )
    return list(db.session.scalars(query.order_by(SummaryPicture.id)))


def add_picture(event: Event, digest: str, alt: str, account: Account, now: datetime) -> None:
    """digest: of a stored picture (keep_picture). Raises Mistake."""
    alt = " ".join(alt.split())
    if problem := alt_problem(alt):
        raise problem
    if len(pictures_of(event)) >= MAX_PICTURES:
        raise Conflict(TOO_MANY, most=MAX_PICTURES)
    with transaction():
        db.session.add(
            SummaryPicture(event_id=event.id, sha256=digest, alt=alt, account_id=account.id, at=now)
        )


def remove_picture(event: Event, picture_id: int, account: Account, now: datetime) -> None:
    """Raises NotFound, also for one that was taken away."""
    row = next((one for one in pictures_of(event) if one.id == picture_id), None)
    if row is None:
        raise NotFound(NO_PICTURE)
    with transaction():
        db.session.add(
            SummaryPicture(
                event_id=event.id,
                sha256=row.sha256,
                alt=row.alt,
                account_id=account.id,
                at=now,
                undoes=row.id,
            )
        )
