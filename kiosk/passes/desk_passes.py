"""Passes and codes of an event at the desk: issue, download, revoke, replace; reissue the poster."""

from collections.abc import Iterator
from io import BytesIO

from flask import (
    Blueprint,
    Flask,
    Response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from kiosk.paper import formats
from kiosk.passes import pass_layout, sheets
from models import clock
from models.codes import pass_batches, passes, venue_codes
from models.codes.pass_batches import PassBatch
from models.codes.passes import Pass
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event, EventStatus

bp = Blueprint("desk_passes", __name__, url_prefix="/desk/events/<int:event_id>/passes")

MAX_PASSES = 5000  # a sheet of so many takes a minute to draw
AT_ONCE = 500  # in a sheet that is drawn in the request: 5 seconds
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "zip": "application/zip", "pdf": "application/pdf"}


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@login_required
def index(event_id: int) -> str:
    return _page(scope.event_for(current_user, event_id, scope.runs_check_in))


def _page(event: Event, mistake: Mistake | None = None) -> str:
    return render_template(
        "kiosk/passes/issue.html",
        event=event,
        campaign=event.campaign,
        batches=pass_batches.batches_of(event),
        printed=venue_codes.printed_code(event) if event.occurrences else None,
        printable=event.occurrences and event.status != EventStatus.CANCELLED,
        format_words=_format_words(),
        formats=formats.ALL,
        layouts=pass_layout.LAYOUTS,
        most=MAX_PASSES,
        typed=request.form,
        mistake=mistake,
    )


def _format_words() -> dict[str, str]:
    return {
        "a4": _("A4 poster"),
        "a5": _("A5 poster"),
        "tent": _("Tent card for a table"),
        "four": _("Four to an A4 page"),
    }


@bp.post("")
@login_required
def issue(event_id: int) -> ResponseReturnValue:
    """Issue passes. After a mistake the form keeps what was typed."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    try:
        issued = passes.issue(
            event.campaign,
            request.form.get("group", ""),
            clock.now(),
            headcount=_whole_number("headcount") if request.form.get("kind") == "group" else None,
            event=event,
            count=_count(),
            issued_by=current_user.id,
        )
    except Mistake as mistake:
        return _page(event, mistake), mistake.status
    first = min(one.id for one in issued)
    return redirect(url_for("desk_passes.batch", event_id=event.id, first=first), 303)


def _count() -> int:
    count = _whole_number("count")
    if not 1 <= count <= MAX_PASSES:
        raise Mistake(N_("You can make 1 to %(most)s passes at a time."), most=f"{MAX_PASSES:,}")
    return count


def _whole_number(name: str) -> int:
    """A whole number; anything else is 0, which the rules refuse with a sentence."""
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


@bp.get("/<int:first>")
@login_required
def batch(event_id: int, first: int) -> str:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    issued_batch, page_number = (
        pass_batches.find_batch(event, first),
        max(request.args.get("page", 1, int), 1),
    )
    return render_template(
        "kiosk/passes/batch.html",
        event=event,
        campaign=event.campaign,
        batch=issued_batch,
        layouts=pass_layout.LAYOUTS,
        at_once=AT_ONCE,
        rows=pass_batches.passes_on_page(issued_batch, page_number),
        page=page_number,
        pages=-(-issued_batch.count // pass_batches.PAGE_SIZE),
    )


@bp.get("/<int:first>.<any(csv, zip):kind>")
@bp.get("/<int:first>-<sheet>.<any(pdf):kind>")
@login_required
def download(event_id: int, first: int, kind: str, sheet: str = "") -> ResponseReturnValue:
    """The valid passes of a batch as a file, streamed."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    issued_batch, buffer = pass_batches.find_batch(event, first), BytesIO()
    if kind == "pdf" and issued_batch.valid_count > AT_ONCE:  # its page has a button instead of this address
        return redirect(url_for("desk_passes.batch", event_id=event.id, first=first), 303)
    parts = _file_parts(kind, buffer, issued_batch, event, sheet)
    response = Response(stream_with_context(sheets.streamed(parts, buffer)), content_type=CONTENT_TYPES[kind])
    name = f"passes-{event.id}-{first}{'-' + sheet if sheet else ''}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file_parts(
    kind: str, buffer: BytesIO, issued_batch: PassBatch, event: Event, sheet: str
) -> Iterator[None]:
    issued = pass_batches.valid_passes(issued_batch)
    if kind == "csv":
        return sheets.write_links(buffer, issued)
    if kind == "zip":
        return sheets.write_pictures(buffer, issued)
    return sheets.write_sheets(buffer, issued, sheets.layout(sheet), event.title)


@bp.post("/<int:pass_id>/revoke")
@login_required
def revoke(event_id: int, pass_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    pass_ = pass_batches.find_pass(event, pass_id)
    passes.revoke(pass_.id, clock.now())
    return _redirect_to_batch(event, pass_)


@bp.post("/<int:pass_id>/replace")
@login_required
def replace(event_id: int, pass_id: int) -> ResponseReturnValue:
    """A new code for the same holder, shown at once."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    new = passes.replace(pass_batches.find_pass(event, pass_id).id, clock.now(), current_user.id)
    return _redirect_to_batch(event, new)


def _redirect_to_batch(event: Event, pass_: Pass) -> ResponseReturnValue:
    first = pass_batches.batch_id_of(event, pass_)
    return redirect(url_for("desk_passes.batch", event_id=event.id, first=first, _anchor=f"p{pass_.id}"), 303)


@bp.post("/poster/<any(reissue, revoke):verb>")
@login_required
def poster(event_id: int, verb: str) -> ResponseReturnValue:
    """Revoke the printed codes, with or without a new issue."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    if not event.occurrences:
        raise Mistake(venue_codes.NO_DATE)
    (venue_codes.reissue if verb == "reissue" else venue_codes.revoke)(event, clock.now())
    return redirect(url_for("desk_passes.index", event_id=event.id, _anchor="poster"), 303)
