"""The dimensions by which figures can be grouped."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from models.errors import N_, Mistake
from models.events.tables import Event
from models.ledger.tables import Counter, Presence
from models.organizations.tables import Organization
from models.places.regions import RegionLevel

DIMENSIONS = (
    "audience", "region", "line", "organization", "event", "occurrence", "focus", "format", "method", "day", "hour",
)  # fmt: skip


def parse_by(text: str) -> tuple[str, ...]:
    """The dimensions in "audience,region". Raises Mistake for an unknown or repeated one."""
    by = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in by:
        if name not in DIMENSIONS:
            raise Mistake(
                N_("Figures cannot be grouped by “%(name)s”. Use: %(known)s."),
                name=name[:40],
                known=", ".join(DIMENSIONS),
            )
    if len(set(by)) != len(by):
        raise Mistake(N_("Use each dimension only once."))
    return by


def parse_level(text: str) -> RegionLevel | None:
    """The level of the regions in "province"; None for "". Raises Mistake."""
    if text and text not in set(RegionLevel):
        raise Mistake(N_("“%(value)s” is not a valid value for %(name)s."), value=text[:40], name="level")
    return RegionLevel(text) if text else None


def columns(table: type[Counter] | type[Presence], by: Sequence[str]) -> list[ColumnElement]:
    """The column of each dimension, labelled by_NAME, for a query through filters.apply_filter()."""
    of_dimension = {
        "audience": table.group,
        "region": Event.region_code,
        "line": Organization.line,
        "organization": Event.lead_id,
        "event": Event.id,
        "occurrence": table.occurrence_id,
        "focus": Event.main_focus,
        "format": Event.main_format,
        "method": table.method,
        "day": table.day,
        "hour": table.hour,
    }
    return [of_dimension[name].label(f"by_{name}") for name in by]
