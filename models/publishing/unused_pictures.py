"""Pictures that no event shows and no open proposal names: deleted after a day, so that replaced ones do not pile up."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from models.db import db, transaction
from models.events.pictures import Picture
from models.events.tables import Event
from models.publishing.proposals import open_proposals

KEPT = timedelta(days=1)  # after it was stored; a form that shows it may still be open
MOST = 200  # in one tick


def delete_unused(now: datetime) -> int:
    """How many were deleted. A picture that is stored again meanwhile is young again (keep_picture) and stays."""
    shown = exists().where(Event.picture_sha256 == Picture.sha256)
    unused = select(Picture.sha256).where(Picture.added_at < now - KEPT, ~shown).limit(MOST)
    with transaction():
        digests = set(db.session.scalars(unused))
        if digests:
            digests -= {proposal.draft.picture_sha256 for proposal in open_proposals()}
        # The condition again: a transaction that showed one has committed while this one waited for the row.
        deleted = delete(Picture).where(Picture.sha256.in_(digests), Picture.added_at < now - KEPT, ~shown)
        return len(db.session.scalars(deleted.returning(Picture.sha256)).all())
