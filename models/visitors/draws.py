"""A draw (抽签) among the check-ins of an event on one day. Nobody can steer it, and everybody can repeat it:

1. Before: a random seed is made, and its SHA-256 is published.
2. At the draw: the seed and the numbers that take part are published.
3. Whoever likes computes SHA-256 of "<seed>:<number>" for each number: the smallest win.

A number is that of a pass, as it is printed on it ("12"), or of a phone's card ("ABCDEFGH").
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, or_, select

from models.codes import short_codes
from models.codes.passes import Pass, Replacement
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.merges import merged_ids
from models.events.tables import Event, Occurrence
from models.ledger.holder_link_end import require_links
from models.ledger.tables import Presence
from models.visitors.tables import Draw

MOST_WINNERS = 100
NO_DRAW = N_("There is no such draw.")
_IDS_IN_A_QUERY = 400


def commitment(seed: str) -> str:
    """What is published before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def winners_of(seed: str, numbers: Iterable[str], count: int) -> list[str]:
    """The winners in their order. Pure."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:count]


def prepare(event: Event, day: date, winners: int, now: datetime, by: int | None = None) -> Draw:
    """A draw with its seed fixed. Raises Mistake."""
    require_links(event.campaign)
    if not 1 <= winners <= MOST_WINNERS:
        raise Mistake(N_("A draw has 1 to %(most)s winners."), most=MOST_WINNERS)
    row = Draw(
        event_id=event.id, day=day, winners=winners, seed=secrets.token_hex(32), made_at=now, made_by=by
    )
    with transaction():
        db.session.add(row)
    return row


def carry_out(draw: Draw, now: datetime) -> Draw:
    """Fix the numbers that take part: those who have checked in by now. Raises Conflict."""
    with transaction():
        row = db.session.get_one(Draw, draw.id, with_for_update=True, populate_existing=True)
        if row.drawn_at is not None:
            raise Conflict(N_("This draw has been carried out already."))
        require_links(row.event.campaign)
        numbers = numbers_of(row.event, row.day)
        if not numbers:
            raise Conflict(N_("Nobody with a pass or phone has checked in on this day yet."))
        row.entries, row.drawn_at = numbers, now
    return row


def numbers_of(event: Event, day: date) -> list[str]:
    """The numbers of the passes and phones whose visits to an event count on a day."""
    query = (
        select(Presence.holder)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .where(
            or_(Occurrence.event_id == event.id, Occurrence.event_id.in_(merged_ids([event.id]))),
            Presence.day == day,
            Presence.identified,
            Presence.weight > 0,
        )
        .distinct()
    )
    holders = list(db.session.scalars(query))
    passes = _pass_numbers(event.campaign_id, [int(one[2:], 16) for one in holders if one.startswith("p:")])
    phones = {short_codes.of_browser(one) for one in holders if one.startswith("b:")}
    return [*(str(number) for number in sorted(passes)), *sorted(phones)]


def _pass_numbers(campaign_id: str, roots: list[int]) -> set[int]:
    """The number on the pass that each of these holders (by the serial of the first pass) has now: the last of its chain."""
    numbers: set[int] = set()
    root = func.coalesce(Replacement.root, Pass.serial)
    for start in range(0, len(roots), _IDS_IN_A_QUERY):
        query = (
            select(func.max(Pass.id))
            .outerjoin(Replacement, Replacement.new_id == Pass.id)
            .where(Pass.campaign_id == campaign_id, root.in_(roots[start : start + _IDS_IN_A_QUERY]))
            .group_by(root)
        )
        numbers |= set(db.session.scalars(query))
    return numbers


def draws_of(event: Event) -> list[Draw]:
    """The newest first."""
    return list(db.session.scalars(select(Draw).where(Draw.event_id == event.id).order_by(Draw.id.desc())))


def find_draw(event: Event, draw_id: int) -> Draw:
    """Of this event. Raises NotFound."""
    row = find(draw_id)
    if row.event_id != event.id:
        raise NotFound(NO_DRAW)
    return row


def find(draw_id: int) -> Draw:
    """Raises NotFound."""
    row = db.session.get(Draw, draw_id) if 0 < draw_id <= LARGEST_ID else None
    if row is None:
        raise NotFound(NO_DRAW)
    return row
