"""The week as rows, and the rules that keep them true. Knows nothing of requests.

Importing this package registers every table.
"""

from models import (
    campaign,
    chosen,
    codes,
    devices,
    displays,
    duplicates,
    events,
    handing_in,
    ical,
    keys,
    ledger,
    pairing,
    passes,
    people,
    places,
    pulled,
    search,
    settings,
    taking,
)
from models.base import db

__all__ = [
    "campaign",
    "chosen",
    "codes",
    "db",
    "devices",
    "displays",
    "duplicates",
    "events",
    "handing_in",
    "ical",
    "keys",
    "ledger",
    "pairing",
    "passes",
    "people",
    "places",
    "pulled",
    "search",
    "settings",
    "taking",
]
