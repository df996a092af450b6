"""Possible duplicates: pairs of events that may be the same one. A person merges them or marks them as different."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, selectinload

from models.campaigns.tables import Campaign
from models.codes.passes import Pass
from models.codes.venue_codes import CodeMethod, VenueCode
from models.db import Base, Instant, db, insert, transaction
from models.devices.kiosks import KioskService
from models.errors import N_, Conflict, Mistake, NotFound
from models.events import merges, scope
from models.events.tables import PUBLIC, Event, EventStatus, EventVenue, Occurrence, OccurrenceStatus
from models.organizations.tables import Account
from models.places import regions
from models.places.tables import Venue
from models.publishing import lifecycle, proposals
from models.publishing.proposals import Proposal
from models.publishing.similarity import Candidate, numbers_of, own_words, similar_pairs
from models.registration.tables import RegistrationSettings
from models.text.bare_text import bare_text

PAIRS_ON_A_PAGE = 30


class DifferentPair(Base):
    """Two events that a person found to be different; they are not offered again. low_id < high_id."""

    __tablename__ = "pair_ruling"

    low_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Issued:
    """What was printed, issued and paired for an event and is still valid. It goes on at the event that is kept."""

    codes: int = 0
    passes: int = 0
    kiosks: int = 0


@dataclass(frozen=True)
class MergePreview:
    """What becomes of an entry that is merged into the kept one. obstacle: why it cannot be; added: sessions that the kept
    one takes over; ending: those that are nowhere afterwards; public: visitors and calendars have it."""

    obstacle: Mistake | None
    added: list[Occurrence]
    ending: list[Occurrence]
    public: bool


@dataclass(frozen=True)
class PossibleDuplicate:
    """Two events side by side. left: the one with the lower id. issued: by event id; previews: by the id of the kept one."""

    left: Event
    right: Event
    issued: dict[int, Issued]
    previews: dict[int, MergePreview]


def possible_duplicates(account: Account, campaign: Campaign) -> tuple[list[PossibleDuplicate], int]:
    """The first PAIRS_ON_A_PAGE pairs in an account's reach, in the order of their ids; and the number of all pairs."""
    pairs = _pairs(account, campaign)
    page = pairs[:PAIRS_ON_A_PAGE]
    event_ids = {event_id for pair in page for event_id in pair}
    query = select(Event).where(Event.id.in_(event_ids))
    query = query.options(
        selectinload(Event.occurrences).joinedload(Occurrence.venue),
        selectinload(Event.hosts),
        selectinload(Event.venues),
    )
    events = {event.id: event for event in db.session.scalars(query)}
    issued, unsettled = issued_for(event_ids), _unsettled(event_ids)

    def pair_of(low: Event, high: Event) -> PossibleDuplicate:
        both = ((low, high), (high, low))
        previews = {kept.id: _preview(kept, other, account, unsettled) for kept, other in both}
        return PossibleDuplicate(low, high, issued, previews)

    return [pair_of(events[low], events[high]) for low, high in page], len(pairs)


def _preview(kept: Event, other: Event, account: Account, unsettled: Mapping[int, Mistake]) -> MergePreview:
    return MergePreview(
        merges.obstacle(kept, other, account) or unsettled.get(other.id),
        merges.added_sessions(kept, other),
        merges.ending_sessions(kept, other),
        other.status in PUBLIC,
    )


def _obstacle(kept: Event, other: Event, account: Account | None) -> Mistake | None:
    return merges.obstacle(kept, other, account) or _unsettled([other.id]).get(other.id)


def likely_duplicates(event: Event, account: Account, most: int = 5) -> list[Event]:
    """Events in an account's reach that may be this one, for its reviewer; none that was found different from it."""
    days = {row.start_day for row in event.occurrences}
    same_days = select(Occurrence.event_id).where(Occurrence.start_day.in_(days))
    same_prefecture = regions.in_prefecture(Event.region_code, event.region_code)
    candidates = _candidates(account, event.campaign, Event.id.in_(same_days), same_prefecture)
    pairs = {(low.id, high.id) for low, high in similar_pairs(candidates) if event.id in (low.id, high.id)}
    if not pairs:
        return []
    ids = {other for pair in pairs - _different() for other in pair if other != event.id}
    return list(db.session.scalars(select(Event).where(Event.id.in_(ids)).order_by(Event.id).limit(most)))


def _pairs(account: Account, campaign: Campaign) -> list[tuple[int, int]]:
    similar = {(low.id, high.id) for low, high in similar_pairs(_candidates(account, campaign))}
    return sorted(similar - _different())


def _different() -> set[tuple[int, int]]:
    query = select(DifferentPair.low_id, DifferentPair.high_id)
    return {(row.low_id, row.high_id) for row in db.session.execute(query)}


def issued_for(event_ids: Collection[int]) -> dict[int, Issued]:
    """Printed codes, bound passes and kiosks in service, by event. Three queries."""

    def counted(column: InstrumentedAttribute, *conditions: ColumnElement[bool]) -> dict[int, int]:
        query = select(column, func.count()).where(column.in_(event_ids), *conditions).group_by(column)
        return dict(db.session.execute(query).tuples().all())

    codes = counted(
        VenueCode.event_id, VenueCode.revoked_at.is_(None), VenueCode.method == CodeMethod.PRINTED
    )
    passes = counted(Pass.event_id, Pass.revoked_at.is_(None))
    kiosks = counted(KioskService.event_id, KioskService.until.is_(None))
    return {
        event_id: Issued(codes.get(event_id, 0), passes.get(event_id, 0), kiosks.get(event_id, 0))
        for event_id in event_ids
    }


def _unsettled(event_ids: Collection[int]) -> dict[int, Mistake]:
    """By event id: what would be lost with the event, a proposed change that nobody decided on or the sessions that people
    register for."""
    registered = select(Occurrence.event_id).where(
        Occurrence.event_id.in_(event_ids),
        Occurrence.status == OccurrenceStatus.SCHEDULED,
        Occurrence.id.in_(select(RegistrationSettings.occurrence_id)),
    )
    proposed = select(Proposal.event_id).where(proposals.undecided(), Proposal.event_id.in_(event_ids))
    by_session = Conflict(
        N_(
            "The other event has registration for its sessions. Keep that one, or switch its registration off first."
        )
    )
    undecided = Conflict(N_("A proposed change of the other event awaits a decision. Decide on it first."))
    unsettled: dict[int, Mistake] = dict.fromkeys(db.session.scalars(registered), by_session)
    return unsettled | dict.fromkeys(db.session.scalars(proposed), undecided)


def merge_pair(account: Account, kept_id: int, other_id: int, now: datetime) -> Event:
    """Merge the other event into the kept one, which is returned. Raises NotFound for an event out of reach, and
    what stands in its preview as an obstacle; it is looked for while both are locked, as a change may just be proposed."""
    kept = scope.event_for(account, kept_id, scope.changes)
    other = scope.event_for(account, other_id, scope.changes)
    lifecycle.merge(kept, other, now, account, _obstacle)
    return kept


def mark_different(account: Account, left_id: int, right_id: int, now: datetime) -> None:
    """Two events are different and are not offered again. Raises NotFound for an event out of reach."""
    low, high = sorted(
        scope.event_for(account, event_id, scope.changes).id for event_id in (left_id, right_id)
    )
    if low == high:
        raise NotFound(N_("You have no event %(id)s."), id=left_id)
    row = {"low_id": low, "high_id": high, "account_id": account.id, "at": now}
    with transaction():
        db.session.execute(insert(DifferentPair).values(row).on_conflict_do_nothing())


def _candidates(account: Account, campaign: Campaign, *conditions: ColumnElement[bool]) -> list[Candidate]:
    """One for each day on which an occurrence of an event begins. Columns only: 30,000 ORM objects would be slow."""
    eligible = (
        scope.changes(account),
        Event.campaign_id == campaign.id,
        Event.withdrawn_at.is_(None),
        Event.status != EventStatus.CANCELLED,
        *conditions,
    )
    places = _places(*eligible)
    query = (
        select(Event.id, Occurrence.start_day, Event.region_code, Event.title, Event.venue_text)
        .join(Occurrence, Occurrence.event_id == Event.id)
        .where(*eligible, Occurrence.status != OccurrenceStatus.CANCELLED)
        .distinct()
    )
    return [
        _candidate(row, places.get(row.id) or {bare_text(row.venue_text)} - {""}, campaign)
        for row in db.session.execute(query)
    ]


def _places(*conditions: ColumnElement[bool]) -> dict[int, set[str]]:
    """The venues of events and of their occurrences, by event id."""
    of_events = select(EventVenue.event_id, Venue.name).join(Venue, Venue.id == EventVenue.venue_id)
    of_events = of_events.join(Event, Event.id == EventVenue.event_id)
    of_occurrences = select(Occurrence.event_id, Venue.name).join(Venue, Venue.id == Occurrence.venue_id)
    of_occurrences = of_occurrences.join(Event, Event.id == Occurrence.event_id)
    places: dict[int, set[str]] = defaultdict(set)
    for query in (of_events, of_occurrences):
        for event_id, name in db.session.execute(query.where(*conditions)):
            places[event_id].add(bare_text(name))
    return places


def _candidate(
    row: Row[tuple[int, date, str | None, str, str]], places: set[str], campaign: Campaign
) -> Candidate:
    title = own_words(row.title, campaign)
    full_title = bare_text(row.title)
    return Candidate(
        row.id,
        row.start_day,
        row.region_code,
        title,
        full_title,
        frozenset(title),
        frozenset(places),
        numbers_of(title),
    )
