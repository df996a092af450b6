"""New events of a large file, written beforehand in short transactions: on SQLite everybody waits for the one who writes.

Until the import's own transaction shows them all at once they are hidden: withdrawn, and without the id of their source. What
stays hidden, because the import failed, is deleted at its end; where its process was killed, by the tick a day later.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Update, bindparam, exists, select, update

from models.db import db, transaction
from models.events.draft import EventDraft
from models.events.tables import ChangeVerb, Event, EventChange
from models.publishing import old_drafts
from models.publishing.change import current, event_transaction

AT_LEAST = 250  # new events; fewer are written quickly
AT_ONCE = 25  # in one transaction: about 60 ms
PAUSE = 0.003  # seconds between two: who waits for SQLite tries each millisecond
_IN_A_QUERY = 500
_KEPT = timedelta(days=1)
_MOST = 500  # in one tick


class _VenueCorrectedError(Exception):
    """A draft changes a venue that others use: not before the import is whole."""


@dataclass
class HiddenEvents:
    """write: writes new events in the caller's transaction. The ids by draft, and those that are shown."""

    write: Callable[[Sequence[EventDraft]], list[Event]]
    now: datetime
    _ids: dict[EventDraft, int] = field(default_factory=dict)
    _shown: set[int] = field(default_factory=set)

    def prepare(self, drafts: Sequence[EventDraft], on_draft: Callable[[], object]) -> None:
        """on_draft: called after each one, outside of the transactions."""
        for start in range(0, len(drafts), AT_ONCE):
            part = drafts[start : start + AT_ONCE]
            try:
                with event_transaction():
                    ids = self._write_hidden(part)
            except _VenueCorrectedError:
                continue
            self._ids |= dict(zip(part, ids, strict=True))
            for _ in part:
                on_draft()
            time.sleep(PAUSE)

    def _write_hidden(self, drafts: Sequence[EventDraft]) -> list[int]:
        events = self.write(drafts)
        if current().corrections:
            raise _VenueCorrectedError
        db.session.flush()
        ids = [event.id for event in events]
        hidden = {"withdrawn_at": self.now, "origin": None, "origin_ref": None}
        _update(update(Event).where(Event.id.in_(ids)).values(hidden))
        _announced(ids, True)
        for event in events:
            db.session.expire(event)
        current().events.clear()  # no calendar has changed
        return ids

    def id_of(self, draft: EventDraft) -> int | None:
        return self._ids.get(draft)

    def show(self, drafts: Sequence[EventDraft]) -> None:
        """Those that were prepared, inside the caller's transaction."""
        ids = [self._ids[draft] for draft in drafts]
        rows = [
            {"id_": event_id, "origin_": draft.origin, "ref_": draft.origin_ref}
            for event_id, draft in zip(ids, drafts, strict=True)
        ]
        if not rows:
            return
        shown = update(Event).where(Event.id == bindparam("id_"))
        shown = shown.values(withdrawn_at=None, origin=bindparam("origin_"), origin_ref=bindparam("ref_"))
        db.session.connection().execute(shown, rows)
        for start in range(0, len(ids), _IN_A_QUERY):
            _announced(ids[start : start + _IN_A_QUERY], False)
        for event_id in ids:
            current().note(event_id, self.now)
        self._shown |= set(ids)

    def delete_rest(self, *, committed: bool) -> None:
        """At the end. committed: whether those that were shown are to stay."""
        rest = sorted(set(self._ids.values()) - (self._shown if committed else set()))
        for start in range(0, len(rest), AT_ONCE):
            with transaction():
                old_drafts.delete_rows(rest[start : start + AT_ONCE])
            time.sleep(PAUSE)


def delete_left(now: datetime) -> int:
    """Those of an import whose process was killed, a day later. How many."""
    gone = exists().where(
        EventChange.event_id == Event.id, EventChange.verb.in_((ChangeVerb.WITHDRAWN, ChangeVerb.MERGED))
    )
    left = select(Event.id).where(
        Event.withdrawn_at < now - _KEPT,
        Event.withdrawn_at == Event.created_at,
        Event.origin.is_(None),
        ~gone,
        *old_drafts.nothing_refers(),
    )
    ids = list(db.session.scalars(left.limit(_MOST)))
    if ids:
        with transaction():
            old_drafts.delete_rows(ids)
    return len(ids)


def _announced(event_ids: Sequence[int], value: bool) -> None:
    """Whether webhooks need not be told of them any more."""
    _update(update(EventChange).where(EventChange.event_id.in_(event_ids)).values(announced=value))


def _update(statement: Update) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
