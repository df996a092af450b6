"""The event before and the one after in the calendar's order, for a reader who leafs through the week."""

import threading
from array import array
from dataclasses import dataclass

from sqlalchemy import select

from models import agenda
from models.base import db
from models.campaign import Campaign
from models.events import Event
from web.kept import Kept

# Of each campaign the order at one version only: an order of 30,000 events takes 120 KB.
_orders: dict[str, tuple[str, array]] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Neighbour:
    id: int
    title: str


def around(campaign: Campaign, event: Event) -> tuple[Neighbour | None, Neighbour | None]:
    """The neighbours of a public event; None at either end."""
    order = _order(campaign)
    try:
        here = order.index(event.id)
    except ValueError:  # it became public a moment ago
        return None, None
    ids = [order[here - 1] if here else None, order[here + 1] if here + 1 < len(order) else None]
    asked = select(Event.id, Event.title).where(Event.id.in_([one for one in ids if one is not None]))
    titles = dict(db.session.execute(asked).all())
    before, after = (Neighbour(one, titles[one]) if one in titles else None for one in ids)
    return before, after


def _order(campaign: Campaign) -> array:
    version = Kept(campaign.id).version
    with _lock:
        known = _orders.get(campaign.id)
    if known is not None and known[0] == version:
        return known[1]
    order = array("q", db.session.scalars(agenda.events(campaign).with_only_columns(Event.id)))
    if version is not None:
        with _lock:
            _orders[campaign.id] = version, order
    return order
