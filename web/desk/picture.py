"""The picture of an event at the desk: choose one, describe it, replace it, take it away."""

from dataclasses import dataclass, replace

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.drawing import photo
from models.drawing.photo import Photo
from models.errors import N_, Mistake
from models.events import scope
from models.events.draft import ALT_LENGTH, draft_of
from models.events.pictures import keep_picture, picture_bytes
from models.events.tables import Event
from models.imports import pictures
from models.publishing import lifecycle, proposals
from models.publishing.change import event_transaction, lock_event
from web.public.event_picture import NAME, WEBP
from web.rate_limits import limiter

PICTURES = "30 per minute"  # of one account
# More than a picture may have, so that one that is too large gets its sentence, and what was typed stays.
MOST_SENT = 3 * photo.MOST_BYTES
NO_FILE = N_("Choose a picture first.")
NO_ALT = N_("Describe in a few words what the picture shows, for people who cannot see it.")
LONG_ALT = N_("The description has more than %(most)s characters. Please shorten it.")

pages = Blueprint("desk_picture", __name__, url_prefix="/desk/events/<int:event_id>/picture")


@dataclass
class PictureForm:
    """alt: as it was typed. problems: by the name of the field."""

    alt: str
    problems: dict[str, Mistake]


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.url_value_preprocessor
def _allow_more(_endpoint: str | None, _values: dict | None) -> None:
    """Before anything reads the form."""
    request.max_content_length = MOST_SENT


@pages.get("/")
@login_required
def index(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    return _page(event, PictureForm(proposals.content_for(event, current_user).picture_alt, {}))


@pages.post("/")
@login_required
@limiter.limit(PICTURES, key_func=lambda: str(current_user.id))
def save(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    if request.form.get("action") == "remove":
        _write(event, None, "", remove=True)
        return redirect(url_for("desk_events.event", event_id=event.id), 303)
    if request.form.get("action") == "fetch":
        pictures.fetch_again(event, clock.now())
        return redirect(url_for("desk_events.event", event_id=event.id), 303)
    form = PictureForm(" ".join(request.form.get("alt", "").split()), {})
    new = _sent(form, needed=proposals.content_for(event, current_user).picture_sha256 is None)
    if not form.alt:
        form.problems["alt"] = Mistake(NO_ALT)
    elif len(form.alt) > ALT_LENGTH:
        form.problems["alt"] = Mistake(LONG_ALT, most=ALT_LENGTH)
    if form.problems:
        return _page(event, form), 422
    _write(event, new, form.alt)
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


def _sent(form: PictureForm, *, needed: bool) -> Photo | None:
    """The picture that was sent; None where there is none and none is needed, or it is refused."""
    file = request.files.get("picture")
    try:
        if file is not None and file.filename:
            return photo.redraw(file.stream.read(photo.MOST_BYTES + 1))
        if needed:
            raise Mistake(NO_FILE)
    except Mistake as mistake:
        form.problems["picture"] = mistake
    return None


def _write(event: Event, new: Photo | None, alt: str, *, remove: bool = False) -> None:
    """Into the event, or as a proposed change where it is public and this account may not publish."""
    now = clock.now()
    with event_transaction():
        event = lock_event(event)
        content = proposals.content_for(event, current_user)
        digest = keep_picture(new, now, current_user) if new else content.picture_sha256
        content = replace(content, picture_sha256=None if remove else digest, picture_alt=alt)
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
        waits=content.picture_sha256 != event.picture_sha256,
        proposes=proposals.must_propose(event, current_user),
        fetch=pictures.fetch_of(event),
        most=photo.MOST_BYTES >> 20,
        most_alt=ALT_LENGTH,
    )
