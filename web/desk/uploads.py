"""Handing in a file at the desk: choose it, see row by row what would happen, accept exactly that."""

from types import SimpleNamespace

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models import clock
from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.db import db
from models.errors import Conflict, Mistake
from models.events.tables import Event
from models.imports import Outcome, counts, uploads
from models.imports.findings import RowVerdict
from models.imports.uploads import ImportDraft
from web import errors
from web.words import imports as import_words
from web.words.terms import when

SHOWN = 400  # rows on one page; those that need a person come first
TAGS = {
    RowVerdict.NEW: "tag-good",
    RowVerdict.CHANGED: "tag-good",
    RowVerdict.CANCELLED: "tag-mark",
    RowVerdict.REFUSED: "tag-warn",
}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIRST = (
    RowVerdict.REFUSED,
    RowVerdict.CANCELLED,
    RowVerdict.CHANGED,
    RowVerdict.NEW,
    RowVerdict.OTHER_YEAR,
    RowVerdict.SAME,
)

pages = Blueprint("desk_import", __name__, url_prefix="/desk/import")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index():
    return _form()


@pages.post("/")
@login_required
def hand_in():
    file, chosen = request.files.get("file"), request.form.get("campaign", "")
    campaign = find_campaign(chosen)
    if file is None or not file.filename:
        return _form(_("Choose a file first."), chosen), 422
    try:
        data = file.stream.read(uploads.MOST_BYTES + 1)
        draft = uploads.hand_in(current_user, campaign, file.filename, data, clock.now())
    except Mistake as mistake:
        return _form(errors.sentence(mistake), chosen, file.filename), 422
    return redirect(url_for(".show", draft_id=draft.id), 303)


@pages.get("/template.xlsx")
@login_required
def template():
    from models.imports.spreadsheet.template import workbook  # see models.intake.read

    campaign = find_campaign(request.args.get("campaign", ""))
    response = Response(workbook(campaign), mimetype=WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=f"openweek-{campaign.id}.xlsx")
    return response


@pages.get("/<int:draft_id>")
@login_required
def show(draft_id: int):
    return _page(uploads.find(current_user, draft_id, clock.now()))


@pages.post("/<int:draft_id>/accept")
@login_required
def accept(draft_id: int):
    now = clock.now()
    draft = uploads.find(current_user, draft_id, now)
    try:
        ticked = request.form.getlist("gone", type=int)
        uploads.accept(draft, current_user, request.form.get("mark", ""), now, ticked)
    except Conflict as conflict:
        return _page(draft, errors.sentence(conflict)), 409
    return redirect(url_for(".show", draft_id=draft.id), 303)


@pages.post("/<int:draft_id>/discard")
@login_required
def discard(draft_id: int):
    uploads.discard(uploads.find(current_user, draft_id, clock.now()))
    return redirect(url_for(".index"), 303)


def _form(told: str = "", chosen: str = "", name: str = "") -> str:
    weeks = db.session.scalars(select(Campaign).order_by(Campaign.starts.desc(), Campaign.id)).all()
    current = current_campaign(clock.now())
    chosen = chosen or (current.id if current else "")
    return render_template(
        "desk/uploads.html", campaign=None, weeks=weeks, chosen=chosen, told=told, name=name,
        most=uploads.MOST_BYTES >> 20,
    )  # fmt: skip


def _page(draft: ImportDraft, told: str = "") -> str:
    """What would become of the file; once it is accepted, what became of it."""
    seen = None
    if draft.accepted_at is None:
        seen = uploads.preview(draft, current_user, clock.now())
    outcomes = seen.outcomes if seen else uploads.outcomes_of(draft)
    first = sorted(outcomes, key=lambda one: _FIRST.index(one.verdict))[:SHOWN]
    lines = [_line(one, draft.campaign) for one in (first if len(outcomes) > SHOWN else outcomes)]
    asked = _asked(seen.asked) if seen else []
    summary = [(verdict, count) for verdict, count in counts(outcomes).items() if count]
    return render_template(
        "desk/upload_rows.html", campaign=draft.campaign, draft=draft, seen=seen, told=told, lines=lines,
        total=len(outcomes), asked=asked, summary=summary, names=import_words.VERDICT_NAMES, tags=TAGS,
    )  # fmt: skip


def _asked(outcomes: list[Outcome]) -> list[SimpleNamespace]:
    """Events that are here and not in the file, or moved away by it, with their dates here."""
    ids = [one.event for one in outcomes[:SHOWN]]
    asked = select(Event).where(Event.id.in_(ids)).options(selectinload(Event.occurrences))
    events = {event.id: event for event in db.session.scalars(asked)}
    return [
        SimpleNamespace(
            event=one.event,
            title=one.title,
            moved=one.row is not None,
            when=[when(sitting) for sitting in events[one.event].occurrences[:3]],
        )
        for one in outcomes[:SHOWN]
    ]


def _line(outcome: Outcome, campaign: Campaign) -> SimpleNamespace:
    draft = outcome.draft
    place = SimpleNamespace(campaign=campaign)
    sittings = [_sitting(one, place) for one in draft.occurrences] if draft else []
    return SimpleNamespace(
        row=outcome.row,
        verdict=outcome.verdict,
        event=outcome.event,
        title=outcome.title,
        says=[import_words.sentence(finding) for finding in outcome.findings],
        sittings=sittings,
        draft=draft,
    )


def _sitting(draft, event: SimpleNamespace) -> str:
    """When a sitting is, worded as that of an event that is there."""
    told = {
        name: getattr(draft, name)
        for name in ("start_day", "end_day", "start_at", "end_at", "half_day", "open_ended")
    }
    return when(SimpleNamespace(event=event, **told))
