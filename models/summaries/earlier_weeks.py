"""Earlier weeks that the same installation counted, by the same definitions: what may be compared, and what may not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.campaigns.tables import UNKNOWN_GROUP, Campaign, TermKind
from models.db import db
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.summaries import event_facts
from models.summaries.part import Part

MOST_WEEKS = 3
_FEWEST_DAYS, _MOST_DAYS = 300, 430  # between weeks of two years that follow one another
_LISTS = (TermKind.AUDIENCE, TermKind.FOCUS, TermKind.FORMAT)


def earlier_weeks(part: Part, now: datetime) -> list[dict[str, Any]] | None:
    """Those with visits in this part, the newest first. None for a rehearsal, which is compared with nothing.

    year_before: whether the week began about a year before. differs: the lists of the campaign file that have other keys, so that
    their parts are not to be compared. groups: visits by audience group, None where these differ."""
    if part.campaign.rehearsal:
        return None
    found = (_compared(part, before, now) for before in _before(part.campaign))
    return [week for week in found if week is not None][:MOST_WEEKS]


def _before(campaign: Campaign) -> Iterator[Campaign]:
    earlier = select(Campaign).where(Campaign.rehearsal.is_(False), Campaign.starts < campaign.starts)
    yield from db.session.scalars(earlier.order_by(Campaign.starts.desc(), Campaign.id)).all()


def _compared(part: Part, before: Campaign, now: datetime) -> dict[str, Any] | None:
    where = FiguresFilter(
        regions=(part.region,) if part.region else (), lines=(part.line,) if part.line else ()
    )
    counted = figures(before, now, ("audience",), where)
    if not counted.visits:
        return None
    differs = [str(kind) for kind in _LISTS if _keys(before, kind) != _keys(part.campaign, kind)]
    visits = {row["audience"] or UNKNOWN_GROUP: row["visits"] for row in counted.rows}
    return {
        "campaign": before.id,
        "name": before.name_zh,
        "visits": counted.visits,
        "participants": counted.participants,
        "events": event_facts.numbers(Part(before, part.region, part.line))["held"],
        "year_before": _FEWEST_DAYS <= (part.campaign.starts - before.starts).days <= _MOST_DAYS,
        "differs": differs,
        "groups": None if TermKind.AUDIENCE in differs else visits,
    }


def _keys(campaign: Campaign, kind: TermKind) -> set[str]:
    return {term.key for term in campaign.terms_of(kind)}
