"""The stamp card (集章卡) of a pass or a browser: one stamp for each event that it visited. Read from the visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.campaigns.tables import Campaign, Reward
from models.codes import short_codes
from models.db import db, transaction
from models.errors import N_, Conflict, NotFound
from models.events.tables import Event
from models.ledger.holder_link_end import destroyed_at
from models.visitors.tables import Redemption
from models.visitors.visits import KeptVisit, visits_of


@dataclass(frozen=True)
class CardReward:
    """A reward and how far the card is. redeemed_at: when it was given."""

    reward: Reward
    reached: bool
    redeemed_at: datetime | None


@dataclass(frozen=True)
class StampCard:
    """stamps: the first visit at each event, the earliest first. visits: all of them. destroyed_at: since when no card of the
    week finds its visits; None as long as they do."""

    holder: str
    visits: tuple[KeptVisit, ...]
    stamps: tuple[KeptVisit, ...]
    rewards: tuple[CardReward, ...]
    destroyed_at: datetime | None = None

    @property
    def focus_points(self) -> int:
        return _focus_points(self.stamps)

    @property
    def phone_number(self) -> str:
        """Of a phone: what its card is called at the desk and in a draw. A pass has its own number."""
        return short_codes.spaced(short_codes.of_browser(self.holder)) if self.holder.startswith("b:") else ""

    @property
    def places_left(self) -> int:
        """Empty places to show: up to the most stamps that a reward asks for."""
        most = max((one.reward.stamps for one in self.rewards), default=0)
        return max(most - len(self.stamps), 0)


def card_of(campaign: Campaign, holder: str) -> StampCard:
    visits = visits_of(campaign, holder)
    stamps: dict[int, KeptVisit] = {}
    for visit in visits:
        stamps.setdefault(visit.event.id, visit)
    given = _redemptions(campaign, holder) if campaign.rewards else {}
    rewards = tuple(
        CardReward(reward, _reached(reward, tuple(stamps.values())), given.get(reward.key))
        for reward in campaign.rewards
    )
    return StampCard(holder, tuple(visits), tuple(stamps.values()), rewards, destroyed_at(campaign))


def redeem(
    campaign: Campaign,
    holder: str,
    reward_key: str,
    event: Event,
    now: datetime,
    *,
    kiosk_id: int | None = None,
    account_id: int | None = None,
) -> CardReward:
    """Give a reward to a card, once. Raises NotFound, or Conflict where it is not reached or was given before."""
    card = card_of(campaign, holder)
    found = next((one for one in card.rewards if one.reward.key == reward_key), None)
    if found is None:
        raise NotFound(N_("There is no such reward in this week."))
    if found.redeemed_at is not None:
        raise Conflict(ALREADY)
    if not found.reached:
        raise Conflict(N_("This card does not have enough stamps for this reward yet."))
    row = Redemption(
        campaign_id=campaign.id, reward=reward_key, holder=holder, event_id=event.id,
        kiosk_id=kiosk_id, account_id=account_id, at=now,
    )  # fmt: skip
    try:
        with transaction():
            db.session.add(row)
    except IntegrityError:  # two desks at the same time
        raise Conflict(ALREADY) from None
    return CardReward(found.reward, True, now)


ALREADY = N_("This card has already been given this reward.")


def _redemptions(campaign: Campaign, holder: str) -> dict[str, datetime]:
    query = select(Redemption.reward, Redemption.at).where(
        Redemption.campaign_id == campaign.id, Redemption.holder == holder
    )
    return dict(db.session.execute(query).tuples().all())


def _reached(reward: Reward, stamps: Sequence[KeptVisit]) -> bool:
    return len(stamps) >= reward.stamps and _focus_points(stamps) >= reward.focus_points


def _focus_points(stamps: Sequence[KeptVisit]) -> int:
    return len({stamp.event.main_focus for stamp in stamps if stamp.event.main_focus})
