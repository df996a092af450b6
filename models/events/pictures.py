"""Pictures of events, as rows.

The bytes are in the database: every node of the application reads the same ones, a backup holds them, and a picture
and the event that names it are written in one transaction. A picture goes by the digest of its bytes, so that an address
with the digest never changes what it shows, and the same poster of twenty events is stored once. Which picture an event
shows is a field of the event (models.events.draft), changed, proposed and recorded in the history like any other.
"""

import hashlib
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, insert
from models.drawing.photo import Photo
from models.organizations.tables import Account

DIGEST_LENGTH = 64  # hexadecimal digits of SHA-256


class Picture(Base):
    """One picture, drawn anew (models.drawing.photo), in two sizes. width, height: of the large one in pixels.
    source_url: where it was fetched from, None where a person sent it. added_by None: the operator or a fetch."""

    __tablename__ = "picture"

    sha256: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)  # of the large one
    width: Mapped[int]
    height: Mapped[int]
    large: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    small: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    source_url: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


def keep_picture(
    photo: Photo, now: datetime, by: Account | None = None, source_url: str | None = None
) -> str:
    """Store a picture inside the caller's transaction; its digest. One that is there is young again, so that it is not
    deleted as unused before the caller's event shows it."""
    digest = hashlib.sha256(photo.large).hexdigest()
    row = {
        "sha256": digest,
        "width": photo.width,
        "height": photo.height,
        "large": photo.large,
        "small": photo.small,
        "source_url": source_url,
        "added_at": now,
        "added_by": by.id if by else None,
    }
    statement = insert(Picture).values(row)
    db.session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_={"added_at": now}))
    return digest


def picture_bytes(digest: str, *, small: bool) -> bytes | None:
    """WebP bytes of one size; None where there is no such picture."""
    column = Picture.small if small else Picture.large
    return db.session.scalar(select(column).where(Picture.sha256 == digest))
