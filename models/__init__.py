"""The week as rows, and the rules that keep them true. Knows nothing of requests.

Importing this package registers every table.
"""

from models import (
    campaign,
    chosen,
    codes,
    devices,
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
