"""Where a file of events comes from, and what its rows may do here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from models.campaigns.tables import Campaign
from models.events.draft import EventDraft
from models.organizations.tables import Account

Exported = Callable[[Campaign], bytes]


def nothing_exported(_campaign: Campaign) -> bytes:
    return b""


def unchanged(draft: EventDraft) -> EventDraft:
    return draft


class Mode(StrEnum):
    PREVIEW = "preview"  # say what would become of each row
    ALL = "all"  # write in one transaction
    EACH = "each"  # write each row in a transaction of its own


@dataclass(frozen=True, slots=True)
class Source:
    """origin: a name of up to 200 characters, for instance "feed:12" or "desk:7"; rows are recognised again only within
    it. None: the one for files of this kind.

    complete: the file is all there is of its origin: published events of it that are missing in the file and have an
    occurrence still to come are cancelled. asks: such events, and those that were moved away, are only offered as
    cancelled, and a person decides.
    by: the account that imports; None: the operator.
    adopt: gives the draft to take in for each draft that was read (understand.adopter); its Mistake refuses the row.
    publish: new events are public at once; else they are submitted for review.
    exported: gives events.csv of a campaign as it is now, by which rows of our own export are known again."""

    origin: str | None = None
    complete: bool = False
    asks: bool = False
    by: Account | None = None
    adopt: Callable[[EventDraft], EventDraft] = unchanged
    publish: bool = True
    exported: Exported = nothing_exported
