"""What the estimates of a campaign add, counted anew from their rows and the recounted visits."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import text

from models.campaigns.tables import Campaign
from models.db import db

_NEWEST = """
SELECT x.occurrence_id, x.audience, x.heads, x.day, x.hour FROM estimate AS x
JOIN occurrence AS o ON o.id = x.occurrence_id JOIN event AS e ON e.id = o.event_id
WHERE e.campaign_id = :campaign AND x.heads IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM estimate AS y WHERE y.occurrence_id = x.occurrence_id AND y.audience = x.audience AND y.id > x.id
)
"""


def estimated_cells(campaign: Campaign, cells: Iterable[Sequence]) -> list[tuple]:
    """Cells as recount_sums.sums() takes them. cells: those of all other visits."""
    counted: Counter[tuple] = Counter()
    for occurrence_id, _day, _hour, group, _method, visits, *_others in cells:
        counted[occurrence_id, group] += int(visits)
    return [
        (occurrence_id, day, hour, group, "estimate", heads - counted[occurrence_id, group], 0, 0, 0)
        for occurrence_id, group, heads, day, hour in db.session.execute(
            text(_NEWEST), {"campaign": campaign.id}
        )
        if heads > counted[occurrence_id, group]
    ]
