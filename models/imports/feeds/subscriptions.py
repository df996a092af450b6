"""Calendars of other publishers, pulled on a schedule.

What a pull brings is taken in on behalf of the office that gave the address. An event that its calendar no longer has,
or calls cancelled, is only offered as a cancellation: a person confirms it or keeps the event.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, and_, delete, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, Base, BigId, Instant, db, insert, transaction
from models.errors import N_, Mistake, NotFound
from models.events import scope
from models.events.tables import ChangeVerb, Event, EventStatus
from models.imports.apply import apply, counts
from models.imports.feeds import fetch as fetching
from models.imports.feeds.fetch import Fetched
from models.imports.feeds.fetch_many import gather
from models.imports.findings import Outcome, RowVerdict
from models.imports.read_file import read_calendar
from models.imports.source import Source
from models.imports.understand import adopter
from models.organizations.tables import Account, Organization, Role
from models.places import regions
from models.publishing import lifecycle

HOUR = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)
AFTERWARDS = timedelta(days=30)  # a week that is over for longer is not pulled any more
AT_ONCE = 20  # feeds in one tick, fetched side by side
PATIENCE = 30.0  # seconds of a tick for taking in what was fetched: others are due each minute
MOST_REASONS = 10  # refused rows of one pull whose reason is kept
REASONS = "reasons"
MOST_FEEDS = 20  # of one organization in one campaign
_OURS = N_(
    "An internal error occurred while this calendar was imported. The operator can find it in the log."
)

log = logging.getLogger("openweek.pulled")


class Subscription(Base):
    """The address of a calendar and how its last pull went. Removed ones stay: their events name them."""

    __tablename__ = "pulled_feed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))  # None: the committee's
    url: Mapped[str] = mapped_column(String(2000))
    etag: Mapped[str] = mapped_column(String(100), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    last_result: Mapped[dict | None] = mapped_column(
        JSON
    )  # how many rows result each verdict, the last time it differed
    last_error: Mapped[dict | None] = mapped_column(JSON)  # message and values of a Mistake
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    pulled_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant, index=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    campaign: Mapped[Campaign] = relationship()
    organization: Mapped[Organization] = relationship()
    owner: Mapped[Account] = relationship()

    @property
    def error(self) -> Mistake | None:
        error = self.last_error
        return Mistake(error["message"], **error["values"]) if error else None


class VanishedEvent(Base):
    """An event that its calendar no longer has or calls cancelled. kept_at: a person said that it takes place."""

    __tablename__ = "vanished_event"

    feed_id: Mapped[int] = mapped_column(ForeignKey("pulled_feed.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, index=True)
    noticed_at: Mapped[datetime] = mapped_column(Instant)
    kept_at: Mapped[datetime | None] = mapped_column(Instant)
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    event: Mapped[Event] = relationship()


@dataclass(frozen=True)
class Watched:
    """A feed as its desk shows it, with the events that wait for a person's word."""

    feed: Subscription
    vanished: list[VanishedEvent]


def feeds_for(account: Account) -> Select[tuple[Subscription]]:
    """The feeds of an account's reach: an office's those of its region and below, the committee's all; none for other roles."""
    query = select(Subscription).where(Subscription.removed_at.is_(None))
    if account.role == Role.COMMITTEE:
        return query
    if account.role != Role.OFFICE:
        return query.where(false())
    own = Subscription.organization_id == account.organization_id
    area = regions.within(Subscription.region_code, account.organization.region_code)
    if account.organization.line_limited:
        of_line = select(Organization.id).where(Organization.line == account.organization.line)
        area = and_(area, Subscription.organization_id.in_(of_line))
    return query.where(or_(own, area))


def feed_for(account: Account, feed_id: int) -> Subscription:
    """One feed of an account's reach. Raises NotFound."""
    feed = db.session.scalar(feeds_for(account).where(Subscription.id == min(feed_id, LARGEST_ID)))
    if feed is None:
        raise NotFound(N_("You have no calendar feed %(id)s."), id=feed_id)
    return feed


def watched(account: Account) -> list[Watched]:
    """The feeds of an account's reach, those that need a person first."""
    feeds = db.session.scalars(feeds_for(account).order_by(Subscription.id)).all()
    open_ones = select(VanishedEvent).where(
        VanishedEvent.feed_id.in_([feed.id for feed in feeds]), VanishedEvent.kept_at.is_(None)
    )
    waiting = db.session.scalars(open_ones.order_by(VanishedEvent.event_id)).all()
    rows = [Watched(feed, [one for one in waiting if one.feed_id == feed.id]) for feed in feeds]
    return sorted(rows, key=lambda row: (not row.vanished, row.feed.last_error is None))


def add(account: Account, campaign: Campaign, url: str, now: datetime) -> Subscription:
    """Pull this address from now on, for the first time within a minute. Raises Mistake."""
    if not account.reviews:
        raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))
    url = fetching.cleaned(url)
    with transaction():
        query = select(Subscription).where(
            Subscription.campaign_id == campaign.id,
            Subscription.organization_id == account.organization_id,
            Subscription.removed_at.is_(None),
        )
        known = db.session.scalars(query.with_for_update()).all()
        if url in {feed.url for feed in known}:
            raise Mistake(N_("This address is already registered."))
        if len(known) >= MOST_FEEDS:
            raise Mistake(N_("You already have %(most)s calendar feeds. Remove one first."), most=MOST_FEEDS)
        feed = Subscription(
            campaign_id=campaign.id,
            organization_id=account.organization_id,
            region_code=account.organization.region_code if account.role == Role.OFFICE else None,
            url=url,
            next_at=now,
            added_by=account.id,
            added_at=now,
        )
        db.session.add(feed)
    return feed


def remove(feed: Subscription, now: datetime) -> None:
    """Pull it no more. Its events stay."""
    with transaction():
        feed.removed_at = now


def soon(feed: Subscription, now: datetime) -> None:
    """Pull it with the next tick."""
    with transaction():
        feed.next_at = now


def answer(account: Account, feed: Subscription, event_id: int, now: datetime, *, cancel: bool) -> None:
    """A person's word on a vanished event: it is cancelled, or it takes place. Raises NotFound."""
    event = scope.event_for(account, event_id, scope.changes)
    waiting = db.session.get(VanishedEvent, (feed.id, event.id))
    if waiting is None:
        raise NotFound(N_("You have no event %(id)s."), id=event_id)
    if cancel:
        lifecycle.cancel(event, now, account, verb=ChangeVerb.DROPPED)
    with transaction():
        waiting.kept_at, waiting.kept_by = now, account.id


def pull_due(
    now: datetime, fetch: Callable[[str, str, str], Fetched] = fetching.fetch, patience: float = PATIENCE
) -> int:
    """Pull what is due; how many were. Fetched side by side, taken in one after the other; a failure is noted at its
    feed and holds up no other. patience: seconds after which what is left waits for the next tick."""
    due = (
        select(Subscription)
        .join(Campaign)
        .where(Subscription.removed_at.is_(None), Subscription.next_at <= now)
        .where(Campaign.ends >= clock.day_of(now - AFTERWARDS, "UTC"))
    )
    feeds = list(db.session.scalars(due.order_by(Subscription.next_at, Subscription.id).limit(AT_ONCE)))
    with transaction():
        for feed in feeds:
            feed.next_at = now + HOUR  # a node that dies over these does not begin with them again
    fetched = gather([(feed.url, feed.etag, feed.last_modified) for feed in feeds], fetch)
    ends, count = monotonic() + patience, 0
    for feed, result in zip(feeds, fetched, strict=True):
        if count and monotonic() >= ends:
            with transaction():
                feed.next_at = now
            continue
        count += 1
        _import_result(feed, result, now)
    return count


def _import_result(feed: Subscription, result: Fetched | Mistake, now: datetime) -> None:
    """Note what came of a pull, and take in what it brought."""
    if db.session.get_one(Subscription, feed.id, populate_existing=True).removed_at is not None:
        return  # while it was fetched
    try:
        if isinstance(result, Mistake):
            raise result
        outcomes = None if result.body is None else _import(feed, result.body, now)
    except Mistake as mistake:
        _note_failure(feed, mistake, now)
        return
    except Exception:  # a slip of ours over one file must not cost the others their turn
        db.session.rollback()
        log.exception("Calendar %s could not be taken in", feed.id)
        _note_failure(feed, Mistake(_OURS), now)
        return
    with transaction():
        feed.pulled_at, feed.failures, feed.last_error = now, 0, None
        feed.etag, feed.last_modified = result.etag, result.last_modified
        if outcomes is not None:
            vanished = _cancellations(outcomes)
            feed.last_result = _result(outcomes, vanished)
            _offer(feed, vanished, now)


def _result(outcomes: list[Outcome], vanished: Collection[int]) -> dict[str, Any]:
    """How many rows got each verdict, without what waits for a person's word; and why rows were refused."""
    done = [
        outcome
        for outcome in outcomes
        if outcome.verdict != RowVerdict.CANCELLED or outcome.written or outcome.event not in vanished
    ]
    result: dict[str, Any] = {verdict: count for verdict, count in counts(done).items() if count}
    refused = [outcome for outcome in done if outcome.verdict == RowVerdict.REFUSED]
    if refused:
        result[REASONS] = [
            [
                outcome.title[:80],
                outcome.findings[0].message,
                {
                    name: value if isinstance(value, int) else str(value)
                    for name, value in outcome.findings[0].values.items()
                },
            ]
            for outcome in refused[:MOST_REASONS]
        ]
    return result


def _note_failure(feed: Subscription, mistake: Mistake, now: datetime) -> None:
    values = {name: value if isinstance(value, int) else str(value) for name, value in mistake.values.items()}
    with transaction():
        feed.pulled_at, feed.failures = now, feed.failures + 1
        feed.last_error = {"message": mistake.message, "values": values}
        feed.next_at = now + min(HOUR * 2 ** min(feed.failures, 5), LONGEST_WAIT)


def _import(feed: Subscription, body: bytes, now: datetime) -> list[Outcome]:
    source = Source(
        origin=f"feed:{feed.id}", complete=True, asks=True, by=feed.owner, adopt=adopter(feed.owner)
    )
    return apply(feed.campaign, read_calendar(body), source, now)


def _cancellations(outcomes: list[Outcome]) -> set[int]:
    """The ids of events that stand here and that the calendar no longer has, or calls cancelled."""
    ids = {outcome.event for outcome in outcomes if outcome.verdict == RowVerdict.CANCELLED and outcome.event}
    still = select(Event.id).where(
        Event.id.in_(ids), Event.status != EventStatus.CANCELLED, Event.withdrawn_at.is_(None)
    )
    return set(db.session.scalars(still))


def _offer(feed: Subscription, vanished: Collection[int], now: datetime) -> None:
    """What is back is offered no more; what is newly gone is. A person's word holds while an event stays away."""
    of_feed = VanishedEvent.feed_id == feed.id
    db.session.execute(delete(VanishedEvent).where(of_feed, VanishedEvent.event_id.not_in(vanished)))
    for event_id in sorted(vanished):
        row = {"feed_id": feed.id, "event_id": event_id, "noticed_at": now}
        db.session.execute(insert(VanishedEvent).values(row).on_conflict_do_nothing())
