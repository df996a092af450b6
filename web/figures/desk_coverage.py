"""Coverage and influence at the desk: what is reached, white spots down to the county, outcomes, calendar subscribers."""

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from sqlalchemy import Select, or_, select

from models.events import scope
from models.events.tables import PUBLIC, Event
from models.figures import event_overview
from models.figures.count import figures
from models.figures.coverage import Reach, coverage
from models.figures.subscribers import subscribers_by_day
from models.organizations.tables import Organization
from models.outcomes.influence import influence
from models.places import regions
from web.figures.desk_figures import DeskQuestion, desk_question

pages = Blueprint("desk_coverage", __name__, url_prefix="/desk/figures/coverage")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    question = desk_question()
    parent = _parent(question)
    return render_template(
        "desk/figures/coverage.html",
        campaign=question.campaign,
        campaigns=event_overview.campaigns_of(current_user),
        question=question,
        coverage=coverage(question.campaign, question.part, parent),
        parent=parent,
        reaches=tuple(Reach),
        total=figures(question.campaign, question.now, (), question.part),
        influence=influence(_events(question)),
        subscribers=subscribers_by_day(question.campaign),
    )


def _parent(question: DeskQuestion) -> str | None:
    """The chosen region, else the reader's own; None: the country."""
    if len(question.filters.region) == 1:
        return question.filters.region[0]
    return None if scope.sees_everything(current_user) else current_user.organization.region_code


def _events(question: DeskQuestion) -> Select[tuple[int]]:
    """The events of the question that the public saw: those of its region and line in the reader's reach."""
    part = question.part
    query = select(Event.id).outerjoin(Organization, Organization.id == Event.lead_id)
    query = query.where(Event.campaign_id == question.campaign.id, *part.conditions)
    query = query.where(Event.status.in_(PUBLIC), Event.withdrawn_at.is_(None))
    if part.scope is not None:
        query = query.where(Event.id.in_(part.scope))
    if part.regions:
        query = query.where(or_(*(regions.within(Event.region_code, code) for code in part.regions)))
    return query.where(Organization.line.in_(part.lines)) if part.lines else query
