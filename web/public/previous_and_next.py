"""The event before and the one after in the calendar's order, for a reader who leafs through the week."""

from dataclasses import dataclass

from sqlalchemy import Select, literal, tuple_

from models.campaigns.tables import Campaign
from models.db import db
from models.events.tables import Event
from models.public import queries


@dataclass(frozen=True)
class Neighbour:
    id: int
    title: str


def previous_and_next(campaign: Campaign, event: Event) -> tuple[Neighbour | None, Neighbour | None]:
    """The neighbours of a public event; None at either end."""
    order = Event.calendar_place, Event.id
    position = tuple_(literal(event.calendar_place), literal(event.id))
    others = queries.events(campaign).order_by(None)
    earlier = others.where(tuple_(*order) < position).order_by(*(column.desc() for column in order))
    later = others.where(tuple_(*order) > position).order_by(*order)
    return _first(earlier), _first(later)


def _first(query: Select[tuple[Event]]) -> Neighbour | None:
    row = db.session.execute(query.with_only_columns(Event.id, Event.title).limit(1)).one_or_none()
    return Neighbour(*row) if row else None
