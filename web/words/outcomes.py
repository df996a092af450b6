"""Words for outcomes of events."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from models.outcomes.outcomes import Outcome, OutcomeKind, Precision


def outcome_name(kind: str) -> str:
    return {
        OutcomeKind.LEAFLETS: _("Leaflets given out"),
        OutcomeKind.CONSULTATIONS: _("Consultations"),
        OutcomeKind.VIEWS: _("Online views"),
        OutcomeKind.MEDIA_NEW: _("Reports by new media"),
        OutcomeKind.MEDIA_TRADITIONAL: _("Reports by traditional media"),
        OutcomeKind.OTHER: _("Other outcomes"),
    }[OutcomeKind(kind)]


def precision_name(precision: str) -> str:
    return {
        Precision.EXACT: _("exact"),
        Precision.ABOUT: _("about"),
        Precision.REPORTED: _("as reported"),
    }[Precision(precision)]


def outcome_text(row: Outcome) -> str:
    """The number with how sure it is."""
    number = f"{row.number:,}" if row.number is not None else ""
    if row.precision == Precision.EXACT:
        return number
    if row.precision == Precision.ABOUT:
        return _("about %(number)s", number=number)
    if row.number is None:
        return _("“%(text)s” (as reported)", text=row.text)
    return _("“%(text)s” (as reported; at least %(number)s)", text=row.text, number=number)


def sum_text(number: str, at_least: bool, about: bool) -> str:
    """A sum of outcomes with how sure it is."""
    if at_least and about:
        return _("about %(number)s or more", number=number)
    if about:
        return _("about %(number)s", number=number)
    return _("at least %(number)s", number=number) if at_least else number


def sureness(one: Mapping[str, Any]) -> tuple[bool, bool]:
    """at_least and about of an outcome in sealed content; older ones know no more than that it is not exact."""
    return one.get("at_least", not one["exact"]), one.get("about", False)


def sureness_name(at_least: bool, about: bool) -> str:
    if at_least and about:
        return _("about, or more")
    return _("about") if about else _("at least") if at_least else _("exact")


def register(app: Flask) -> None:
    words = (outcome_name, precision_name, outcome_text, sum_text)
    app.jinja_env.globals.update({word.__name__: word for word in words})
