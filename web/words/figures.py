"""What figures are called: how a visit is known, by evidence and by method, and the values of each dimension."""

from collections.abc import Iterable
from datetime import date

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.events.tables import Event, Occurrence
from models.figures import live
from models.figures.by_source import SourceVisits
from models.figures.coverage import Reach
from models.figures.publication.withholding import SMALLEST
from models.ledger.tables import Nearness
from models.organizations.tables import Organization
from models.places.regions import RegionLevel
from web.words import terms

EVIDENCE_ICONS = {
    live.SCANNED: "scan",
    live.SELF_REPORTED: "touch",
    live.COUNTED: "tally",
    live.DECLARED: "document",
}


def evidence_name(key: str) -> str:
    """scanned, self-reported, counted by staff, declared afterwards."""
    return {
        live.SCANNED: _("scanned"),
        live.SELF_REPORTED: _("self-reported"),
        live.COUNTED: _("counted by staff"),
        live.DECLARED: _("declared afterwards"),
    }[key]


def evidence_summary(key: str) -> str:
    """What stands behind a figure of this evidence, in one sentence."""
    return {
        live.SCANNED: _("A pass was scanned at the entrance, or a phone scanned the on-screen venue code."),
        live.SELF_REPORTED: _("A visitor scanned the code on a poster, or tapped a group on the kiosk."),
        live.COUNTED: _("Staff counted people who did not scan."),
        live.DECLARED: _("A total declared after the event; only what exceeds the other methods is added."),
    }[key]


def method_name(key: str) -> str:
    """The word for one way in which a visit was evidenced."""
    return {
        "pass": _("pass"),
        "rotating": _("on-screen venue code"),
        "printed": _("printed venue code"),
        "touch": _("tap on the kiosk"),
        "tally": _("staff count"),
        "estimate": _("declared afterwards"),
    }[key]


def self_issued_name() -> str:
    """The part of the visits by pass that is shown apart: staff did not see who took these passes."""
    return _("of which passes that visitors got themselves")


def near_name(answer: Nearness) -> str:
    """What a phone at a poster said of its distance."""
    return {
        Nearness.NEAR: _("of which nearby"),
        Nearness.FAR: _("of which farther away"),
        Nearness.UNKNOWN: _("of which position not given"),
    }[answer]


def dimension_name(key: str) -> str:
    return {
        "audience": _("Audience group"),
        "region": _("Region"),
        "line": _("Sector"),
        "organization": _("Organization"),
        "event": _("Event"),
        "occurrence": _("Session"),
        "focus": _("Publicity focus"),
        "format": _("Form of activity"),
        "method": _("Method"),
        "day": _("Day"),
        "hour": _("Hour"),
    }[key]


def value_name(campaign: Campaign, dimension: str, value: object) -> str:
    """The name of a value of a dimension, also of one that is not known."""
    if value is None:
        return _("Not assigned to a sector") if dimension == "line" else _("Not given")
    if dimension in _TERMS:
        return terms.t(campaign.term(TermKind(dimension), str(value))) or str(value)
    return _NAMES[dimension](campaign, value)


def value_names(campaign: Campaign, dimension: str, values: Iterable[object]) -> dict[object, str]:
    """value_name() of many values, whose rows are read together."""
    distinct = set(values)
    ids = sorted(value for value in distinct if isinstance(value, int)) if dimension in _ROWS else []
    rows: list[object] = []  # held, so that the session finds them by their ids
    for start in range(0, len(ids), _IDS_IN_A_QUERY):
        table, *options = _ROWS[dimension]
        query = select(table).where(table.id.in_(ids[start : start + _IDS_IN_A_QUERY]))
        rows += db.session.scalars(query.options(*options)).all()
    return {value: value_name(campaign, dimension, value) for value in distinct}


def _event_name(_campaign: Campaign, event_id: int) -> str:
    """The title, once somebody has reviewed it: figures are public."""
    event = db.session.get_one(Event, event_id)
    return event.title if event.published_at else _("Event %(id)s (not reviewed)", id=event_id)


_IDS_IN_A_QUERY = 400
_ROWS: dict[str, tuple] = {
    "organization": (Organization,),
    "event": (Event, load_only(Event.title, Event.published_at)),
    "occurrence": (Occurrence, joinedload(Occurrence.event)),
}
_TERMS = ("line", "focus")
_NAMES = {
    "audience": lambda campaign, key: terms.group_name(campaign, key),
    "format": lambda campaign, key: terms.format_name(campaign, key),
    "region": lambda _campaign, code: terms.region_label(code),
    "organization": lambda _campaign, number: db.session.get_one(Organization, number).name,
    "event": _event_name,
    "occurrence": lambda _campaign, number: terms.when(db.session.get_one(Occurrence, number)),
    "method": lambda _campaign, key: method_name(key),
    "day": lambda _campaign, day: terms.day_label(day if isinstance(day, date) else date.fromisoformat(day)),
    "hour": lambda _campaign, hour: f"{hour:02d}:00–{hour + 1:02d}:00",
}


def thousands(number: int) -> str:
    """1,234,567 in both languages."""
    return f"{number:,}"


def level_name(level: str) -> str:
    return {
        RegionLevel.PROVINCE: _("province"),
        RegionLevel.PREFECTURE: _("prefecture or city"),
        RegionLevel.COUNTY: _("county"),
    }[RegionLevel(level)]


def reach_name(reach: str) -> str:
    return {
        Reach.REACHED: _("reached"),
        Reach.PLANNED: _("planned, no visits yet"),
        Reach.SILENT: _("silent"),
    }[Reach(reach)]


def source_name(source: SourceVisits) -> str:
    """A kiosk, a venue code with its place, or the desk."""
    if source.kiosk is not None:
        return _("Kiosk %(name)s", name=source.kiosk)
    if source.code is None:
        return _("Entered at the desk")
    name = _("On-screen venue code") if source.rotating else _("Printed venue code")
    return f"{name} · {source.venue}" if source.venue else name


def withheld_note() -> str:
    return _(
        "Numbers from 1 to %(most)s are withheld, and with them as many others as are needed so that they cannot be computed"
        " from totals.",
        most=SMALLEST - 1,
    )


def changes_note() -> str:
    return _(
        "Once a region is public, its numbers follow in steps: a new day once it is over, and a change of 1 to %(most)s visits"
        " in a county, day and group once it has grown to %(least)s. Otherwise two releases compared would tell a small number."
        " So totals can be a little lower than what was counted, and after corrections a little higher. A county, day or group"
        " all of whose visits still wait is withheld; 0 means that nobody was counted.",
        least=SMALLEST,
        most=SMALLEST - 1,
    )


def register(app: Flask) -> None:
    words = (
        evidence_name,
        evidence_summary,
        method_name,
        self_issued_name,
        near_name,
        dimension_name,
        value_name,
        source_name,
        level_name,
        reach_name,
        withheld_note,
        changes_note,
    )
    app.jinja_env.filters["thousands"] = thousands
    app.jinja_env.globals.update({word.__name__: word for word in words}, evidence_icons=EVIDENCE_ICONS)
