"""Upload of a kiosk's queue file, for a device that stays offline."""

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.checkin import queue_file
from models.checkin.queue_file import QueueImport
from models.errors import Mistake
from models.security import virus_scanner
from web import errors
from web.desk.form_files.limits import allow_files

MAX_HISTORY = 20
pages = Blueprint("desk_queue_file", __name__, url_prefix="/desk/handed-over")
allow_files(pages, queue_file.MAX_BYTES, "take_in")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@login_required
def take_in() -> ResponseReturnValue:
    """No preview: the file is signed by the device, and known scans add nothing."""
    file, now = request.files.get("file"), clock.now()
    if file is None or not file.filename:
        return _page(error=_("Choose a file first.")), 422
    try:
        data = file.stream.read(queue_file.MAX_BYTES + 1)
        virus_scanner.check(data, request.remote_addr or "")
        queue = queue_file.read(current_user, data)
        result = queue_file.import_scans(queue, current_user, now)
    except Mistake as mistake:
        return _page(error=errors.sentence(mistake), name=file.filename), max(mistake.status, 422)
    return _page(result=result, name=file.filename)


def _page(result: QueueImport | None = None, error: str = "", name: str = "") -> str:
    files = queue_file.imports_of(current_user, MAX_HISTORY)
    return render_template(
        "desk/check_in/queue_file.html",
        result=result,
        error=error,
        name=name,
        files=files,
        most=queue_file.MAX_BYTES >> 20,
        too_large=Mistake(queue_file.TOO_LARGE, most=queue_file.MAX_BYTES >> 20),
    )
