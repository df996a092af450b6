"""Printed tally sheets at the desk: made and printed for an event, entered by the number that is printed on each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.corrections import paper_counts, tally_sheets
from models.corrections.paper_counts import MAX_HEADS
from models.corrections.tally_sheets import MAX_AT_ONCE, SheetState, TallySheet, groups_of
from models.drawing import pdf
from models.errors import Mistake, NotFound
from models.events import scope
from web import errors
from web.desk.attendance import tally_sheet_layout
from web.words.terms import language

pages = Blueprint("desk_tally_sheets", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.post("/events/<int:event_id>/tally-sheets")
@login_required
def make(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    occurrence_id, _colon, day = request.form.get("session", "").partition(":")
    sheets = tally_sheets.make(
        event,
        int(occurrence_id) if occurrence_id.isdecimal() else 0,
        clock.parse_day(day),
        request.form.get("count", 0, type=int),
        current_user,
        clock.now(),
    )
    first, last = sheets[0].id, sheets[-1].id
    return redirect(
        url_for("desk_paper_counts.index", event_id=event.id, sheets=f"{first}-{last}", _anchor="sheets"), 303
    )


@pages.get("/events/<int:event_id>/tally-sheets-<int:first>-<int:last>.pdf")
@login_required
def printed(event_id: int, first: int, last: int) -> Response:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    sheets = tally_sheets.pages(event, range(first, min(last, first + MAX_AT_ONCE - 1) + 1))
    out = BytesIO()
    title = _("Counting sheets") + " · " + event.title
    pdf.write(
        out,
        title,
        [tally_sheet_layout.page(sheet) for sheet in sheets],
        "en" if language() == "en" else "zh-CN",
    )
    response = make_response(out.getvalue())
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = (
        f'inline; filename="tally-sheets-{event.id}-{sheets[0].number}.pdf"'
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.get("/tally-sheets/")
@login_required
def find() -> ResponseReturnValue:
    """By the number that somebody types."""
    number = request.args.get("number", "")
    if not number.strip():
        return render_template("desk/attendance/tally_sheet_number.html", number="", error="")
    try:
        sheet = _sheet(number)
    except NotFound as mistake:
        return render_template(
            "desk/attendance/tally_sheet_number.html", number=number, error=errors.sentence(mistake)
        ), 404
    return redirect(url_for(".sheet", number=sheet.number), 303)


@pages.get("/tally-sheets/<number>")
@login_required
def sheet(number: str) -> ResponseReturnValue:
    return _page(_sheet(number), clock.now())


@pages.post("/tally-sheets/<number>")
@login_required
def enter(number: str) -> ResponseReturnValue:
    sheet, now = _sheet(number), clock.now()
    cells, wrong = _cells(sheet)
    if wrong:
        problem = errors.sentence(Mistake(paper_counts.TOO_MANY, most=f"{MAX_HEADS:,}"))
        return _page(sheet, now, problem, wrong), 422
    try:
        people = tally_sheets.enter(sheet, current_user, request.form.get("counter", ""), cells, now)
    except Mistake as mistake:
        status = 422 if mistake.status == 400 else mistake.status
        return _page(sheet, now, errors.sentence(mistake)), status
    return redirect(url_for(".sheet", number=sheet.number, entered=people, saved=request.path), 303)


@pages.post("/tally-sheets/<number>/out")
@login_required
def take_out(number: str) -> ResponseReturnValue:
    sheet = _sheet(number)
    tally_sheets.take_out(sheet, _("Entered by mistake."), current_user, clock.now())
    return redirect(url_for(".sheet", number=sheet.number), 303)


def _sheet(number: str) -> TallySheet:
    """A sheet of an event that the account reaches. One of another event is as if it were not there."""
    sheet = tally_sheets.sheet_by_number(number)
    try:
        scope.event_for(current_user, sheet.event_id, scope.runs_check_in)
    except NotFound:
        raise NotFound(tally_sheets.NO_SHEET, number=number.strip()[:20]) from None
    return sheet


def _cells(sheet: TallySheet) -> tuple[dict[tuple[int, str], int], list[str]]:
    """What was typed, and the names of the fields that hold no number. An empty field and 0 both mean: no visitor."""
    cells, wrong = {}, []
    for hour in sheet.hours:
        for group in groups_of(sheet.event.campaign):
            name = field_name(hour, group)
            try:
                heads = paper_counts.read_heads(request.form.get(name, ""))
            except Mistake:
                heads = MAX_HEADS + 1
            if heads > MAX_HEADS:
                wrong.append(name)
            cells[hour, group] = heads
    return cells, wrong


def _typed_before(state: SheetState) -> dict[str, str]:
    """What the form begins with: an entry that was taken out is corrected, not typed again."""
    if not state.taken_out:
        return {}
    cells = {field_name(hour, group): str(heads) for (hour, group), heads in state.cells.items()}
    return {"counter": state.taken_out[0].counter, **cells}


def field_name(hour: int, group: str) -> str:
    return f"heads-{hour}-{group}"


def _page(sheet: TallySheet, now: datetime, error: str = "", wrong: Sequence[str] = ()) -> str:
    state = tally_sheets.state_of(sheet)
    typed: Mapping[str, str] = request.form if error else _typed_before(state)
    return render_template(
        "desk/attendance/tally_sheet.html",
        campaign=sheet.event.campaign,
        event=sheet.event,
        sheet=sheet,
        state=state,
        groups=groups_of(sheet.event.campaign),
        begun=clock.day_of(now, sheet.event.campaign.zone) >= sheet.day,
        most_name=paper_counts.MAX_NAME,
        error=error,
        wrong=wrong,
        typed=typed,
        entered=request.args.get("entered", type=int),
    )
