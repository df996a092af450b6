"""The tables of figures as sheets: crossings and the standard sheet, and the notes that go with them."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.figures.crossing import Crossing, MethodVisits, StandardSheet
from models.figures.evidence import Evidence
from models.figures.live import EVIDENCE
from models.ledger.tables import Method
from models.live.quarters import DayCourse
from web.figures.sheets import Table
from web.words.figures import (
    dimension_name,
    evidence_name,
    evidence_summary,
    method_name,
    source_name,
    value_name,
    value_names,
)
from web.words.terms import campaign_name, group_name, instant_label


def shares(total: MethodVisits) -> list[int]:
    """The visits of each kind of evidence, for the columns behind a total."""
    return list(total.evidence.values())


def crossing_table(table: Crossing, names: dict[str, dict]) -> Table:
    heads = [
        dimension_name(table.rows),
        *(names[table.columns][value] for value in table.column_values),
        _("Visits"),
        *map(evidence_name, EVIDENCE),
    ]
    rows = [
        [
            names[table.rows][value],
            *(table.cell(value, column).visits for column in table.column_values),
            table.row_totals[value].visits,
            *shares(table.row_totals[value]),
        ]
        for value in table.row_values
    ]
    return Table(f"{dimension_name(table.rows)} × {dimension_name(table.columns)}", heads, rows, 1)


def sources_table(evidence: Evidence) -> Table:
    """Visits by kiosk and code, and those declared afterwards, which no device made."""
    rows: list[list] = [[source_name(one), one.visits] for one in evidence.sources]
    estimated = evidence.corrections.estimated
    if estimated:
        rows.append([method_name(Method.ESTIMATE), estimated])
    return Table(_("Kiosks and codes"), [_("Device or code"), _("Visits")], rows, 1)


def standard_table(campaign: Campaign, sheet: StandardSheet) -> Table:
    regions = value_names(campaign, "region", {row.region for row in sheet.rows})
    heads = [
        dimension_name("region"),
        dimension_name("line"),
        *(group_name(campaign, key) for key in sheet.groups),
        _("Visits"),
        *map(evidence_name, EVIDENCE),
    ]
    rows = [
        [
            regions[row.region],
            line_name(campaign, row.line),
            *row.groups.values(),
            row.total.visits,
            *shares(row.total),
        ]
        for row in sheet.rows
    ]
    return Table(_("Standard sheet"), heads, rows, 2, total_of=line_name(campaign, None))


def course_table(campaign: Campaign, course: DayCourse) -> Table:
    """The visits of a day by quarter or hour and group."""
    groups = [key for key in [*(term.key for term in campaign.groups), UNKNOWN_GROUP] if key in course.groups]
    heads = [dimension_name("day"), _("Time"), *(group_name(campaign, key) for key in groups), _("Visits")]
    rows = [
        [
            course.day,
            slot_time(slot, course.slots),
            *(course.groups[key].get(slot, 0) for key in groups),
            visits,
        ]
        for slot, visits in sorted(course.total.items())
    ]
    return Table(_("Visits by hour"), heads, rows, 2)


def slot_time(slot: int, slots: int) -> str:
    """When a quarter or an hour of a day begins: 09:45."""
    return f"{slot // slots:02d}:{slot % slots * 60 // slots:02d}"


def line_name(campaign: Campaign, line: str | None) -> str:
    """None: the row of a whole region; "": the line is not known."""
    return _("All sectors") if line is None else value_name(campaign, "line", line or None)


def notes(campaign: Campaign, now: datetime, of: str) -> Sequence[tuple[str, str]]:
    """What the words of a workbook mean. of: the part of the week that its figures are of."""
    return [
        (_("Week"), campaign_name(campaign)),
        (_("Part"), of),
        (_("As of"), instant_label(now, campaign.zone)),
        (
            _("Visits"),
            _(
                "A visit is one pass, one browser, one tap or one counted person, once per session and day. Coming back to"
                " the same session on the same day is not counted again. A class with one group pass counts with the"
                " largest number confirmed at the entrance."
            ),
        ),
        *((evidence_name(key), evidence_summary(key)) for key in EVIDENCE),
        (_("Online views"), _("Online views are never added to visits.")),
    ]
