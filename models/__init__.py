"""The week as rows, and the rules that keep them true. Knows nothing of requests.

Importing this package registers every table.
"""

from models import (
    campaign,
    chosen,
    codes,
    devices,
    duplicates,
    events,
    ical,
    keys,
    ledger,
    passes,
    people,
    places,
    search,
    settings,
)
from models.base import db

__all__ = [
    "campaign",
    "chosen",
    "codes",
    "db",
    "devices",
    "duplicates",
    "events",
    "ical",
    "keys",
    "ledger",
    "passes",
    "people",
    "places",
    "search",
    "settings",
]
