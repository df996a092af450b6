"""What waits for an office: its own summary that was sent back, and those handed in to it that it has not decided on."""

from dataclasses import dataclass, field

from models.campaigns.tables import Campaign, TermKind
from models.errors import NotFound
from models.organizations.tables import Account
from models.summaries.handing_in import latest, states_by_part
from models.summaries.part import Part, expected_below, own_part
from models.summaries.tables import StepVerb


@dataclass(frozen=True)
class WaitingSummaries:
    """sent_back: the account's own part, with the reason. undecided: parts, regions in the order of the notice, then lines."""

    sent_back: Part | None = None
    why: str = ""
    undecided: list[Part] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.sent_back is not None or bool(self.undecided)


def summaries_waiting(account: Account, campaign: Campaign) -> WaitingSummaries:
    """Nothing for an account that decides on no summary."""
    try:
        own = own_part(account, campaign)
    except NotFound:
        return WaitingSummaries()
    if not account.reviews:
        return WaitingSummaries()
    states = states_by_part(campaign)
    below = [Part(campaign, row.code, own.line) for row in expected_below(own.region)]
    lines = [] if own.line else campaign.terms_of(TermKind.LINE)
    received = [*below, *(Part(campaign, own.region, term.key) for term in lines)]
    undecided = [part for part in received if states.get((part.region, part.line)) == StepVerb.HANDED_IN]
    if states.get((own.region, own.line)) != StepVerb.SENT_BACK:
        return WaitingSummaries(undecided=undecided)
    last = latest(own)
    return WaitingSummaries(own, last.steps[-1].why if last else "", undecided)
