"""Search for events by Chinese words, pinyin (zhishichanquan) or its initials (zscq).

The searchable texts of an event are stored when it changes, so that a search compares short texts and needs no pinyin.
All texts are folded: full-width forms to ASCII, upper to lower case. How a name sounds is in spelling.py.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import ColumnElement, ForeignKey, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models.db import Base, db, transaction
from models.events.tables import Event, EventVenue, Occurrence
from models.places import regions
from models.public import spelling

INDEX_VERSION = 2  # raise it to have every event indexed again at the next start
BATCH = 200  # events in one transaction
_SEPARATOR = "\n"  # between names, so that no match spans two of them


class EventSearch(Base):
    """The searchable names of an event, one a line: as written, as initials of the pinyin, as pinyin."""

    __tablename__ = "event_search"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    initials: Mapped[str] = mapped_column(Text)
    pinyin: Mapped[str] = mapped_column(Text)
    form: Mapped[int] = mapped_column(index=True)  # the INDEX_VERSION that wrote it


def matches(text: str) -> ColumnElement[bool]:
    """The condition on Event that it has every word of the text, each in any of the three spellings."""
    return _has_words(text, initials=True)


def matches_in_full(text: str) -> ColumnElement[bool]:
    """The same without initials: each word as written or in pinyin. What has them stands first."""
    return _has_words(text, initials=False)


def may_be_initials(text: str) -> bool:
    return any(spelling.has_initials(word) for word in fold(text).split())


def _has_words(text: str, *, initials: bool) -> ColumnElement[bool]:
    words = [_has_word(word, initials) for word in fold(text).split()]
    return Event.id.in_(select(EventSearch.event_id).where(and_(*words)))


def _has_word(word: str, initials: bool) -> ColumnElement[bool]:
    spelt = [EventSearch.words.contains(word, autoescape=True)]
    letters = word.replace("'", "")  # xi'an
    if spelling.has_initials(letters):
        spelt.append(EventSearch.pinyin.like(spelling.pinyin_pattern(letters)))
        if initials:
            spelt.append(EventSearch.initials.like(spelling.initials_pattern(letters)))
    return or_(*spelt)


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def index_event(event: Event) -> None:
    """Store the searchable names of an event, which has its id. Runs inside the caller's transaction."""
    db.session.merge(_row(event))


def index_new_events(events: Iterable[Event]) -> None:
    """The same for events of which no names are stored yet."""
    db.session.add_all(_row(event) for event in events)


def _row(event: Event) -> EventSearch:
    names = list(dict.fromkeys(fold(name) for name in _names(event) if name))
    spellings = [spelling.spellings(name) for name in names]
    row = EventSearch(event_id=event.id, words=_SEPARATOR.join(names), form=INDEX_VERSION)
    row.initials = _SEPARATOR.join(initials for initials, _pinyin in spellings)
    row.pinyin = _SEPARATOR.join(pinyin for _initials, pinyin in spellings)
    return row


def _names(event: Event) -> list[str]:
    """The names by which people look for an event. Not its description: a long text matches nearly everything."""
    code = event.region_code
    region_codes = (*regions.ancestors(code), code) if code else ()
    hosts = [host.name for host in event.hosts] + ([event.lead.name] if event.lead else [])
    venues = [row.venue.name for row in event.venues]
    venues += [occurrence.venue.name for occurrence in event.occurrences if occurrence.venue]
    return [
        event.title,
        *hosts,
        event.venue_text,
        *venues,
        event.region_text,
        *map(_region_name, region_codes),
    ]


def _region_name(code: str) -> str:
    return _region_names().get(code, "")


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {row.code: row.name for row in regions.all_regions()}


def index_missing() -> int:
    """Index the events that this INDEX_VERSION has not indexed; how many. Its own transactions."""
    count = 0
    while ids := _not_indexed():
        with transaction():
            # Locked, so that a change at the same time is not overwritten with older names.
            query = select(Event).where(Event.id.in_(ids)).with_for_update()
            query = query.options(*_load_options()).execution_options(populate_existing=True)
            rows = db.session.scalars(query).all()
            for event in rows:
                index_event(event)
        count += len(rows)
        db.session.expire_all()
    return count


def _not_indexed() -> list[int]:
    indexed = select(EventSearch.event_id).where(EventSearch.form == INDEX_VERSION)
    return list(db.session.scalars(select(Event.id).where(Event.id.not_in(indexed)).limit(BATCH)))


def _load_options() -> list[ORMOption]:
    return [
        selectinload(Event.hosts),
        selectinload(Event.lead),
        selectinload(Event.venues).selectinload(EventVenue.venue),
        selectinload(Event.occurrences).selectinload(Occurrence.venue),
    ]
