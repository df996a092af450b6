"""Questions about figures at the desk: what looks inflated, in words, each answered by a person of an office."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.errors import Mistake
from models.events import scope
from models.figures import event_overview
from models.figures.checks.answers import CheckDecision, answer
from models.figures.checks.questions import questions
from models.figures.visits import visit_rows
from web import errors
from web.figures.desk_figures import desk_question

EVENTS_ON_A_PAGE = 300  # the events with the most visits first

pages = Blueprint("desk_checks", __name__, url_prefix="/desk/figures/checks")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page(None)


def _page(problem: str | None) -> str:
    question = desk_question()
    rows = visit_rows(question.campaign, ("event",), question.part)
    ids = [key[0] for key in sorted(rows, key=lambda key: (-rows[key]["visits"], key))]
    pages_count = max(1, -(-len(ids) // EVENTS_ON_A_PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages_count)
    shown = ids[(page - 1) * EVENTS_ON_A_PAGE : page * EVENTS_ON_A_PAGE]
    return render_template(
        "desk/figures/checks.html",
        campaign=question.campaign,
        campaigns=event_overview.campaigns_of(current_user),
        question=question,
        asked=questions(shown),
        looked_at=len(shown),
        total=len(ids),
        page=page,
        pages=pages_count,
        may_answer=current_user.reviews,
        may_change=current_user.writes,
        decisions=tuple(CheckDecision),
        problem=problem,
    )


@pages.post("/<int:event_id>")
@login_required
def decide(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.reviews)
    form = request.form
    try:
        answer_id = answer(
            event, form.get("kind", ""), form.get("key", ""), form.get("decision", ""), form.get("why", ""),
            current_user, clock.now(),
        )  # fmt: skip
    except Mistake as mistake:
        return _page(errors.sentence(mistake)), 422
    return redirect(
        url_for(
            ".index", campaign=event.campaign_id, page=request.args.get("page"), _anchor=f"answer-{answer_id}"
        ),
        303,
    )
