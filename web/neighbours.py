"""The event before and the one after in the calendar's order, for a reader who leafs through the week."""

from dataclasses import dataclass

from sqlalchemy import Select, tuple_

from models import agenda
from models.base import db
from models.campaign import Campaign
from models.events import Event


@dataclass(frozen=True)
class Neighbour:
    id: int
    title: str


def around(campaign: Campaign, event: Event) -> tuple[Neighbour | None, Neighbour | None]:
    """The neighbours of a public event; None at either end."""
    order = Event.calendar_place, Event.id
    here = tuple_(event.calendar_place, event.id)
    others = agenda.events(campaign).order_by(None)
    before = others.where(tuple_(*order) < here).order_by(*(column.desc() for column in order))
    after = others.where(tuple_(*order) > here).order_by(*order)
    return _first(before), _first(after)


def _first(asked: Select[tuple[Event]]) -> Neighbour | None:
    row = db.session.execute(asked.with_only_columns(Event.id, Event.title).limit(1)).one_or_none()
    return Neighbour(*row) if row else None
