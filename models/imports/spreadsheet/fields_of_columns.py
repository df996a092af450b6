"""Which fields of an event each column fills. A column that a table does not have leaves its field alone."""

from collections.abc import Collection

_TELLS = {
    "title": ("title",),
    "description": ("description",),
    "remarks": ("description",),
    **dict.fromkeys(("province", "city", "county", "region", "region_code"), ("region_code", "region_text")),
    **dict.fromkeys(("organizers", "undertakers", "co_organizers", "guides", "supporters"), ("lead", "hosts")),
    "audiences": ("groups",),
    "format": ("formats", "main_format", "mode"),
    "focus": ("main_focus",),
    "online": ("mode",),
    "online_url": ("online_url",),
    **dict.fromkeys(("venue_text", "address"), ("venue_text", "venues", "occurrences", "mode")),
    **dict.fromkeys(
        ("start_date", "end_date", "start_time", "end_time", "time_text", "period"), ("time_text", "occurrences")
    ),
    "capacity": ("occurrences",),
    **dict.fromkeys(
        (
            "attendance_reported", "materials_reported", "consultations_reported", "views_reported", "other_outcomes",
            "source_url",
        ),
        ("report",),
    ),
}  # fmt: skip
# What of an occurrence the columns tell.
DAYS = ("start_date", "end_date", "start_time", "end_time", "time_text", "period")
HOURS = ("start_time", "end_time", "time_text", "period")


def fields_of_columns(columns: Collection[str]) -> frozenset[str]:
    """The fields of a draft that these columns tell."""
    return frozenset(name for column in columns for name in _TELLS.get(column, ()))
