"""Pictures to which nothing refers and that no open proposal names: deleted after a day, so that replaced ones do not pile up."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select

from models.db import Base, db, transaction
from models.events.pictures import Picture
from models.publishing.proposals import open_proposals

KEPT = timedelta(days=1)  # after it was stored; a form that shows it may still be open
MOST = 200  # in one tick


def delete_unused(now: datetime) -> int:
    """How many were deleted. A picture that is stored again meanwhile is young again (keep_picture) and stays."""
    unused = [Picture.added_at < now - KEPT, *_nothing_refers()]
    digests = set(db.session.scalars(select(Picture.sha256).where(*unused).limit(MOST)))
    if digests:
        digests -= {proposal.draft.picture_sha256 for proposal in open_proposals()}
    if not digests:
        return 0  # without taking the write lock
    with transaction():
        # The conditions again: a transaction that showed one may have committed meanwhile.
        deleted = delete(Picture).where(Picture.sha256.in_(digests), *unused).returning(Picture.sha256)
        return len(db.session.scalars(deleted).all())


def _nothing_refers() -> Iterator[ColumnElement[bool]]:
    """Whatever table has a foreign key to a picture, in whichever package."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == "picture.sha256" for key in column.foreign_keys):
                yield ~exists().where(column == Picture.sha256)
