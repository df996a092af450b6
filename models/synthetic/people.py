"""The passes of made-up visitors: people, and classes with one pass for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.codes import passes
from models.codes.passes import Pass

SINGLES, CLASSES = 0.3, 0.01  # passes for each scan
MOST_SINGLES, MOST_CLASSES, AT_ONCE = 100_000, 2_000, 5_000
SELF_ISSUED_SHARE = 0.1  # of the single passes
REVOKED = 12  # passes revoked before the week
UNKNOWN_SHARE = 0.05


@dataclass(frozen=True)
class VisitorPass:
    """A pass and who holds it. headcount: None for one person."""

    token: str
    group: str
    headcount: int | None = None


class Visitors:
    """The passes of a made-up week. near() gives neighbouring events partly the same visitors."""

    def __init__(self, campaign: Campaign, chance: Random, scans: int, issued: datetime) -> None:
        self._campaign, self._issued = campaign, issued
        self.groups = [*(term.key for term in campaign.groups), UNKNOWN_GROUP]
        singles = min(int(scans * SINGLES) + 20, MOST_SINGLES)
        own_groups = self.groups[:-1]
        shares = {group: (1 - UNKNOWN_SHARE) / len(own_groups) for group in own_groups}
        shares[UNKNOWN_GROUP] = UNKNOWN_SHARE if own_groups else 1.0
        self_issued = round(singles * SELF_ISSUED_SHARE)
        self.singles = [
            visitor
            for count, by_visitor in ((singles - self_issued, False), (self_issued, True))
            for group, share in shares.items()
            for visitor in self._issue(group, max(1, round(count * share)), self_issued=by_visitor)
        ]
        chance.shuffle(self.singles)
        self.classes = [
            visitor
            for group in own_groups[:3] or [UNKNOWN_GROUP]
            for size in (18, 32, 45)
            for visitor in self._issue(
                group, min(int(scans * CLASSES), MOST_CLASSES) // 9 + 1, headcount=size
            )
        ]
        chance.shuffle(self.classes)
        self.revoked = self._revoked()

    def _issue(
        self, group: str, count: int, *, headcount: int | None = None, self_issued: bool = False
    ) -> list[VisitorPass]:
        rows: list[Pass] = []
        while len(rows) < count:
            rows += passes.issue(
                self._campaign,
                group,
                self._issued,
                headcount=headcount,
                count=min(AT_ONCE, count - len(rows)),
                self_issued=self_issued,
            )
        return [VisitorPass(row.token, group, headcount) for row in rows]

    def _revoked(self) -> list[VisitorPass]:
        rows = passes.issue(self._campaign, UNKNOWN_GROUP, self._issued, count=REVOKED)
        for row in rows:
            passes.revoke(row.id, self._issued)
        return [VisitorPass(row.token, UNKNOWN_GROUP) for row in rows]

    def near(self, place: float, count: int) -> Sequence[VisitorPass]:
        """At least `count` single passes around a place (0 to 1), where there are so many."""
        width = min(len(self.singles), max(count * 2, 60))
        start = int(place * (len(self.singles) - width))
        return self.singles[start : start + width]
