"""The choice that a reader filters the week by: in words, in the form, and what of it can be used."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.campaigns.tables import OTHER_FORMAT, UNKNOWN_GROUP, Campaign, TermKind
from models.db import db
from models.errors import Mistake
from models.events.tables import MODES
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.public.filters import Arguments, Filters, parse
from web.urls import address
from web.words import terms

FIELDS = ("region", "day", "audience", "focus", "format", "line", "organization", "venue", "mode", "q")


@dataclass(frozen=True)
class ActiveFilter:
    """One value that the reader filters by: its words, and the address of the list without it."""

    name: str
    without: str


def active_filters(campaign: Campaign, filters: Filters, path: str) -> list[ActiveFilter]:
    """Every value filtered by, in words, each with a way to let go of it."""
    active = []
    for name, value in filters.query():
        values = getattr(filters, name)
        rest = filters.replace(**{name: "" if name == "q" else tuple(v for v in values if str(v) != value)})
        active.append(ActiveFilter(value_name(campaign, name, value), address(path, rest)))
    return active


def value_name(campaign: Campaign, name: str, value: str) -> str:
    """One value of a filter in the reader's words."""
    kinds = {"focus": TermKind.FOCUS, "line": TermKind.LINE}
    if name in kinds:
        return terms.t(campaign.term(kinds[name], value))
    rows: dict[str, type[Organization] | type[Venue]] = {"organization": Organization, "venue": Venue}
    if name in rows:
        return db.session.scalar(select(rows[name].name).where(rows[name].id == int(value))) or value
    words = {
        "region": terms.region_label,
        "day": lambda day: terms.day_label(date.fromisoformat(day)),
        "audience": lambda key: terms.group_name(campaign, key),
        "format": lambda key: terms.format_name(campaign, key),
        "mode": terms.mode_name,
    }
    return words[name](value) if name in words else f"“{value}”"


def checkbox_values(campaign: Campaign) -> dict[str, list[str]]:
    """The values of the filters that the form offers as boxes to tick."""
    return {
        "audience": [term.key for term in campaign.terms_of(TermKind.AUDIENCE)] + [UNKNOWN_GROUP],
        "format": [term.key for term in campaign.terms_of(TermKind.FORMAT)] + [OTHER_FORMAT],
        "mode": list(MODES),
    }


def hidden_fields(filters: Filters) -> list[tuple[str, str]]:
    """What the form has no control for and carries along unseen."""
    shown = {"audience", "format", "mode", "q"} | ({"region"} if len(filters.region) < 2 else set())
    return [(name, value) for name, value in filters.query() if name not in shown]


def usable_part(campaign: Campaign, args: Arguments) -> Filters:
    """The choice without the values that cannot be used, for the way back from a mistake."""
    usable: dict[str, list[str]] = {}
    for name in FIELDS:
        for value in args.getlist(name):
            try:
                parse(campaign, _Values({name: [value]}))
            except Mistake:
                continue
            usable.setdefault(name, []).append(value)
    try:
        return parse(campaign, _Values(usable))
    except Mistake:  # several searches that are too long only together
        return parse(campaign, _Values({name: values for name, values in usable.items() if name != "q"}))


class _Values(dict[str, list[str]]):
    """A query in the form that parse() reads."""

    def getlist(self, key: str, /) -> list[str]:
        return self.get(key, [])
