"""Releasing figures at the desk: the committee for the country, an office for its region; at once or at a time."""

from datetime import datetime, timedelta

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign
from models.errors import N_, Mistake
from models.figures import event_overview
from models.figures.publication import release
from models.figures.publication.withholding import SMALLEST
from models.places.regions import regions_by_code
from web import errors, threads
from web.desk.events import regions_below
from web.figures.desk_figures import desk_question

NO_TIME = N_("“%(text)s” is not a time. Please enter it as 2024-05-09T09:00.")
NO_REGION = N_("There is no region “%(code)s”.")

A_MINUTE = timedelta(minutes=1)  # the field holds none of the seconds

pages = Blueprint("desk_release", __name__, url_prefix="/desk/figures/release")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page(None)


def _page(problem: str | None) -> str:
    question = desk_question()
    own = current_user.organization.region_code
    below = [row.code for row in regions_below(current_user)]
    codes = [code for code in ([own] if own else []) + below if release.may_release(current_user, code)]
    return render_template(
        "desk/figures/release.html",
        campaign=question.campaign,
        campaigns=event_overview.campaigns_of(current_user),
        question=question,
        releases=release.releases_of(question.campaign),
        may_release=release.may_release,
        waiting=release.waiting_changes(question.campaign, own),
        counted=release.counted_releases(question.campaign),
        smallest=SMALLEST,
        open=release.is_open(question.campaign),
        codes=list(dict.fromkeys(codes)),
        now=question.now,
        problem=problem,
        typed=request.form,
    )


@pages.post("/")
@login_required
def add() -> ResponseReturnValue:
    question = desk_question()
    code, now = request.form.get("region", "")[:6] or None, question.now
    try:
        if code and code not in regions_by_code():
            raise Mistake(NO_REGION, code=code)
        release.release(question.campaign, code, _at(question.campaign, now), current_user, now)
    except Mistake as mistake:
        if mistake.status == 404:
            raise
        return _page(errors.sentence(mistake)), 422
    # The next tick does it where this process ends before.
    threads.start(threads.application(), "release", lambda: release.freeze_due(clock.now()))
    return redirect(url_for(".index", campaign=question.campaign.id), 303)


def _at(campaign: Campaign, now: datetime) -> datetime:
    """The typed time in the campaign's zone; without one now."""
    text = request.form.get("at", "").strip()
    if not text:
        return now
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Mistake(NO_TIME, text=text[:40]) from None
    at = clock.at_local(typed.date(), typed.time(), campaign.zone)
    if at < now - A_MINUTE:  # a wrong year must not publish at once
        raise Mistake(release.TIME_IS_OVER)
    return at


@pages.post("/<int:release_id>/take-back")
@login_required
def take_back(release_id: int) -> ResponseReturnValue:
    question = desk_question()
    release.take_back(question.campaign, release_id, current_user, question.now)
    return redirect(url_for(".index", campaign=question.campaign.id), 303)
