"""The picture of an event at the desk: choose one, describe it, replace it, take it away."""

from dataclasses import replace

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.drawing import photo
from models.errors import N_, Mistake
from models.events import scope
from models.events.draft import EventDraft, draft_of
from models.events.draft_rules import alt_problem
from models.events.pictures import picture_bytes
from models.events.tables import Event
from models.imports import pictures as fetched_pictures
from models.publishing import lifecycle, proposals
from models.publishing.change import event_transaction, lock_event
from models.text.fingerprint import fingerprint
from web.desk.form_files import pictures
from web.desk.form_files.limits import allow_files
from web.desk.form_files.pictures import PictureForm
from web.public.event_picture import NAME, WEBP
from web.rate_limits import limiter

PICTURES = "30 per minute"  # of one account
CHANGED = N_(
    "Somebody else changed the picture or its description meanwhile: they are shown here. Nothing was overwritten. "
    "Save again to replace them with yours."
)

pages = Blueprint("desk_picture", __name__, url_prefix="/desk/events/<int:event_id>/picture")
allow_files(pages, photo.MOST_BYTES)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    return _page(event, PictureForm(proposals.content_for(event, current_user).picture_alt))


@pages.post("/")
@login_required
@limiter.limit(PICTURES, key_func=lambda: str(current_user.id))
def save(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    if request.form.get("action") == "remove":
        if _changed(event):
            return _page(event, PictureForm("", problems={"form": Mistake(CHANGED)})), 409
        _write(event, None, "", remove=True)
        return redirect(url_for("desk_events.event", event_id=event.id), 303)
    if request.form.get("action") == "fetch":
        fetched_pictures.fetch_again(event, clock.now())
        return redirect(url_for("desk_events.event", event_id=event.id), 303)
    form = _read_form()
    if form.picture is None and proposals.content_for(event, current_user).picture_sha256 is None:
        form.problems.setdefault("picture", Mistake(pictures.NO_FILE))
    if form.problems:
        return _page(event, form), 422
    if _changed(event):
        form.problems["form"] = Mistake(CHANGED)
        return _page(event, form), 409
    _write(event, form.picture, form.alt)
    return redirect(url_for("desk_events.event", event_id=event.id), 303)


@pages.get(f"/{NAME}")
@login_required
def show(event_id: int, digest: str, size: str) -> Response:
    """For who may change the event: its picture, public or not, and those that are proposed."""
    event = scope.event_for(current_user, event_id)
    known = {event.picture_sha256, *(one.draft.picture_sha256 for one in proposals.open_of(event))}
    body = picture_bytes(digest, small=size == "small") if digest in known else None
    if body is None:
        abort(404)
    response = Response(body, mimetype=WEBP)
    response.cache_control.private, response.cache_control.max_age = True, 3600
    return response


def _read_form() -> PictureForm:
    sent = pictures.sent_picture(current_user, clock.now())
    form = PictureForm(pictures.typed_alt("alt"), sent.digest)
    if sent.problem is not None:
        form.problems["picture"] = sent.problem
    if problem := alt_problem(form.alt):
        form.problems["alt"] = problem
    return form


def _seen(content: EventDraft) -> str:
    """The picture and its description as the page shows them: of two people who change them the second one is told."""
    return fingerprint(content.picture_sha256, content.picture_alt)


def _changed(event: Event) -> bool:
    now = _seen(proposals.content_for(event, current_user))
    return request.form.get("seen", now) != now


def _write(event: Event, new: str | None, alt: str, *, remove: bool = False) -> None:
    """Into the event, or as a proposed change where it is public and this account may not publish."""
    now = clock.now()
    with event_transaction():
        event = lock_event(event)
        content = proposals.content_for(event, current_user)
        digest = None if remove else new or content.picture_sha256
        content = replace(content, picture_sha256=digest, picture_alt=alt)
        if proposals.must_propose(event, current_user):
            proposals.write_proposal(event, content, now, current_user)
        else:
            own = replace(draft_of(event), picture_sha256=content.picture_sha256, picture_alt=alt)
            lifecycle.write_change(event, own, now, current_user)


def _page(event: Event, form: PictureForm) -> str:
    content = proposals.content_for(event, current_user)
    return render_template(
        "desk/picture.html",
        campaign=event.campaign,
        event=event,
        form=form,
        digest=content.picture_sha256,
        # While fields are corrected, what this person has seen stays: the other's picture is named once they are right.
        seen=_seen(content) if form.problems.keys() <= {"form"} else request.form.get("seen", _seen(content)),
        alt_now=content.picture_alt,
        waits=content.picture_sha256 != event.picture_sha256,
        proposes=proposals.must_propose(event, current_user),
        fetch=fetched_pictures.fetch_of(event),
    )
