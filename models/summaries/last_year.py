"""The week a year before, where the same installation counted it: what may be compared, and what may not."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.summaries import event_facts
from models.summaries.part import Part

_FEWEST_DAYS, _MOST_DAYS = 300, 430
_LISTS = (TermKind.AUDIENCE, TermKind.FOCUS, TermKind.FORMAT)


def comparison(part: Part, now: datetime) -> dict[str, Any] | None:
    """None where there is no such week, or nothing was counted in it. differs: the lists of the campaign file that have
    other keys, so that their parts are not to be compared."""
    before = _week_before(part.campaign)
    if before is None:
        return None
    where = FiguresFilter(
        regions=(part.region,) if part.region else (), lines=(part.line,) if part.line else ()
    )
    counted = figures(before, now, (), where)
    if not counted.visits:
        return None
    return {
        "campaign": before.id,
        "name": before.name_zh,
        "visits": counted.visits,
        "participants": counted.participants,
        "events": event_facts.numbers(Part(before, part.region, part.line))["held"],
        "differs": [str(kind) for kind in _LISTS if _keys(before, kind) != _keys(part.campaign, kind)],
    }


def _week_before(campaign: Campaign) -> Campaign | None:
    """The last week that began about a year before; a rehearsal is compared with nothing."""
    if campaign.rehearsal:
        return None
    others = db.session.scalars(select(Campaign).where(Campaign.rehearsal.is_(False))).all()
    earlier = [one for one in others if _FEWEST_DAYS <= (campaign.starts - one.starts).days <= _MOST_DAYS]
    return max(earlier, key=lambda one: one.starts, default=None)


def _keys(campaign: Campaign, kind: TermKind) -> set[str]:
    return {term.key for term in campaign.terms_of(kind)}
