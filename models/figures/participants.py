"""Participants (参与者): distinct passes and browsers, each with its largest headcount. A lower bound.

Participants are not additive: whoever visits two regions is a participant of each, and one participant of both together.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from models.campaigns.tables import Campaign
from models.db import db
from models.figures.dimensions import columns
from models.figures.filters import FiguresFilter, apply_filter
from models.ledger.tables import Presence

# Grouped by one of these, participants are counted without being asked for: it is quick enough for a page.
EXACT_ALONE = ("region", "line", "event", "audience", "day")


def is_quick(by: Sequence[str]) -> bool:
    return len(by) == 1 and by[0] in EXACT_ALONE


def participants(campaign: Campaign, by: Sequence[str], part: FiguresFilter) -> dict[tuple, int]:
    """Participants by the values of `by`; by () the total, under the key ()."""
    keys = columns(Presence, by)
    heads = func.max(Presence.weight).label("heads")
    query = apply_filter(select(*keys, Presence.holder, heads), Presence, campaign, part)
    counted = query.where(Presence.identified, Presence.weight > 0)
    holders = counted.group_by(*keys, Presence.holder).subquery()
    outer_keys = [holders.c[f"by_{name}"] for name in by]
    sums = select(*outer_keys, func.sum(holders.c.heads)).group_by(*outer_keys)
    return {tuple(key): int(total or 0) for *key, total in db.session.execute(sums)}
