"""The picture of a new event, chosen in its form. It stays while other fields are corrected: a browser sends a file only once."""

from base64 import b64encode
from dataclasses import replace
from datetime import datetime

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from models.db import transaction
from models.drawing import photo
from models.errors import Mistake
from models.events.draft import ALT_LENGTH, EventDraft
from models.events.pictures import keep_picture, picture_bytes
from models.organizations.tables import Account
from web.desk.event_form.fields import EventForm
from web.desk.picture import LONG_ALT, NO_ALT, NO_FILE

KEPT, NONE = "picture-kept", "picture-none"  # hidden: what was sent before; ticked: without it


def read_picture(form: EventForm, account: Account, now: datetime) -> None:
    """Into the form: the picture that was sent now or before, and its description. What is wrong is noted there."""
    form.picture_alt = " ".join(request.form.get("picture_alt", "").split())
    file = request.files.get("picture")
    try:
        if file is not None and file.filename:
            drawn = photo.redraw(file.stream.read(photo.MOST_BYTES + 1))
            with transaction():  # one that no event shows is deleted after a day
                form.picture = keep_picture(drawn, now, account)
        elif NONE not in request.form:
            form.picture = _sent_before(account)
    except Mistake as mistake:
        form.problems["picture"] = mistake
        return
    if form.picture is None:
        if form.picture_alt and NONE not in request.form:
            form.problems["picture"] = Mistake(NO_FILE)
    elif not form.picture_alt:
        form.problems["picture_alt"] = Mistake(NO_ALT)
    elif len(form.picture_alt) > ALT_LENGTH:
        form.problems["picture_alt"] = Mistake(LONG_ALT, most=ALT_LENGTH)


def with_picture(draft: EventDraft, form: EventForm) -> EventDraft:
    if form.picture is None:
        return draft
    return replace(draft, picture_sha256=form.picture, picture_alt=form.picture_alt)


def kept_value(form: EventForm, account: Account) -> str:
    """Of the hidden field: the picture, sealed for this account."""
    return str(_serializer().dumps([form.picture, account.id])) if form.picture else ""


def thumbnail(form: EventForm) -> str:
    """An address that holds the picture itself: nobody else may see it before the event is saved."""
    body = picture_bytes(form.picture, small=True) if form.picture else None
    return f"data:image/webp;base64,{b64encode(body).decode()}" if body else ""


def _sent_before(account: Account) -> str | None:
    try:
        digest, account_id = _serializer().loads(request.form.get(KEPT, ""))
    except (BadData, ValueError, TypeError):
        return None
    known = account_id == account.id and picture_bytes(digest, small=True) is not None
    return str(digest) if known else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="openweek-picture-of-a-form")
