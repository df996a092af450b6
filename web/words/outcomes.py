"""Words for outcomes of events."""

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


def register(app: Flask) -> None:
    words = (outcome_name, precision_name, outcome_text)
    app.jinja_env.globals.update({word.__name__: word for word in words})
