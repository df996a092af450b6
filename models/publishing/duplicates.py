"""Entries that may be one event: found by day, place and title, shown to a person, and never decided here.

Two entries are worth a look when a sitting of each begins on one day, they are in one prefecture (or nobody told where),
their titles are alike once the week's own words are left out, and their places do not contradict each other.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations

from sqlalchemy import ColumnElement, ForeignKey, Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, selectinload

from models.campaigns.tables import Campaign
from models.codes.passes import Pass
from models.codes.venue_codes import CodeMethod, VenueCode
from models.db import Base, Instant, db, insert, transaction
from models.devices.kiosks import KioskService
from models.errors import N_, NotFound
from models.events import scope
from models.events.tables import Event, EventStatus, EventVenue, Occurrence
from models.organizations.tables import Account
from models.places.tables import Venue
from models.publishing import lifecycle

ALIKE = 0.75  # of the letters of two titles, as difflib counts them
PLACE_ALIKE = 0.7
SHOWN = 30  # pairs on one page
_NOISE = re.compile(r"[\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d年?(?:度)?")
_NO_NAME = 2  # letters: a shorter rest of a title tells nothing


class PairRuling(Base):
    """A person looked at two entries and found them different: they are not offered again. low_id < high_id."""

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
class Pair:
    left: Event
    right: Event
    issued: dict[int, Issued]


@dataclass(frozen=True, slots=True)
class Entry:
    """What of an event is compared. title: without signs and the week's own words; whole: with them. places: names."""

    id: int
    day: date
    region: str | None
    title: str
    whole: str
    letters: frozenset[str]
    places: frozenset[str]


def pairs(account: Account, campaign: Campaign) -> list[tuple[int, int]]:
    """The ids of entries in an account's reach that may be one event, the older first, in the order of their ids."""
    rulings = select(PairRuling.low_id, PairRuling.high_id)
    settled = {(row.low_id, row.high_id) for row in db.session.execute(rulings)}
    found = {(low.id, high.id) for low, high in alike(_entries(account, campaign))}
    return sorted(found - settled)


def shown(account: Account, campaign: Campaign) -> tuple[list[Pair], int]:
    """The first pairs with their events loaded, and how many there are in all."""
    found = pairs(account, campaign)
    first = found[:SHOWN]
    ids = {number for pair in first for number in pair}
    whole = (selectinload(Event.occurrences).joinedload(Occurrence.venue), selectinload(Event.hosts))
    asked = select(Event).where(Event.id.in_(ids)).options(*whole, selectinload(Event.venues))
    events = {event.id: event for event in db.session.scalars(asked)}
    issued = issued_for(ids)
    return [Pair(events[low], events[high], issued) for low, high in first], len(found)


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


def keep(account: Account, kept_id: int, other_id: int, now: datetime) -> Event:
    """The two are one event: one is kept, the other merged into it. Raises NotFound for what is out of reach."""
    kept, other = scope.event_for(account, kept_id), scope.event_for(account, other_id)
    lifecycle.merge(kept, other, now, account)
    return kept


def differ(account: Account, one_id: int, other_id: int, now: datetime) -> None:
    """The two are different events, and are not offered again. Raises NotFound for what is out of reach."""
    low, high = sorted(scope.event_for(account, number).id for number in (one_id, other_id))
    if low == high:
        raise NotFound(N_("You have no event %(id)s."), id=one_id)
    row = {"low_id": low, "high_id": high, "account_id": account.id, "at": now}
    with transaction():
        db.session.execute(insert(PairRuling).values(row).on_conflict_do_nothing())


def alike(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """The pairs worth a look, the lower id first. Only entries of one day and prefecture are compared, so that the
    work grows with the size of a prefecture's day and not with the square of the country."""
    blocks: dict[tuple, list[Entry]] = defaultdict(list)
    for entry in entries:
        blocks[entry.day, entry.region and entry.region[:4]].append(entry)
    for block in blocks.values():
        block.sort(key=lambda entry: entry.id)
        for one, other in combinations(block, 2):
            if one.id != other.id and _may_be_one(one, other):
                yield one, other


def _may_be_one(one: Entry, other: Entry) -> bool:
    shared = len(one.letters & other.letters)  # cheap, and most pairs end here
    if shared * 2 < ALIKE * 0.8 * (len(one.letters) + len(other.letters)):
        return False
    if len(one.title) < _NO_NAME or len(other.title) < _NO_NAME:
        return one.whole == other.whole and bool(one.places and _places_fit(one, other))
    return _ratio(one.title, other.title) >= ALIKE and _places_fit(one, other)


def _places_fit(one: Entry, other: Entry) -> bool:
    """A place that both name, or alike names; where one names none, the same county."""
    if one.places and other.places:
        return any(_same_place(mine, theirs) for mine in one.places for theirs in other.places)
    return one.region == other.region


def _same_place(mine: str, theirs: str) -> bool:
    return mine in theirs or theirs in mine or _ratio(mine, theirs) >= PLACE_ALIKE


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= min(ALIKE, PLACE_ALIKE) else 0.0


def plain(text: str) -> str:
    """Letters and digits alone, full-width ones as plain ones."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def own_words(title: str, campaign: Campaign) -> str:
    """A title without signs, years and what it shares with the campaign's name: 知识产权宣传周进校园 -> 进校园."""
    rest = _YEAR.sub("", plain(title))
    for part in _parts_of(plain(campaign.name_zh)):
        rest = rest.replace(part, "")
    return rest


@lru_cache(maxsize=32)
def _parts_of(name: str) -> tuple[str, ...]:
    """Every part of a name of three letters or more, the longest first."""
    sizes = range(len(name), 2, -1)
    return tuple(name[at : at + size] for size in sizes for at in range(len(name) - size + 1))


def _entries(account: Account, campaign: Campaign) -> list[Entry]:
    """One for each day on which a sitting of an event begins. Plain columns: 30,000 events are no objects here."""
    running = (
        scope.event_in_reach(account),
        Event.campaign_id == campaign.id,
        Event.withdrawn_at.is_(None),
        Event.status != EventStatus.CANCELLED,
    )
    places: dict[int, set[str]] = defaultdict(set)
    for join in (
        select(EventVenue.event_id, Venue.name).join(Venue, Venue.id == EventVenue.venue_id),
        select(Occurrence.event_id, Venue.name).join(Venue, Venue.id == Occurrence.venue_id),
    ):
        owner = (
            EventVenue.event_id
            if join.column_descriptions[0]["entity"] is EventVenue
            else Occurrence.event_id
        )
        for event_id, name in db.session.execute(join.join(Event, Event.id == owner).where(*running)):
            places[event_id].add(plain(name))
    asked = (
        select(Event.id, Occurrence.start_day, Event.region_code, Event.title, Event.venue_text)
        .join(Occurrence, Occurrence.event_id == Event.id)
        .where(*running, Occurrence.status != EventStatus.CANCELLED)
        .distinct()
    )
    return [
        _entry(row, places.get(row.id) or {plain(row.venue_text)} - {""}, campaign)
        for row in db.session.execute(asked)
    ]


def _entry(row: Row[tuple[int, date, str | None, str, str]], places: set[str], campaign: Campaign) -> Entry:
    rest = own_words(row.title, campaign)
    return Entry(
        row.id, row.start_day, row.region_code, rest, plain(row.title), frozenset(rest), frozenset(places)
    )
