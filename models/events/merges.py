"""Which events were merged, and which event stands for a merged one."""

from typing import TypeVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, db
from models.events.tables import Event


class EventMerge(Base):
    """An event that a person found to be the same as another: withdrawn, while the other stands for both."""

    __tablename__ = "event_merge"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)


_IN_PARTS = 400


K = TypeVar("K")


def followed(known: dict[K, Event]) -> dict[K, Event]:
    """The same with the kept event in place of each that was merged into it, for whoever knows an event by its origin."""
    gone = [event.id for event in known.values() if event.withdrawn_at is not None]
    kept: dict[int, Event] = {}
    for part in (gone[n : n + _IN_PARTS] for n in range(0, len(gone), _IN_PARTS)):
        asked = select(EventMerge.event_id, Event).join(Event, Event.id == EventMerge.kept_id)
        kept |= {
            row.event_id: row.Event for row in db.session.execute(asked.where(EventMerge.event_id.in_(part)))
        }
    return {key: kept.get(event.id, event) for key, event in known.items()}
