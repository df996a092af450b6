"""Outcomes of an event at the desk, and what it offers for the summary: highlights, pictures. Seen by its accounts alone."""

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.drawing import photo
from models.errors import Mistake
from models.events import scope
from models.events.draft_rules import alt_problem
from models.events.pictures import picture_bytes
from models.events.tables import Event
from models.outcomes import highlights, outcomes
from models.outcomes.outcomes import OutcomeKind, Precision, StatedOutcome
from models.text.fingerprint import fingerprint
from models.visitors.opinions import opinions_of
from web import errors
from web.desk.form_files import pictures
from web.desk.form_files.limits import allow_files
from web.desk.form_files.pictures import PictureForm
from web.desk.picture import PICTURES
from web.public.event_picture import NAME, WEBP
from web.rate_limits import limiter

pages = Blueprint("desk_outcomes", __name__, url_prefix="/desk/events/<int:event_id>/outcomes")
allow_files(pages, photo.MOST_BYTES)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["outcomes_of"] = outcomes.outcomes_of
    app.jinja_env.globals["opinions_of"] = opinions_of


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    return _page(scope.event_for(current_user, event_id, scope.changes))


@pages.get("/outcomes.json")
@login_required
def as_json(event_id: int) -> Response:
    """For the accounts of the event. at_least: what the words of a report say at least."""
    event = scope.event_for(current_user, event_id)
    stated = [
        {
            "kind": row.kind,
            "precision": row.precision,
            "number": row.number if row.precision != Precision.REPORTED else None,
            "text": row.text,
            "at_least": row.number if row.precision == Precision.REPORTED else None,
        }
        for row in outcomes.outcomes_of(event).values()
    ]
    pictures = [{"sha256": row.sha256, "alt": row.alt} for row in highlights.pictures_of(event)]
    return jsonify(
        {
            "event": event.id,
            "outcomes": stated,
            "highlights": highlights.highlight_of(event),
            "pictures": pictures,
        }
    )


@pages.post("/")
@login_required
def save(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    stated = _stated()
    problems = outcomes.problems_of(stated)
    text = request.form.get("highlights", "")
    error = ""
    changed = request.form.get("seen", _seen(event)) != _seen(event)
    try:
        if not problems and not changed:
            highlights.write_highlight(event, text, current_user, now)
            outcomes.state(event, stated, current_user, now)
    except Mistake as mistake:
        error = errors.sentence(mistake)  # of the highlights
    if changed and not problems and not error:
        return _page(event, stated, text=text, changed=True), 409
    if problems or error:
        return _page(event, stated, problems, error, text), 422
    return redirect(url_for(".index", event_id=event.id, saved=request.path), 303)


@pages.post("/pictures")
@login_required
@limiter.limit(PICTURES, key_func=lambda: str(current_user.id))
def add_picture(event_id: int) -> ResponseReturnValue:
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    sent = pictures.sent_picture(current_user, now)
    form = PictureForm(pictures.typed_alt("alt"), sent.digest)
    if sent.problem or sent.digest is None:
        form.problems["picture"] = sent.problem or Mistake(pictures.NO_FILE)
    if problem := alt_problem(form.alt):
        form.problems["alt"] = problem
    if not form.problems and sent.digest is not None:
        try:
            highlights.add_picture(event, sent.digest, form.alt, current_user, now)
        except Mistake as mistake:
            form.problems["picture"] = mistake
    if form.problems:
        return _page(event, picture=form), 422
    return redirect(url_for(".index", event_id=event.id, _anchor="pictures"), 303)


@pages.post("/pictures/<int:picture_id>/remove")
@login_required
def remove_picture(event_id: int, picture_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    highlights.remove_picture(event, picture_id, current_user, clock.now())
    return redirect(url_for(".index", event_id=event.id, _anchor="pictures"), 303)


@pages.get(f"/{NAME}")
@login_required
def show_picture(event_id: int, digest: str, size: str) -> Response:
    event = scope.event_for(current_user, event_id)
    known = {row.sha256 for row in highlights.pictures_of(event)}
    body = picture_bytes(digest, small=size == "small") if digest in known else None
    if body is None:
        abort(404)
    response = Response(body, mimetype=WEBP)
    response.cache_control.private, response.cache_control.max_age = True, 3600
    return response


def _seen(event: Event) -> str:
    """Names what is stated and written now: of two people who change it the second one is told."""
    rows = [(row.kind, row.precision, row.number, row.typed) for row in outcomes.outcomes_of(event).values()]
    return fingerprint(sorted(rows), highlights.highlight_of(event))


def _stated() -> dict[OutcomeKind, StatedOutcome]:
    form = request.form
    known = set(Precision)
    return {
        kind: StatedOutcome(
            Precision(form[f"precision-{kind}"])
            if form.get(f"precision-{kind}") in known
            else Precision.EXACT,
            form.get(f"value-{kind}", ""),
        )
        for kind in OutcomeKind
        if f"value-{kind}" in form
    }


def _page(
    event: Event,
    stated: dict[OutcomeKind, StatedOutcome] | None = None,
    problems: dict[OutcomeKind, Mistake] | None = None,
    error: str = "",
    text: str | None = None,
    picture: PictureForm | None = None,
    changed: bool = False,
) -> str:
    stored = outcomes.outcomes_of(event)
    if stated is None:
        stated = {
            kind: StatedOutcome(row.precision or Precision.EXACT, row.typed) for kind, row in stored.items()
        }
    return render_template(
        "desk/attendance/outcomes.html",
        campaign=event.campaign,
        event=event,
        kinds=tuple(OutcomeKind),
        precisions=tuple(Precision),
        stated=stated,
        stored=stored,
        problems={kind: errors.sentence(mistake) for kind, mistake in (problems or {}).items()},
        error=error,
        text=highlights.highlight_of(event) if text is None else text,
        most_text=highlights.MAX_TEXT,
        pictures=highlights.pictures_of(event),
        changed=changed,
        # While fields are corrected, what this person has seen stays: nobody is shown the other's values yet.
        seen=request.form.get("seen", _seen(event)) if problems or error else _seen(event),
        highlight=highlights.highlight_of(event),
        form=picture or PictureForm(""),
        saved="saved" in request.args,
    )
