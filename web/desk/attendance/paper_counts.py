"""Heads counted on paper, entered at the desk."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID, uuid4

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.corrections import paper_counts, tally_sheets
from models.corrections.paper_counts import EnteredCount
from models.corrections.tally_sheets import MAX_AT_ONCE, groups_of
from models.errors import N_, Mistake
from models.events import scope
from models.events.tables import Event
from web import errors

pages = Blueprint("desk_paper_counts", __name__, url_prefix="/desk/events/<int:event_id>/counts")

MOST_SHEETS = 100  # listed

NO_TIME = N_("Enter the time of counting as hours and minutes, such as 15:30.")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    return _page(scope.event_for(current_user, event_id, scope.runs_check_in), clock.now())


@pages.post("/")
@login_required
def enter(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.runs_check_in), clock.now()
    try:
        counted_at, heads = _counted_at(event.campaign), _heads(event.campaign)
        counter = request.form.get("counter", "")
        people = paper_counts.enter(event, current_user, _sheet_id(), counted_at, counter, heads, now)
    except Mistake as mistake:
        return _page(event, now, errors.sentence(mistake)), 422 if mistake.status == 400 else mistake.status
    return redirect(url_for(".index", event_id=event.id, entered=people, saved=request.path), 303)


@pages.post("/<uuid:scan_id>/out")
@login_required
def take_out(event_id: int, scan_id: UUID) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    paper_counts.take_out(event, scan_id, _("Entered by mistake."), current_user, clock.now())
    return redirect(url_for(".index", event_id=event.id, again=scan_id), 303)


def _sheet_id() -> UUID:
    try:
        return UUID(request.form.get("sheet", ""))
    except ValueError:
        return uuid4()


def _counted_at(campaign: Campaign) -> datetime:
    try:
        at = time.fromisoformat(request.form.get("time", "").strip().replace("：", ":"))
    except ValueError:
        raise Mistake(NO_TIME) from None
    day = clock.parse_day(request.form.get("day", ""))
    return clock.at_local(day, at.replace(tzinfo=None), campaign.zone)


def _heads(campaign: Campaign) -> dict[str, int]:
    """The numbers that were entered; an empty field and 0 mean that none of the group was counted."""
    heads = {}
    for group in groups_of(campaign):
        count = paper_counts.read_heads(request.form.get(f"heads-{group}", ""))
        if count:
            heads[group] = count
    return heads


def _typed_before(counts: Sequence[EnteredCount], campaign: Campaign) -> dict[str, str]:
    """What the form begins with: a count that was just taken out is corrected, not typed again. One of a printed sheet is
    corrected there."""
    again = request.args.get("again", "")
    row = next(
        (one for one in counts if one.out and one.sheet_id is None and str(one.scan.id) == again), None
    )
    if row is None:
        return {}
    at = row.scan.at.astimezone(clock.zone(campaign.zone))
    return {
        "day": at.date().isoformat(),
        "time": f"{at:%H:%M}",
        "counter": row.counter,
        f"heads-{row.scan.group or UNKNOWN_GROUP}": str(row.scan.headcount),
    }


def _made() -> tuple[int, int] | None:
    """The ids of the first and last sheet that were just made."""
    first, _dash, last = request.args.get("sheets", "").partition("-")
    return (int(first), int(last)) if first.isdecimal() and last.isdecimal() else None


def _page(event: Event, now: datetime, error: str = "") -> str:
    counts = paper_counts.entered(event)
    before = _typed_before(counts, event.campaign)
    return render_template(
        "desk/attendance/paper_counts.html",
        campaign=event.campaign,
        event=event,
        days=paper_counts.days_of(event, now),
        groups=groups_of(event.campaign),
        sheet=request.form.get("sheet") if error else uuid4(),
        most_name=paper_counts.MAX_NAME,
        error=error,
        typed=request.form if error else before,
        again=bool(before) and not error,
        entered=request.args.get("entered", type=int),
        counts=counts,
        sheets=tally_sheets.sheets_of(event, MOST_SHEETS),
        session_days=[
            (row, day) for row in event.occurrences for day in clock.days(row.start_day, row.end_day)
        ],
        most_sheets=MAX_AT_ONCE,
        made=_made(),
    )
