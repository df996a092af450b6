"""Handing in a file at the desk: choose it, see row by row what would happen, accept exactly that."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models import clock
from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.db import db
from models.errors import Conflict, Mistake
from models.events.draft import OccurrenceDraft
from models.events.tables import Event, Occurrence
from models.imports import column_answers, organization_answers, uploads
from models.imports.apply import counts
from models.imports.findings import Outcome, RowVerdict
from models.imports.uploads import UploadedFile
from models.security import virus_scanner
from web import errors
from web.desk.form_files.limits import allow_files
from web.feeds.events_csv import everything as our_csv
from web.rate_limits import limiter
from web.words import imports as import_words
from web.words.terms import when

FILES = "30 per minute"  # of one account
ROWS_OF_A_PAGE = 200  # of several pages those that need a person come first
ROWS_AT_ONCE = 300  # more are not written within a moment
MOST_GONE = 400  # events to tick
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
allow_files(pages, uploads.MOST_BYTES, "upload")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _form()


@pages.post("/")
@login_required
@limiter.limit(FILES, key_func=lambda: str(current_user.id))
def upload() -> ResponseReturnValue:
    file, chosen = request.files.get("file"), request.form.get("campaign", "")
    campaign = find_campaign(chosen)
    if file is None or not file.filename:
        return _form(_("Choose a file first."), chosen), 422
    try:
        data = file.stream.read(uploads.MOST_BYTES + 1)
        virus_scanner.check(data, request.remote_addr or "")
        kept = uploads.keep(current_user, campaign, file.filename, data, clock.now())
    except Mistake as mistake:
        return _form(errors.sentence(mistake), chosen, file.filename), max(mistake.status, 422)
    return redirect(url_for(".show", upload_id=kept.id), 303)


@pages.get("/template.xlsx")
@login_required
def template() -> ResponseReturnValue:
    from models.imports.spreadsheet.template import workbook  # see models.imports.read_file

    campaign = find_campaign(request.args.get("campaign", ""))
    response = Response(workbook(campaign), mimetype=WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=f"openweek-{campaign.id}.xlsx")
    return response


@pages.route("/<int:upload_id>", methods=["GET", "POST"])
@login_required
def show(upload_id: int) -> ResponseReturnValue:
    """By POST where boxes can be ticked, which stay so on the other pages."""
    return _page(uploads.find(current_user, upload_id, clock.now()))


@pages.post("/<int:upload_id>/accept")
@login_required
def accept(upload_id: int) -> ResponseReturnValue:
    now = clock.now()
    kept = uploads.find(current_user, upload_id, now)
    try:
        ticked = request.form.getlist("gone", type=int)
        uploads.accept(kept, current_user, request.form.get("mark", ""), now, ticked, our_csv)
    except Conflict as conflict:
        if not kept.is_running(now):
            return _page(kept, errors.sentence(conflict)), 409
    return redirect(url_for(".show", upload_id=kept.id), 303)


@pages.post("/<int:upload_id>/columns")
@login_required
def answer_columns(upload_id: int) -> ResponseReturnValue:
    """What the columns are that no rule knows: for this file and the next ones of this organization."""
    now = clock.now()
    upload = uploads.find(current_user, upload_id, now)
    names, fields = request.form.getlist("column"), request.form.getlist("field")
    column_answers.remember(current_user, dict(zip(names, fields, strict=False)), now)
    return redirect(url_for(".show", upload_id=upload.id), 303)


@pages.post("/<int:upload_id>/organizations")
@login_required
def answer_organizations(upload_id: int) -> ResponseReturnValue:
    """Whether new names mean organizations that are here: for this file and the next ones of this organization."""
    now = clock.now()
    upload = uploads.find(current_user, upload_id, now)
    answers = dict(zip(request.form.getlist("name"), request.form.getlist("meant"), strict=False))
    organization_answers.remember(current_user, answers, now)
    return redirect(url_for(".show", upload_id=upload.id), 303)


@pages.post("/<int:upload_id>/discard")
@login_required
def discard(upload_id: int) -> ResponseReturnValue:
    now = clock.now()
    upload = uploads.find(current_user, upload_id, now)
    if upload.is_running(now):
        return redirect(url_for(".show", upload_id=upload.id), 303)
    uploads.discard(upload)
    return redirect(url_for(".index"), 303)


def _form(message: str = "", chosen: str = "", name: str = "") -> str:
    weeks = db.session.scalars(select(Campaign).order_by(Campaign.starts.desc(), Campaign.id)).all()
    current = current_campaign(clock.now())
    chosen = chosen or (current.id if current else "")
    return render_template(
        "desk/imports/uploads.html", campaign=None, weeks=weeks, chosen=chosen, message=message, name=name,
        most=uploads.MOST_BYTES >> 20, most_rows=uploads.MOST_ROWS,
        too_large=Mistake(uploads.TOO_LARGE, most=uploads.MOST_BYTES >> 20),
    )  # fmt: skip


def _page(upload: UploadedFile, message: str = "") -> str:
    """What would become of the file; once it is accepted, what became of it."""
    if upload.is_running(clock.now()):
        return render_template("desk/imports/upload_running.html", campaign=upload.campaign, upload=upload)
    preview = None
    if not upload.is_imported:
        preview = uploads.preview(upload, current_user, clock.now(), our_csv)
    outcomes = preview.outcomes if preview else uploads.outcomes_of(upload)
    rows = _page_of_rows(outcomes)
    lines = [_line(one, upload.campaign) for one in rows.outcomes]
    gone = _gone(preview.gone) if preview else []
    summary = [(verdict, count) for verdict, count in counts(outcomes).items() if count]
    return render_template(
        "desk/imports/upload_rows.html", campaign=upload.campaign, upload=upload, preview=preview, message=message,
        lines=lines, rows=rows, total=len(outcomes), gone=gone, ticked=set(request.form.getlist("gone", type=int)),
        summary=summary, takes_long=len(outcomes) > ROWS_AT_ONCE,
        names=import_words.VERDICT_NAMES, tags=TAGS, columns=import_words.COLUMN_NAMES,
    )  # fmt: skip


@dataclass(frozen=True)
class _PageOfRows:
    """verdict: the only one that is shown, or ""."""

    outcomes: list[Outcome]
    verdict: str
    page: int
    pages: int


def _page_of_rows(outcomes: list[Outcome]) -> _PageOfRows:
    """The rows that the address asks for. What it names and is not there is left out."""
    verdict = request.args.get("verdict", "")
    if len(outcomes) > ROWS_OF_A_PAGE:
        outcomes = sorted(outcomes, key=lambda one: _FIRST.index(one.verdict))
    chosen = [one for one in outcomes if one.verdict == verdict]
    shown = chosen or outcomes
    pages = max(1, -(-len(shown) // ROWS_OF_A_PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    first = (page - 1) * ROWS_OF_A_PAGE
    return _PageOfRows(shown[first : first + ROWS_OF_A_PAGE], verdict if chosen else "", page, pages)


def _gone(outcomes: list[Outcome]) -> list[SimpleNamespace]:
    """Events that are here and not in the file, or moved away by it, with their dates here."""
    shown = {outcome.event: outcome for outcome in outcomes[:MOST_GONE] if outcome.event is not None}
    query = select(Event).where(Event.id.in_(shown)).options(selectinload(Event.occurrences))
    events = {event.id: event for event in db.session.scalars(query)}
    return [
        SimpleNamespace(
            event=event_id,
            title=outcome.title,
            moved=outcome.row is not None,
            when=[when(occurrence) for occurrence in events[event_id].occurrences[:3]],
        )
        for event_id, outcome in shown.items()
    ]


def _line(outcome: Outcome, campaign: Campaign) -> SimpleNamespace:
    draft = outcome.draft
    event = SimpleNamespace(campaign=campaign)
    occurrences = [_occurrence(one, event) for one in draft.occurrences] if draft else []
    return SimpleNamespace(
        row=outcome.row,
        verdict=outcome.verdict,
        event=outcome.event,
        title=outcome.title,
        says=[import_words.sentence(finding) for finding in outcome.findings],
        occurrences=occurrences,
        draft=draft,
    )


def _occurrence(draft: OccurrenceDraft, event: SimpleNamespace) -> str:
    """When an occurrence is, worded as that of an event that is there."""
    names = ("start_day", "end_day", "start_at", "end_at", "half_day", "open_ended")
    values = {name: getattr(draft, name) for name in names}
    return when(cast(Occurrence, SimpleNamespace(event=event, **values)))
