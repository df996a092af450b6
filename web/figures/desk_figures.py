"""Figures at the desk: any two dimensions crossed, the standard sheet, and what stands behind a figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign, TermKind
from models.errors import N_, NotFound
from models.events import scope
from models.events.tables import Event
from models.figures import event_overview
from models.figures.by_group import groups_by_day, groups_by_region
from models.figures.checks.answers import answers_of
from models.figures.count import figures
from models.figures.crossing import Crossing, StandardSheet, crossing, standard_sheet
from models.figures.dimensions import DIMENSIONS, parse_level
from models.figures.evidence import evidence_of
from models.figures.filters import FiguresFilter, from_page_filters
from models.figures.live import EVIDENCE, by_group
from models.live.area import area_of
from models.places import regions
from models.places.regions import RegionLevel
from models.public import filters
from models.public.filters import Filters
from web.desk.events import regions_below
from web.figures import sheets
from web.figures.exports import file_name
from web.figures.part_names import PartName, part_name
from web.figures.sheet_tables import crossing_table, notes, sources_table, standard_table
from web.words.figures import value_names

MOST_ROWS, MOST_COLUMNS = 500, 40  # on a page; the files hold everything
MOST_ANSWERS = 20  # questions on a page of evidence
ONE_REGION = "own"  # of evidence: the region itself, without those below it
NO_CAMPAIGN = N_("There is no week yet.")
FILTER_OF = ("audience", "region", "line", "organization", "focus", "format", "day")  # what a row opens by

pages = Blueprint("desk_figures", __name__, url_prefix="/desk/figures")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@dataclass(frozen=True)
class DeskQuestion:
    """What is asked at the desk: the week, its part in the reader's reach, and the level of regions in tables."""

    campaign: Campaign
    filters: Filters
    part: FiguresFilter
    level: RegionLevel | None
    now: datetime

    @property
    def source(self) -> PartName:
        """What the figures are of."""
        area = area_of(current_user, self.campaign)
        return part_name(self.campaign, area, self.filters, own=_is_one_region_alone(self.filters))

    def link(self, **changes: str | None) -> str:
        """The same question as a query string, with some parameters changed; None leaves one out."""
        named = {"campaign": self.campaign.id, "level": self.level, **changes}
        pairs = [(name, value) for name, value in named.items() if value]
        return urlencode(pairs + [pair for pair in self.filters.query() if pair[0] not in changes])


def desk_question() -> DeskQuestion:
    """The question of the request. Raises Mistake, and NotFound where there is no week."""
    now = clock.now()
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), now)
    if campaign is None:
        raise NotFound(NO_CAMPAIGN)
    parsed = filters.parse(campaign, request.args)
    reach = None if scope.sees_everything(current_user) else scope.reachable_event_ids(current_user)
    level = parse_level(request.args.get("level", ""))
    return DeskQuestion(campaign, parsed, from_page_filters(parsed, reach), level, now)


def _is_one_region_alone(chosen: Filters) -> bool:
    return request.args.get(ONE_REGION) == "1" and len(chosen.region) == 1


def _dimensions() -> tuple[str, str]:
    return request.args.get("rows") or "region", request.args.get("columns") or "audience"


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    question, (rows, columns) = desk_question(), _dimensions()
    table = crossing(question.campaign, rows, columns, question.part, question.level)
    total = figures(question.campaign, question.now, (), question.part)
    return render_template(
        "desk/figures/index.html",
        campaign=question.campaign,
        campaigns=event_overview.campaigns_of(current_user),
        question=question,
        table=table,
        total=total,
        groups=by_group(
            question.campaign, figures(question.campaign, question.now, ("audience",), question.part).rows
        ),
        days=groups_by_day(question.campaign, question.part),
        by_region=groups_by_region(question.campaign, question.part, _one_region(question)),
        chart_level=regions.level_below(_one_region(question)),
        most=(MOST_ROWS, MOST_COLUMNS),
        names=_names(question.campaign, table),
        row_link=row_link(question, rows),
        dimensions=DIMENSIONS,
        levels=tuple(RegionLevel),
        below=regions_below(current_user),
        lines=question.campaign.terms_of(TermKind.LINE),
    )


def _one_region(question: DeskQuestion) -> str:
    """Whose parts are compared: the chosen region, else the reader's own; "" is the country."""
    chosen = question.filters.region
    if chosen:
        return chosen[0] if len(chosen) == 1 else ""
    return "" if scope.sees_country(current_user) else current_user.organization.region_code or ""


def _names(campaign: Campaign, table: Crossing) -> dict[str, dict]:
    return {
        table.rows: value_names(campaign, table.rows, table.row_values),
        table.columns: value_names(campaign, table.columns, table.column_values),
    }


def row_link(question: DeskQuestion, dimension: str) -> Callable[[object], str | None]:
    """Where the figure of a row opens: its evidence; None where there is no such page."""

    def link(value: object) -> str | None:
        if value is None:
            return None
        if dimension == "event":
            return url_for("live.page", event_id=value)
        if dimension not in FILTER_OF:
            return None
        changes: dict[str, str | None] = {dimension: sheets.plain(value)}
        if dimension == "region" and _is_above(str(value), question.level):
            changes[ONE_REGION] = "1"
        return f"{url_for('.evidence')}?{question.link(**changes)}"

    return link


def _is_above(code: str, level: RegionLevel | None) -> bool:
    """Whether a region is above the level of a table, where its row holds only what took place at its own level."""
    order = list(RegionLevel)
    return order.index(regions.level_of(code)) < order.index(level or RegionLevel.COUNTY)


@pages.get("/crossing.<any(csv, xlsx):kind>")
@login_required
def crossing_file(kind: str) -> Response:
    question, (rows, columns) = desk_question(), _dimensions()
    table = crossing(question.campaign, rows, columns, _own_region_alone(question), question.level)
    sheet = crossing_table(table, _names(question.campaign, table))
    return _file(kind, sheet, (rows, columns), question)


@pages.get("/standard")
@login_required
def standard() -> ResponseReturnValue:
    question = desk_question()
    return render_template(
        "desk/figures/standard.html",
        campaign=question.campaign,
        campaigns=event_overview.campaigns_of(current_user),
        question=question,
        sheet=_standard_sheet(question),
        row_link=_standard_link(question),
        most=MOST_ROWS,
        levels=tuple(RegionLevel),
    )


def _standard_link(question: DeskQuestion) -> Callable[[str | None, str | None], str | None]:
    """Where the figures of a region, or of a sector in it, open; None where neither has a filter."""

    def link(region: str | None, line: str | None) -> str | None:
        if region is None or line == "":
            return None
        level = question.level or RegionLevel.PROVINCE
        changes = {"region": region, ONE_REGION: "1" if _is_above(region, level) else None}
        return f"{url_for('.evidence')}?{question.link(**changes, **({'line': line} if line else {}))}"

    return link


def _standard_sheet(question: DeskQuestion) -> StandardSheet:
    level = question.level or RegionLevel.PROVINCE
    return standard_sheet(question.campaign, question.part, level)


@pages.get("/standard.<any(csv, xlsx):kind>")
@login_required
def standard_file(kind: str) -> Response:
    question = desk_question()
    sheet = standard_table(question.campaign, _standard_sheet(question))
    return _file(kind, sheet, ("region", "line", "audience"), question)


def _file(kind: str, table: sheets.Table, by: Sequence[str], question: DeskQuestion) -> Response:
    source = question.source
    name = file_name(source.file, by)
    if kind == "csv":
        return sheets.as_csv(table, name)
    return sheets.workbook([table], notes(question.campaign, question.now, source.words), name)


@pages.get("/evidence")
@login_required
def evidence() -> ResponseReturnValue:
    question = desk_question()
    part = _own_region_alone(question)
    behind = evidence_of(question.campaign, part)
    titles = {one.event_id: one.title for one in behind.events}
    return render_template(
        "desk/figures/evidence.html",
        campaign=question.campaign,
        question=question,
        evidence_of=behind,
        titles=titles,
        answered=list(answers_of(titles).values())[:MOST_ANSWERS],
        participants=figures(question.campaign, question.now, (), part).participants,
        may_change=current_user.writes,
        kinds=EVIDENCE,
        own=request.args.get(ONE_REGION),
    )


@pages.get("/sources.<any(csv, xlsx):kind>")
@login_required
def sources_file(kind: str) -> Response:
    question = desk_question()
    table = sources_table(evidence_of(question.campaign, _own_region_alone(question)))
    return _file(kind, table, ("sources",), question)


def _own_region_alone(question: DeskQuestion) -> FiguresFilter:
    """Of a row of one region that stands above others: only what took place at its own level."""
    if not _is_one_region_alone(question.filters):
        return question.part
    own = Event.region_code == question.filters.region[0]
    return replace(question.part, conditions=(*question.part.conditions, own))
