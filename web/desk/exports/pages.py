"""What an account sees, to be taken along: short files at once, long ones in the background and fetched later."""

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

from models import clock
from models.accounts.scope import grantable_roles
from models.codes import pass_batches
from models.errors import N_, Mistake
from models.events import scope
from models.exports import queue
from models.exports.tables import Export, ExportFormat, ExportKind
from models.figures.dimensions import DIMENSIONS
from models.figures.event_overview import campaigns_of
from web import errors
from web.desk.exports import background, files, tables
from web.desk.exports.rows import Table
from web.threads import application
from web.words.figures import dimension_name
from web.words.terms import language

pages = Blueprint("desk_exports", __name__, url_prefix="/desk/exports")

SHEETS = ("21", "8")  # labels and badges to a page
AT_ONCE = 5000  # rows that are sent in the answer itself; more are written in the background


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(export_kind_name=kind_name)


def kind_name(kind: str) -> str:
    names = {
        ExportKind.EVENTS: _("Events"),
        ExportKind.OCCURRENCES: _("Sessions"),
        ExportKind.PASSES: _("Passes"),
        ExportKind.SCANS: _("Scans, every row"),
        ExportKind.FIGURES: _("Figures"),
        ExportKind.OUTCOMES: _("Outcomes"),
        ExportKind.KIOSKS: _("Kiosks"),
        ExportKind.ORGANIZATIONS: _("Organizations"),
        ExportKind.ACCOUNTS: _("Accounts"),
        ExportKind.AUDIT: _("Audit log"),
        ExportKind.PASS_SHEETS: _("Sheets of passes"),
    }
    return names[ExportKind(kind)]


def kinds_for_account() -> list[ExportKind]:
    """What the account sees at the desk at all."""
    hidden = {ExportKind.PASS_SHEETS}  # asked for at their batch
    if not current_user.runs_check_in:
        hidden |= {ExportKind.PASSES, ExportKind.KIOSKS}
    if not current_user.writes:
        hidden |= {ExportKind.SCANS}
    if not current_user.oversees:
        hidden |= {ExportKind.ORGANIZATIONS}
    if not grantable_roles(current_user):
        hidden |= {ExportKind.ACCOUNTS, ExportKind.AUDIT}
    return [kind for kind in ExportKind if kind not in hidden]


@pages.get("/")
@login_required
def index() -> str:
    return _page()


def _page(problem: str = "") -> str:
    exports = queue.exports_of(current_user)
    return render_template(
        "desk/exports.html",
        exports=exports,
        waiting=any(one.finished_at is None and one.failed_at is None for one in exports),
        kinds=kinds_for_account(),
        campaigns=campaigns_of(current_user),
        typed=request.values,
        dimensions=[(key, dimension_name(key)) for key in DIMENSIONS],
        ticked=request.values.getlist("by"),
        problem=problem,
    )


@pages.post("/")
@login_required
def ask() -> ResponseReturnValue:
    now, given = clock.now(), request.form
    try:
        kind, format = _kind(given.get("kind", "")), _format(given.get("format", ""))
        chosen = {name: given.get(name, "") for name in ("campaign", "event")}
        chosen["by"] = ",".join(given.getlist("by"))
        choice = tables.read_choice(current_user, kind, chosen)
        table = tables.table_of(current_user, kind, choice, now)
        if table.count <= AT_ONCE:
            return _file(format, _name(kind, format, chosen), table)
        export = queue.ask(current_user, kind, format, chosen, language(), table.count, now)
    except Mistake as mistake:
        return _page(errors.sentence(mistake)), mistake.status
    return _started(export)


@pages.post("/passes/<int:event_id>/<int:first>")
@login_required
def ask_for_sheets(event_id: int, first: int) -> ResponseReturnValue:
    """A PDF of the valid passes of a batch."""
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
    batch = pass_batches.find_batch(event, first)
    sheet = request.form.get("sheet", "")
    choice = {"campaign": event.campaign_id, "event": event.id, "batch": first, "sheet": sheet}
    try:
        if sheet not in SHEETS:
            raise Mistake(N_("There is no such sheet of passes."))
        export = queue.ask(
            current_user,
            ExportKind.PASS_SHEETS,
            ExportFormat.PDF,
            choice,
            language(),
            batch.valid_count,
            clock.now(),
        )
    except Mistake as mistake:
        return _page(errors.sentence(mistake)), mistake.status
    return _started(export)


def _started(export: Export) -> ResponseReturnValue:
    background.start(application(), export.id)
    return redirect(url_for(".index"), 303)


def _kind(text: str) -> ExportKind:
    kind = next((kind for kind in kinds_for_account() if kind == text), None)
    if kind is None:
        raise Mistake(N_("Please choose what to export."))
    return kind


def _format(text: str) -> ExportFormat:
    if text not in (ExportFormat.CSV, ExportFormat.XLSX):
        raise Mistake(N_("Please choose CSV or XLSX."))
    return ExportFormat(text)


def _name(kind: str, format: str, choice: dict) -> str:
    """ip-2024-scans-12.csv"""
    parts = (
        choice.get("campaign"),
        kind,
        choice.get("event"),
        choice.get("batch"),
        choice.get("sheet"),
        choice.get("by", "").replace(",", "-"),
    )
    name = "-".join(str(part) for part in parts if part)
    return "".join(one for one in name if one.isascii() and (one.isalnum() or one in "-_")) + f".{format}"


def _file(format: ExportFormat, name: str, table: Table) -> Response:
    return _attachment(
        format, name, Response(stream_with_context(files.pieces(format, table.heads, table.rows)))
    )


def _attachment(format: ExportFormat, name: str, response: Response) -> Response:
    response.content_type = files.CONTENT_TYPES[format]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.get("/<int:export_id>")
@login_required
def fetch(export_id: int) -> Response:
    export: Export = queue.finished_export(current_user, export_id)
    if export.kind == ExportKind.PASS_SHEETS:  # codes that work: for who may still hand them out
        scope.event_for(current_user, export.choice["event"], scope.runs_check_in)
    response = Response(stream_with_context(queue.parts(export)))
    response.content_length = export.size
    return _attachment(export.format, _name(export.kind, export.format, export.choice), response)
