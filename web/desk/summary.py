"""The summary at the desk: texts, documents, handing in; what the offices below have handed in."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import find_campaign
from models.db import LARGEST_ID
from models.errors import Conflict, Mistake
from models.figures import event_overview
from models.figures.publication.withholding import SMALLEST
from models.ledger.tables import Decision
from models.summaries import board, handing_in
from models.summaries.board import BoardState
from models.summaries.content import collect
from models.summaries.deadline import deadline_of
from models.summaries.part import Part, part_for, receives, writes
from models.summaries.tables import SealedSummary, Section, StepVerb
from models.summaries.texts import MAX_TEXT, write_text, written_texts
from web import errors
from web.summaries.columns import shown
from web.summaries.documents import MEDIA_TYPES, draft, of_sealed
from web.summaries.earlier_weeks import comparison, weeks_of
from web.summaries.names import file_name, name_of, place_name, region_short, scanned_share, to_write

pages = Blueprint("desk_summary", __name__, url_prefix="/desk/summary")
JSON = ".seal.json"


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        place_name=place_name,
        region_short=region_short,
        section_name=section_name,
        step_name=step_name,
        board_state_name=board_state_name,
        to_write=to_write,
        scanned_share=scanned_share,
        summary_row_name=name_of,
        shown=shown,
    )


def section_name(section: Section) -> str:
    return {
        Section.BASIS: _("Basis and theme"),
        Section.ORGANISATION: _("Organisation"),
        Section.HIGHLIGHTS: _("Highlights"),
        Section.EXPERIENCE: _("Experience"),
        Section.PROBLEMS: _("Problems"),
        Section.NEXT_STEPS: _("Next steps"),
    }[section]


def step_name(verb: StepVerb) -> str:
    return {
        StepVerb.HANDED_IN: _("Handed in"),
        StepVerb.ACCEPTED: _("Accepted"),
        StepVerb.SENT_BACK: _("Sent back"),
    }[verb]


def board_state_name(state: BoardState) -> str:
    return {
        BoardState.ACCEPTED: _("Accepted"),
        BoardState.HANDED_IN: _("Handed in"),
        BoardState.SENT_BACK: _("Sent back"),
        BoardState.AWAITED: _("Awaited"),
        BoardState.MISSING: _("Not handed in"),
    }[state]


def _part() -> Part:
    """The part that the request names. Raises NotFound for one out of reach."""
    named = request.values
    if named.get("campaign"):
        campaign = find_campaign(named["campaign"])
    else:
        found = event_overview.select_campaign(event_overview.campaigns_of(current_user), None, clock.now())
        campaign = found if found is not None else abort(404)
    return part_for(current_user, campaign, named.get("region"), named.get("line"))


def _address(part: Part, saved: int | None = None) -> str:
    return url_for(".index", campaign=part.campaign.id, region=part.region, line=part.line, saved=saved)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page(_part())


def _page(part: Part, error: str = "", problems: Mapping[Section, Mistake] | None = None) -> str:
    """problems: of texts that were not saved; what was typed there is still there."""
    now = clock.now()
    problems = problems or {}
    sealed = handing_in.all_of(part)
    content = collect(part, now)
    deadline = deadline_of(part.campaign)
    below = board.board(part, deadline, now, content)
    return render_template(
        "desk/summary/summary.html",
        part=part,
        campaign=part.campaign,
        campaigns=event_overview.campaigns_of(current_user),
        content=content,
        written=written_texts(part),
        typed={section: request.form[section] for section in problems},
        problems={section: errors.sentence(mistake) for section, mistake in problems.items()},
        meanwhile=[section for section, mistake in problems.items() if isinstance(mistake, Conflict)],
        most=MAX_TEXT,
        writable=writes(current_user, part),
        receivable=receives(current_user, part),
        sealed=sealed,
        later=content["visits"] - handing_in.content_of(sealed[0])["visits"] if sealed else 0,
        compared=[] if weeks_of(content) is None else list(comparison(part, content)),
        board=below,
        totals=board.totals(below),
        sign_off=board.sign_off(part, deadline, now),
        deadline=deadline,
        today=part.campaign.today(now),
        endings=list(MEDIA_TYPES),
        smallest=SMALLEST,
        error=error,
        saved="saved" in request.args,
        zone=part.campaign.zone,
    )


@pages.post("/texts")
@login_required
def save() -> ResponseReturnValue:
    """One text or all of them. Sent by the page while somebody writes (quiet, the answer is JSON), or by the button."""
    part, now = _part(), clock.now()
    _require(writes(current_user, part))
    problems: dict[Section, Mistake] = {}
    for section in Section:
        if section in request.form:
            try:
                write_text(part, section, request.form[section], current_user, now, _seen(section))
            except Mistake as mistake:
                problems[section] = mistake
    status = max((mistake.status for mistake in problems.values()), default=200)
    status = 422 if status == 400 else status
    if request.form.get("quiet"):
        return _quiet_answer(part, problems), status
    if problems:
        return _page(part, problems=problems), status
    return redirect(_address(part, saved=1), 303)


def _seen(section: Section) -> int | None:
    """The id of the text that the page was loaded with."""
    text = request.form.get(f"seen-{section}", "")
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() else None


def _quiet_answer(part: Part, problems: Mapping[Section, Mistake]) -> dict[str, Any]:
    """texts: the valid ones with their ids, of the sections that were sent. problems: a sentence each."""
    written = {section: one for section, one in written_texts(part).items() if section in request.form}
    return {
        "texts": {section: {"id": one.id, "text": one.text} for section, one in written.items()},
        "problems": {section: errors.sentence(mistake) for section, mistake in problems.items()},
    }


@pages.post("/hand-in")
@login_required
def hand_in() -> ResponseReturnValue:
    part = _part()
    _require(writes(current_user, part))
    try:
        handing_in.hand_in(part, current_user, clock.now())
    except Mistake as mistake:
        return _page(part, errors.sentence(mistake)), mistake.status
    return redirect(_address(part), 303)


@pages.get("/draft<any('.docx', '.pdf', '.xlsx'):ending>")
@login_required
def document(ending: str) -> ResponseReturnValue:
    part = _part()
    return _file(draft(part, ending, clock.now()), part, ending)


@pages.get("/sealed/<int:sealed_id>/file<any('.docx', '.pdf', '.xlsx', '.seal.json'):ending>")
@login_required
def sealed_document(sealed_id: int, ending: str) -> ResponseReturnValue:
    sealed = handing_in.find_sealed(current_user, sealed_id)
    part = handing_in.part_of(sealed)
    data = handing_in.file_of(sealed) if ending == JSON else of_sealed(part, sealed, ending)
    return _file(data, part, f"-{sealed.number}{ending}")


@pages.post("/sealed/<int:sealed_id>/decide")
@login_required
def decide(sealed_id: int) -> ResponseReturnValue:
    """verb: accept, or send_back with a reason."""
    sealed, now = handing_in.find_sealed(current_user, sealed_id), clock.now()
    _require(handing_in.may_decide(current_user, sealed))
    part = handing_in.part_of(sealed)
    try:
        _carry_out(sealed, now)
    except Mistake as mistake:
        return _page(part, errors.sentence(mistake)), mistake.status
    return redirect(_address(part), 303)


def _carry_out(sealed: SealedSummary, now: datetime) -> None:
    if request.form.get("verb") == Decision.ACCEPT:
        handing_in.accept(sealed, current_user, now)
    else:
        handing_in.send_back(sealed, request.form.get("why", ""), current_user, now)


def _require(allowed: bool) -> None:
    if not allowed:
        abort(404)


def _file(data: bytes, part: Part, ending: str) -> ResponseReturnValue:
    media = next((kind for end, kind in MEDIA_TYPES.items() if ending.endswith(end)), "application/json")
    return send_file(
        BytesIO(data), mimetype=media, as_attachment=True, download_name=file_name(part, ending), max_age=0
    )
