"""Finding events by what people type: Chinese words, whole pinyin (zhishichanquan) or its initials (zscq).

What can be typed is written beside the event at its change, so that a search is one look through short texts and never
has to know pinyin. Every column is folded: full-width forms made plain, capitals made small.
"""

import unicodedata
from functools import lru_cache

from sqlalchemy import ColumnElement, ForeignKey, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from models.db import Base, db, transaction
from models.events.tables import Event, EventVenue, Occurrence
from models.places import regions

INDEX_VERSION = 1  # of what is written; another number here has every event written anew at the next start
BATCH = 200  # events in one transaction
_JOINT = "\n"  # between names, so that no search runs over from one into the next


class EventSearch(Base):
    """What finds an event: one name a line, as written, by initials and in pinyin."""

    __tablename__ = "event_search"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    initials: Mapped[str] = mapped_column(Text)
    pinyin: Mapped[str] = mapped_column(Text)
    form: Mapped[int] = mapped_column(index=True)


def matches(text: str) -> ColumnElement[bool]:
    """The condition on Event that every word of the text is found in it, in any of its three spellings."""
    found = [_finds(word) for word in fold(text).split()]
    return Event.id.in_(select(EventSearch.event_id).where(and_(*found)))


def _finds(word: str) -> ColumnElement[bool]:
    columns = [EventSearch.words]
    typed = word.replace("'", "")  # xi'an
    if typed.isascii() and typed.isalnum():
        columns += [EventSearch.initials, EventSearch.pinyin]
        return or_(columns[0].contains(word, autoescape=True), *(c.contains(typed) for c in columns[1:]))
    return columns[0].contains(word, autoescape=True)


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def index_event(event: Event) -> None:
    """Bring what finds an event up to its rows, inside the caller's transaction; the event has its id."""
    names = list(dict.fromkeys(fold(name) for name in _names(event) if name))
    spelt = [pinyin_spellings(name) for name in names]
    row = EventSearch(event_id=event.id, words=_JOINT.join(names), form=INDEX_VERSION)
    row.initials = _JOINT.join(initials for initials, _whole in spelt)
    row.pinyin = _JOINT.join(whole for _initials, whole in spelt)
    db.session.merge(row)


def _names(event: Event) -> list[str]:
    """Everything by which somebody may look for an event; its description says too much to find anything by."""
    code = event.region_code
    above = (*regions.ancestors(code), code) if code else ()
    hosts = [host.name for host in event.hosts] + ([event.lead.name] if event.lead else [])
    venues = [row.venue.name for row in event.venues]
    venues += [sitting.venue.name for sitting in event.occurrences if sitting.venue]
    return [event.title, *hosts, event.venue_text, *venues, event.region_text, *map(_region_name, above)]


def _region_name(code: str) -> str:
    return _region_names().get(code, "")


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {row.code: row.name for row in regions.all_regions()}


@lru_cache(maxsize=4096)  # hosts and places come back in hundreds of events
def pinyin_spellings(text: str) -> tuple[str, str]:
    """The initials of a folded text and its pinyin without tones or gaps; letters and digits stand as they are."""
    # Half a second and nearly 60 MB of dictionary: only who writes events needs it, no reader and no other command.
    from pypinyin import lazy_pinyin

    initials, whole = [], []
    for syllable in lazy_pinyin(text, errors=_as_typed):
        if syllable:
            whole.append(syllable)
            initials.append(syllable if syllable.startswith("\0") else syllable[0])
    return "".join(initials).replace("\0", ""), "".join(whole).replace("\0", "")


def _as_typed(foreign: str) -> list[str]:
    """What is not Chinese: its letters and digits, marked so that they are not taken for a syllable."""
    kept = "".join(char for char in foreign if char.isalnum())
    return ["\0" + kept] if kept else [""]


def index_missing() -> int:
    """Write what finds the events that were never written in this form; how many. Its own transactions."""
    count = 0
    while ids := _unwritten():
        with transaction():
            # Locked, so that a change that runs at this moment is not overwritten with what was before.
            asked = select(Event).where(Event.id.in_(ids)).with_for_update()
            rows = db.session.scalars(asked.options(*_all()).execution_options(populate_existing=True)).all()
            for event in rows:
                index_event(event)
        count += len(rows)
        db.session.expire_all()
    return count


def _unwritten() -> list[int]:
    written = select(EventSearch.event_id).where(EventSearch.form == INDEX_VERSION)
    return list(db.session.scalars(select(Event.id).where(Event.id.not_in(written)).limit(BATCH)))


def _all() -> list:
    return [
        selectinload(Event.hosts),
        selectinload(Event.lead),
        selectinload(Event.venues).selectinload(EventVenue.venue),
        selectinload(Event.occurrences).selectinload(Occurrence.venue),
    ]
