"""A picture that is sent with a form. It stays while other fields are corrected: a browser sends a file only once."""

from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask, current_app, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer

from models.db import transaction
from models.drawing import photo
from models.errors import N_, Mistake
from models.events.draft import ALT_LENGTH
from models.events.pictures import keep_picture, picture_bytes
from models.organizations.tables import Account
from models.security import virus_scanner

KEPT, NONE = "picture-kept", "picture-none"  # hidden: what was sent before; ticked: without it
NO_FILE = N_("Choose a picture first.")
TOO_LARGE = N_("The picture is larger than %(most)s MB.")


@dataclass(frozen=True)
class SentPicture:
    """digest: of the picture that was sent now or before. problem: of the file that was sent now."""

    digest: str | None = None
    problem: Mistake | None = None


@dataclass
class PictureForm:
    """alt: as it was typed. picture: that was sent with it, its digest. problems: by the name of the field."""

    alt: str
    picture: str | None = None
    problems: dict[str, Mistake] = field(default_factory=dict)


def register(app: Flask) -> None:
    most = photo.MOST_BYTES >> 20
    app.jinja_env.globals.update(
        picture_seal=_seal, picture_data=_data_address, most_picture=most, most_alt=ALT_LENGTH,
        picture_too_large=Mistake(TOO_LARGE, most=most),
    )  # fmt: skip


def sent_picture(account: Account, now: datetime) -> SentPicture:
    """The picture of the form that is read. A file that is refused leaves the one that was sent before."""
    before = None if NONE in request.form else _sent_before(account)
    file = request.files.get("picture")
    if file is None or not file.filename:
        return SentPicture(before)
    with closing(file):  # a large one is a temporary file
        try:
            data = file.stream.read(photo.MOST_BYTES + 1)
            virus_scanner.check(data, request.remote_addr or "")
            drawn = photo.redraw(data)
        except Mistake as mistake:
            return SentPicture(before, mistake)
    with transaction():  # one that nothing shows is deleted after a day
        return SentPicture(keep_picture(drawn, now, account))


def typed_alt(name: str) -> str:
    return " ".join(request.form.get(name, "").split())


def _seal(digest: str) -> str:
    """Of the hidden field: the picture, sealed for the account that sees it."""
    return str(_serializer().dumps([digest, current_user.id]))


def _data_address(digest: str) -> str:
    """An address that holds the picture itself: nobody else may see it before it is saved."""
    body = picture_bytes(digest, small=True)
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
