"""Figures as JSON, CSV and text for a terminal. One shape for all: CONTRACT.md, "Figures"."""

from collections.abc import Sequence
from datetime import date

from flask import Response, jsonify
from flask_babel import gettext as _

from models import clock
from models.campaigns.tables import Campaign
from models.figures.count import Figures
from models.ledger.tables import METHODS
from web.figures import sheets
from web.words.figures import dimension_name, method_name, self_issued_name, value_names


def body(figures: Figures, campaign: Campaign) -> dict:
    """The figures as plain values: instants in the campaign's zone, days as 2024-04-20, participants null if unknown."""
    return {
        "as_of": clock.instant_text(figures.as_of, campaign.zone),
        "visits": figures.visits,
        "participants": figures.participants,
        "rows": [{name: _plain(value) for name, value in row.items()} for row in figures.rows],
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def as_json(figures: Figures, campaign: Campaign) -> Response:
    return jsonify(body(figures, campaign))


def as_csv(figures: Figures, campaign: Campaign, by: Sequence[str], of: str) -> Response:
    """One line per row, for a spreadsheet: each dimension as code and as name, visits, participants, methods.

    of: what the figures are of, for the file's name."""
    return sheets.as_csv(open_table(figures, campaign, by), file_name(of, by))


def file_name(of: str, by: Sequence[str]) -> str:
    return "-".join(["figures", of, *by])


def open_table(figures: Figures, campaign: Campaign, by: Sequence[str]) -> sheets.Table:
    heads = [
        *(head for name in by for head in (name, dimension_name(name))),
        _("Visits"),
        _("Participants, at least"),
        *(method_name(name) for name in METHODS),
        self_issued_name(),
    ]
    names = {name: value_names(campaign, name, (row[name] for row in figures.rows)) for name in by}
    rows = []
    for row in _rows_or_total(figures, by):
        values = [part for name in by for part in (row[name], names[name][row[name]])]
        numbers = (
            row["visits"],
            row["participants"],
            *(row["methods"][name] for name in METHODS),
            row["taken"],
        )
        rows.append([*values, *numbers])
    title = " × ".join(map(dimension_name, by)) or _("Total")
    return sheets.Table(title, heads, rows, 2 * len(by), total_of=None)


def _rows_or_total(figures: Figures, by: Sequence[str]) -> list[dict]:
    """The rows, or the total as the only one where no dimension was asked for."""
    total = {
        "visits": figures.visits,
        "participants": figures.participants,
        "methods": figures.methods,
        "taken": figures.taken,
    }
    return figures.rows if by else [total]


def as_text(figures: Figures, campaign: Campaign, by: Sequence[str]) -> str:
    """A table for a terminal, the total first."""
    lines = [
        _("As of %(time)s", time=clock.instant_text(figures.as_of, campaign.zone)),
        _(
            "Visits: %(visits)s. Participants: at least %(participants)s.",
            visits=figures.visits,
            participants=figures.participants,
        ),
    ]
    if by:
        lines.append(
            "\t".join([*(dimension_name(name) for name in by), _("Visits"), _("Participants, at least")])
        )
    names = {name: value_names(campaign, name, (row[name] for row in figures.rows)) for name in by}
    for row in figures.rows:
        values = [names[name][row[name]] for name in by]
        participants = "-" if row["participants"] is None else str(row["participants"])
        lines.append("\t".join([*values, str(row["visits"]), participants]))
    return "\n".join(lines)
