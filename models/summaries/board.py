"""The board of an office: what the regions below have handed in, what is late or missing; and region by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.campaigns.tables import TermKind
from models.summaries import event_facts
from models.summaries.content import Content
from models.summaries.deadline import Deadline
from models.summaries.handing_in import content_of, latest, latest_by_part, states_by_part
from models.summaries.part import Part, expected_below
from models.summaries.tables import SealedSummary, StepVerb


class BoardState(StrEnum):
    """MISSING: the deadline is over; AWAITED: it is not."""

    ACCEPTED = "accepted"
    HANDED_IN = "handed_in"
    SENT_BACK = "sent_back"
    AWAITED = "awaited"
    MISSING = "missing"


@dataclass(frozen=True)
class BoardRow:
    """late: handed in after the deadline. visits: as sealed there; above: of the same region in the part's own summary.
    difference: above less visits."""

    region: str
    state: BoardState
    sealed: SealedSummary | None
    late: bool
    events: int
    without_figures: int
    visits: int | None
    above: int | None

    @property
    def difference(self) -> int | None:
        return None if self.visits is None or self.above is None else self.above - self.visits


@dataclass(frozen=True)
class BoardTotals:
    """states: how many regions are in each."""

    states: dict[BoardState, int]
    late: int
    regions_without_events: int
    events_without_figures: int


def board(part: Part, deadline: Deadline, now: datetime, current: Content | None = None) -> list[BoardRow]:
    """One row for each region one level below, in the order of the notice. A few queries, whatever their number.

    current: what the part counts now. With it those below are compared as long as the own summary is not handed in, or was sent
    back: the difference has to be known before it is sealed."""
    regions, counts = expected_below(part.region), event_facts.counts_below(part)
    newest = latest_by_part(part.campaign, [(region.code, part.line) for region in regions])
    own = latest(part)
    counted = content_of(own) if own and own.state != StepVerb.SENT_BACK else current
    above = {row["key"]: row["visits"] for row in counted["by"]["region"]} if counted else {}
    over = deadline.days_left(part.campaign.today(now)) < 0
    rows = []
    for region in regions:
        sealed = newest.get((region.code, part.line))
        events, without = counts.get(region.code, (0, 0))
        rows.append(
            BoardRow(
                region=region.code,
                state=_state(sealed, over=over),
                sealed=sealed,
                late=sealed is not None and part.campaign.today(sealed.at) > deadline.day,
                events=events,
                without_figures=without,
                visits=content_of(sealed)["visits"] if sealed else None,
                above=above.get(region.code),
            )
        )
    return rows


def totals(rows: Sequence[BoardRow]) -> BoardTotals:
    return BoardTotals(
        states={state: sum(row.state == state for row in rows) for state in BoardState},
        late=sum(row.late for row in rows),
        regions_without_events=sum(not row.events for row in rows),
        events_without_figures=sum(row.without_figures for row in rows),
    )


def _state(sealed: SealedSummary | None, *, over: bool) -> BoardState:
    if sealed is None:
        return BoardState.MISSING if over else BoardState.AWAITED
    return BoardState(str(sealed.state))


def sign_off(part: Part, deadline: Deadline, now: datetime) -> dict[str, dict[str, BoardState]]:
    """Region by line: the part's own region first, then those below in the order of the notice. Of each the state of its summary
    of all lines ("") and of every line, in the notice's order. One query. {} for a part of one line."""
    if part.line:
        return {}
    states = states_by_part(part.campaign)
    none = BoardState.MISSING if deadline.days_left(part.campaign.today(now)) < 0 else BoardState.AWAITED
    lines = ["", *(term.key for term in part.campaign.terms_of(TermKind.LINE))]
    return {
        region: {
            line: BoardState(str(states[region, line])) if (region, line) in states else none
            for line in lines
        }
        for region in (part.region, *(row.code for row in expected_below(part.region)))
    }
