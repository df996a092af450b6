"""Pictures that a file or feed names by their address. An import only writes the address down; the tick fetches it.

An address that was fetched is not fetched again, nor one whose content is no picture: another address is.
A picture that a person chose or removed at the desk stays so.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, transaction
from models.drawing.photo import redraw
from models.errors import N_, Mistake
from models.events.draft import draft_of
from models.events.pictures import keep_picture
from models.events.tables import ChangeVerb, Event
from models.imports.feeds import fetch as fetching
from models.imports.feeds.fetch import Fetched
from models.imports.feeds.fetch_many import gather
from models.publishing import lifecycle
from models.publishing.change import event_transaction, lock_event

AT_ONCE = 10  # pictures in one tick, fetched side by side
MOST_ATTEMPTS = 5
WAIT = timedelta(minutes=15)  # after the first failure; doubled after each further one
LEASE = timedelta(hours=1)  # after which a picture is fetched again that a node died over
BY_HAND = N_("A picture was selected or removed at the desk, so the one of the import is not fetched.")
OURS = N_("The picture could not be saved because of an internal error.")

log = logging.getLogger("openweek.pictures")


class PictureFetch(Base):
    """What came of the address that an event's import named. next_at None: it is not tried again.
    problem: why the last attempt failed, as {"message", "values"}."""

    __tablename__ = "picture_fetch"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    fetched_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # A person asked for it after a picture was selected or removed at the desk.
    asked_again_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def mistake(self) -> Mistake | None:
        return Mistake(self.problem["message"], **self.problem["values"]) if self.problem else None


def fetch_of(event: Event) -> PictureFetch | None:
    """What came of the address that the event names now; None where it names none or nothing was tried yet."""
    row = db.session.get(PictureFetch, event.id) if event.picture_url else None
    return row if row is not None and row.url == event.picture_url else None


def fetch_again(event: Event, now: datetime) -> None:
    """The address that the event names is due now, whatever came of it before, and replaces a choice by hand."""
    row = fetch_of(event)
    if row is None:
        return  # due by itself
    with transaction():
        row.attempts, row.next_at, row.asked_again_at, row.problem = 0, now, now, None


def fetch_due(now: datetime, fetch: Callable[[str, str, str], Fetched] = fetching.fetch) -> int:
    """Fetch what is due; how many addresses were asked. A failure is noted and holds up no other."""
    asked: list[tuple[Event, PictureFetch]] = []
    for event in _due(now):
        row = _begun(event, now)
        if row is not None:
            asked.append((event, row))
    fetched = gather([(row.url, "", "") for _event, row in asked], fetch)
    for (event, row), got in zip(asked, fetched, strict=True):
        _keep(event, row, got, now)
    return len(asked)


def _due(now: datetime) -> list[Event]:
    same = and_(PictureFetch.event_id == Event.id, PictureFetch.url == Event.picture_url)
    query = (
        select(Event)
        .outerjoin(PictureFetch, same)
        .where(Event.picture_url != "", Event.withdrawn_at.is_(None))
        .where(or_(PictureFetch.event_id.is_(None), PictureFetch.next_at <= now))
        .order_by(Event.id)
        .limit(AT_ONCE)
    )
    return list(db.session.scalars(query))


def _begun(event: Event, now: datetime) -> PictureFetch | None:
    """The row of an attempt that begins now; None where the address is not asked."""
    with transaction():
        row = db.session.get(PictureFetch, event.id, populate_existing=True)
        if row is None:
            row = PictureFetch(event_id=event.id, url=event.picture_url, attempts=0)
            db.session.add(row)
        if row.url != event.picture_url:
            row.url, row.attempts, row.fetched_at, row.problem = event.picture_url, 0, None, None
            row.asked_again_at = None
        if _chosen_by_hand(event, row.asked_again_at):
            row.next_at, row.problem = None, {"message": BY_HAND, "values": {}}
            return None
        row.attempts, row.next_at = row.attempts + 1, now + LEASE
    return row


def _chosen_by_hand(event: Event, asked_again_at: datetime | None) -> bool:
    return any(
        "picture_sha256" in change.fields
        for change in event.changes
        if change.account_id is not None and change.verb != ChangeVerb.IMPORTED
        if asked_again_at is None or change.at > asked_again_at
    )


def _keep(event: Event, row: PictureFetch, got: Fetched | Mistake, now: datetime) -> None:
    """Write what was fetched into the event, or note why not."""
    try:
        if isinstance(got, Mistake):
            _note(row, got, now, again=row.attempts < MOST_ATTEMPTS)
            return
        photo = redraw(got.body or b"")
        with event_transaction():
            event = lock_event(event)
            if event.picture_url != row.url or event.withdrawn_at is not None:
                return  # while it was fetched
            draft = draft_of(event)
            digest = keep_picture(photo, now, source_url=row.url)
            if digest != draft.picture_sha256:
                # The description was of another picture.
                draft = replace(draft, picture_sha256=digest, picture_alt="")
            lifecycle.write_change(event, draft, now, verb=ChangeVerb.IMPORTED)
            row.next_at, row.fetched_at, row.problem = None, now, None
    except Mistake as mistake:
        _note(row, mistake, now, again=False)
    except Exception:  # a slip of ours over one picture must not cost the others their turn
        db.session.rollback()
        log.exception("The picture of event %s could not be kept", event.id)
        _note(row, Mistake(OURS), now, again=row.attempts < MOST_ATTEMPTS)


def _note(row: PictureFetch, mistake: Mistake, now: datetime, *, again: bool) -> None:
    values = {name: value if isinstance(value, int) else str(value) for name, value in mistake.values.items()}
    with transaction():
        row.next_at = now + WAIT * 2 ** (row.attempts - 1) if again else None
        row.problem = {"message": mistake.message, "values": values}
