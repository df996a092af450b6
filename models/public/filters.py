"""The filters that pages and feeds share: read from a query string, checked once, written back into links."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar

from models import clock
from models.campaigns.tables import OTHER_FORMAT, UNKNOWN_GROUP, Campaign, TermKind
from models.db import LARGEST_ID, db
from models.errors import N_, Mistake
from models.events.tables import MODES
from models.organizations.tables import Organization
from models.places import regions
from models.places.tables import Region, Venue

MOST_OUTSIDE = timedelta(days=30)  # of the week, for a value of `day`
LONGEST_SEARCH = 100


class Arguments(Protocol):
    """A query string: werkzeug's MultiDict, or anything with its getlist."""

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True)
class Filters:
    """Checked filters. Each field has its values sorted, without repeats; () and "": not filtered."""

    region: tuple[str, ...] = ()
    day: tuple[date, ...] = ()
    audience: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    organization: tuple[int, ...] = ()
    venue: tuple[int, ...] = ()
    mode: tuple[str, ...] = ()
    q: str = ""

    def query(self) -> list[tuple[str, str]]:
        """The filters as pairs for a link, always in the same order."""
        pairs = [(name, str(value)) for name in NAMES if name != "q" for value in getattr(self, name)]
        return pairs + ([("q", self.q)] if self.q else [])

    def replace(self, **changes: Any) -> "Filters":
        """The same filters with some changed: ``filters.replace(day=())`` for a link to all days."""
        return replace(self, **changes)


Sortable = TypeVar("Sortable", str, int, date)
EVERYTHING = Filters()
NAMES = tuple(field.name for field in fields(Filters))


def parse(campaign: Campaign, args: Arguments) -> Filters:
    """The filters in a query string. Raises Mistake for an unknown value of a known filter.

    Unknown parameters are ignored. So are empty values, which a form without JavaScript sends."""

    def values(name: str) -> list[str]:
        return [text.strip() for text in args.getlist(name) if text.strip()]

    return Filters(
        region=_sorted(_region(text) for text in values("region")),
        day=_sorted(_day(campaign, text) for text in values("day")),
        audience=_terms(campaign, TermKind.AUDIENCE, values("audience"), UNKNOWN_GROUP),
        focus=_terms(campaign, TermKind.FOCUS, values("focus")),
        format=_terms(campaign, TermKind.FORMAT, values("format"), OTHER_FORMAT),
        line=_terms(campaign, TermKind.LINE, values("line")),
        organization=_sorted(_id(Organization, text) for text in values("organization")),
        venue=_sorted(_id(Venue, text) for text in values("venue")),
        mode=_sorted(_mode(text) for text in values("mode")),
        q=_search(values("q")),
    )


def _sorted(values: Iterable[Sortable]) -> tuple[Sortable, ...]:
    return tuple(sorted(set(values)))


def _region(text: str) -> str:
    # Nearly always one of the standard, which each process has.
    known = text in regions.regions_by_code()
    if known or (re.fullmatch("[1-9][0-9]{5}", text) and db.session.get(Region, text)):
        return text
    raise Mistake(N_("There is no region with the code “%(value)s”."), value=text[:40])


def _day(campaign: Campaign, text: str) -> date:
    day = clock.parse_day(text)
    if day.isoformat() != text:  # 2024-W16-6 is ISO too, but each filter has one address
        raise Mistake(N_("“%(text)s” is not a day. Write it as 2024-04-20."), text=text[:40])
    if not campaign.starts - MOST_OUTSIDE <= day <= campaign.ends + MOST_OUTSIDE:
        raise Mistake(N_("%(value)s is more than 30 days outside the week."), value=text)
    return day


def _terms(campaign: Campaign, kind: TermKind, texts: list[str], *more_keys: str) -> tuple[str, ...]:
    keys = {term.key for term in campaign.terms_of(kind)} | set(more_keys)
    for text in texts:
        if text not in keys:
            raise Mistake(_UNKNOWN_TERM[kind], value=text[:40])
    return _sorted(texts)


_UNKNOWN_TERM = {
    TermKind.AUDIENCE: N_("There is no audience group “%(value)s” in this week."),
    TermKind.FOCUS: N_("There is no publicity focus “%(value)s” in this week."),
    TermKind.FORMAT: N_("There is no form of activity “%(value)s” in this week."),
    TermKind.LINE: N_("There is no sector “%(value)s” in this week."),
}
_UNKNOWN_ROW = {
    Organization: N_("There is no organization with the number “%(value)s”."),
    Venue: N_("There is no venue with the number “%(value)s”."),
}


def _id(table: type[Organization | Venue], text: str) -> int:
    """The id of a row. Organizations and venues are never deleted, so published addresses stay valid; a merged
    organization gives the id of the one that it was merged into."""
    if re.fullmatch("[1-9][0-9]{0,9}", text) and int(text) <= LARGEST_ID:
        row = db.session.get(table, int(text))
        if isinstance(row, Organization):
            return row.standing.id
        if row is not None:
            return int(text)
    raise Mistake(_UNKNOWN_ROW[table], value=text[:40])


def _mode(text: str) -> str:
    if text not in MODES:
        raise Mistake(
            N_("“%(value)s” is not a mode of taking part. Choose onsite, online or mixed."), value=text[:40]
        )
    return text


def _search(texts: list[str]) -> str:
    text = " ".join(" ".join(texts).split())
    text = "".join(char for char in text if unicodedata.category(char) != "Cc")
    if len(text) > LONGEST_SEARCH:
        raise Mistake(N_("Search for at most %(count)s characters."), count=LONGEST_SEARCH)
    return text
