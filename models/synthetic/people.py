"""Who comes: people with passes, classes with one pass for all, phones. Made once for a campaign, then met at its doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.codes import passes
from models.codes.passes import Pass

SINGLES, CLASSES = 0.3, 0.01  # passes for each scan
MOST_SINGLES, MOST_CLASSES, AT_ONCE = 100_000, 2_000, 5_000
TAKEN = 0.1  # of the single passes: those that a visitor took without asking anybody
REVOKED = 12  # passes that were ended before the week
UNKNOWN_SHARE = 0.05


@dataclass(frozen=True)
class VisitorPass:
    """A pass in somebody's hand."""

    token: str
    group: str
    headcount: int | None = None  # of a class


class Visitors:
    """The passes of a made-up week. near(place): those who live around there, so that people meet at several events."""

    def __init__(self, campaign: Campaign, chance: Random, scans: int, issued: datetime) -> None:
        self._campaign, self._issued = campaign, issued
        self.groups = [*(term.key for term in campaign.groups), UNKNOWN_GROUP]
        singles = min(int(scans * SINGLES) + 20, MOST_SINGLES)
        known = self.groups[:-1]
        shares = {group: (1 - UNKNOWN_SHARE) / len(known) for group in known} if known else {}
        shares[UNKNOWN_GROUP] = UNKNOWN_SHARE if known else 1.0
        taken, asked = round(singles * TAKEN), singles - round(singles * TAKEN)
        self.singles = [
            held
            for count, own in ((asked, False), (taken, True))
            for group, share in shares.items()
            for held in self._issue(group, max(1, round(count * share)), self_issued=own)
        ]
        chance.shuffle(self.singles)
        self.classes = [
            held
            for group in known[:3] or [UNKNOWN_GROUP]
            for size in (18, 32, 45)
            for held in self._issue(group, min(int(scans * CLASSES), MOST_CLASSES) // 9 + 1, headcount=size)
        ]
        chance.shuffle(self.classes)
        self.revoked = self._revoked()

    def _issue(self, group: str, count: int, **what) -> list[VisitorPass]:
        made: list[Pass] = []
        while len(made) < count:
            made += passes.issue(
                self._campaign, group, self._issued, count=min(AT_ONCE, count - len(made)), **what
            )
        return [VisitorPass(entry.token, group, what.get("headcount")) for entry in made]

    def _revoked(self) -> list[VisitorPass]:
        made = passes.issue(self._campaign, UNKNOWN_GROUP, self._issued, count=REVOKED)
        for entry in made:
            passes.revoke(entry.id, self._issued)
        return [VisitorPass(entry.token, UNKNOWN_GROUP) for entry in made]

    def near(self, place: float, count: int) -> Sequence[VisitorPass]:
        """Single passes around a place (0 to 1), some more than are wanted."""
        width = min(len(self.singles), max(count * 2, 60))
        start = int(place * (len(self.singles) - width))
        return self.singles[start : start + width]
