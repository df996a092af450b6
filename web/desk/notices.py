"""Notices of offices: read at the desk, and for offices written there and seen who has read them."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

from flask import Blueprint, Flask, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from sqlalchemy import select

from models import clock
from models.campaigns.tables import Term, TermKind, current_campaign
from models.db import db
from models.desk import form_files, notices
from models.desk.attachments import MOST_BYTES, TOO_LARGE, Attachment, read_attachment
from models.desk.form_files import FormFile
from models.desk.notices import NoticeDraft
from models.errors import N_, Mistake
from models.organizations.tables import Role
from models.places.tables import Region
from models.security import virus_scanner
from web.desk.form_files.limits import allow_files
from web.rate_limits import limiter

SENT_PER_ACCOUNT = "60 per hour"
FILE_GONE = N_(
    "The file that you selected before is no longer here. Select it again, or send the notice without a file."
)

pages = Blueprint("desk_notices", __name__, url_prefix="/desk/notices")
allow_files(pages, MOST_BYTES)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["unread_notices"] = unread_notices


def unread_notices() -> int:
    """The number beside the link in the navigation. One query for each page."""
    return notices.unread(current_user)


@dataclass
class NoticeForm:
    """sent: the file that was sent now. kept: the one that was sent before. problems: by the name of the field."""

    sent: Attachment | None = None
    kept: FormFile | None = None
    deadline: date | None = None
    problems: dict[str, Mistake] = field(default_factory=dict)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return render_template(
        "desk/notices/index.html",
        received=notices.received(current_user),
        sent=notices.sent(current_user),
        may_send=notices.may_send(current_user),
        zone=_zone(),
    )


@pages.get("/new")
@login_required
def new() -> ResponseReturnValue:
    return _page(NoticeForm())


@pages.post("/new")
@login_required
@limiter.limit(SENT_PER_ACCOUNT, key_func=lambda: str(current_user.id))
def send() -> ResponseReturnValue:
    form, now = _read_form(), clock.now()
    draft = _draft(form)
    form.problems |= notices.problems_of(current_user, draft)
    if form.problems:
        if form.sent is not None:
            form.kept = form_files.keep(current_user, form.sent, now)
        return _page(form), 422
    notice = notices.send(current_user, draft, now)
    if form.kept is not None:
        form_files.forget(current_user, form.kept.id)
    return redirect(url_for(".show", notice_id=notice.id, sent=1, saved=request.path), 303)


@pages.get("/<int:notice_id>")
@login_required
def show(notice_id: int) -> ResponseReturnValue:
    """Opening a notice marks it as read."""
    notice = notices.open_notice(current_user, notice_id)
    notices.mark_read(current_user, notice, clock.now())
    own = notice.organization_id == current_user.organization_id and notices.may_send(current_user)
    return render_template(
        "desk/notices/notice.html",
        notice=notice,
        recipients=notices.readers_of(notice) if own else None,
        line=_line_name(notice.line),
        zone=_zone(),
        sent="sent" in request.args,
    )


@pages.get("/<int:notice_id>/file")
@login_required
def file(notice_id: int) -> ResponseReturnValue:
    notice = notices.open_notice(current_user, notice_id)
    if notice.file_data is None:
        abort(404)
    response = send_file(
        BytesIO(notice.file_data),
        mimetype=notice.file_type,
        as_attachment=True,
        download_name=notice.file_name,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _read_form() -> NoticeForm:
    """The date and the file. The file stays while other fields are corrected; one that is refused leaves the one before."""
    form, now = NoticeForm(), clock.now()
    try:
        deadline = request.form.get("deadline", "").strip()
        form.deadline = clock.parse_day(deadline) if deadline else None
    except Mistake as mistake:
        form.problems["deadline"] = mistake
    if "file-none" not in request.form:
        form.kept = form_files.find(current_user, request.form.get("file-kept", type=int), now)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        if form.kept is None and "file-kept" in request.form and "file-none" not in request.form:
            form.problems["file"] = Mistake(
                FILE_GONE
            )  # deleted after a day, or sent already by a first click
        return form
    with closing(sent):  # a large one is a temporary file
        try:
            data = sent.stream.read(MOST_BYTES + 1)
            virus_scanner.check(data, request.remote_addr or "")
            form.sent = read_attachment(sent.filename, data)
        except Mistake as mistake:
            form.problems["file"] = mistake
    return form


def _draft(form: NoticeForm) -> NoticeDraft:
    before = form.kept.attachment if form.kept else None
    return NoticeDraft(
        title=request.form.get("title", ""),
        text=request.form.get("text", ""),
        deadline=form.deadline,
        region_code=request.form.get("region", ""),
        line=request.form.get("line", ""),
        offices_only=request.form.get("to") == "offices",
        attachment=form.sent or before,
    )


def _page(form: NoticeForm) -> str:
    own = None if current_user.role == Role.COMMITTEE else current_user.organization.region_code
    below = db.session.scalars(select(Region).where(Region.parent_code == own).order_by(Region.code)).all()
    campaign = current_campaign(clock.now())
    return render_template(
        "desk/notices/form.html",
        form=form,
        typed=request.form,
        below=below,
        whole=own,
        lines=campaign.terms_of(TermKind.LINE) if campaign else [],
        longest=(notices.LONGEST_TITLE, notices.LONGEST_TEXT),
        most=MOST_BYTES >> 20,
        too_large=Mistake(TOO_LARGE, most=MOST_BYTES >> 20),
    )


def _line_name(key: str | None) -> Term | None:
    query = select(Term).where(Term.kind == TermKind.LINE, Term.key == key).order_by(Term.id).limit(1)
    return db.session.scalar(query) if key else None


def _zone() -> str:
    campaign = current_campaign(clock.now())
    return campaign.zone if campaign else "UTC"
