"""Which part of a campaign a query asks the figures of: the filters of the pages, read as conditions on what counts.

An event counts in one place (rule 10). So `organization`, `focus` and `format` mean its lead, its main focus and its
main format here, `audience` the group of the visit and `day` the day of the visit, where the calendar finds an event
by any of its hosts, formats and audiences.
"""

from sqlalchemy import Select

from models.figures.count import Where
from models.public import queries
from models.public.filters import Filters


def of(filters: Filters, scope: Select[tuple[int]] | None = None) -> Where:
    """The part that filters name. scope: a select of the ids of the events that the asker reaches; None: all."""
    return Where(
        scope=scope,
        regions=filters.region,
        audiences=filters.audience,
        lines=filters.line,
        organizations=filters.organization,
        focuses=filters.focus,
        formats=filters.format,
        days=filters.day,
        more=(
            *queries.event_conditions(Filters(mode=filters.mode, q=filters.q)),
            *queries.occurrence_conditions(Filters(venue=filters.venue)),
        ),
    )
