"""Registrations as a table, CSV or XLSX. Contacts are in it only for the organizer of the event, who says why."""

import csv
import io
from collections.abc import Iterable, Iterator

import xlsxwriter
from flask import Blueprint, Flask, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.errors import Mistake
from models.events import scope
from models.events.tables import Event
from models.registration import contacts, lists
from models.registration.contacts import ContactContent
from models.registration.tables import Registration, RegistrationSettings
from models.text.spreadsheet_cells import safe_cell
from web import errors
from web.desk.registration import pages as registration_pages
from web.public.registration.words import state_name
from web.words import terms

BOM = "\ufeff"  # spreadsheets read a table as UTF-8 only then
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZONE_FREE = "%Y-%m-%d %H:%M"

Rows = list[tuple[Registration, RegistrationSettings]]
Contacts = dict[int, ContactContent | None]

pages = Blueprint("desk_registration_export", __name__, url_prefix="/desk/events/<int:event_id>/registration")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/registrations.<any(csv,xlsx):kind>")
@login_required
def table(event_id: int, kind: str) -> ResponseReturnValue:
    """Without contacts."""
    event = scope.event_for(current_user, event_id, scope.changes)
    return _file(event, kind, lists.all_of(event.id), None)


@pages.post("/contacts")
@login_required
def with_contacts(event_id: int) -> ResponseReturnValue:
    """The reason stands in the audit log before the file is made."""
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    if not contacts.may_see(current_user, event):
        abort(404)
    rows = lists.all_of(event.id)
    try:
        found = lists.contacts_for_export(
            event.id, [row for row, _settings in rows], request.form.get("why", ""), now
        )
    except Mistake as mistake:
        return registration_pages.overview(event, now, errors.sentence(mistake)), 422
    return _file(event, "xlsx" if request.form.get("kind") == "xlsx" else "csv", rows, found)


def _file(event: Event, kind: str, rows: Rows, found: Contacts | None) -> Response:
    lines = _lines(event, rows, found)
    body, content_type = (_xlsx(lines), XLSX) if kind == "xlsx" else (_csv(lines), "text/csv; charset=utf-8")
    response = Response(body, content_type=content_type)
    name = f"registrations-{event.id}{'-contacts' if found is not None else ''}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(event: Event, rows: Rows, found: Contacts | None) -> Iterator[list[str | int]]:
    questions = list(dict.fromkeys(text for one in (found or {}).values() if one for text in one.answers))
    heads = [_("Number"), _("Session"), _("Status"), _("Audience group"), _("People"), _("Registered at")]
    if found is not None:
        heads += [_("Contact"), *map(safe_cell, questions)]
    yield heads
    zone = clock.zone(event.campaign.zone)
    for row, settings in rows:
        session = terms.when(settings.occurrence) if settings.occurrence else _("Whole event")
        line: list[str | int] = [
            row.id,
            session,
            state_name(row.state),
            terms.group_name(event.campaign, row.group),
            row.headcount,
            row.at.astimezone(zone).strftime(_ZONE_FREE),
        ]
        if found is not None:
            line += _contact_cells(row.id, found, questions)
        yield [safe_cell(cell) for cell in line]


def _contact_cells(registration_id: int, found: Contacts, questions: Iterable[str]) -> list[str | int]:
    if registration_id in found and found[registration_id] is None:
        return [_("Cannot be read: it was encrypted with another key.")]
    content = found.get(registration_id) or ContactContent()
    return [content.contact, *(content.answers.get(question, "") for question in questions)]


def _csv(lines: Iterable[list[str | int]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return (BOM + out.getvalue()).encode()


def _xlsx(lines: Iterable[list[str | int]]) -> bytes:
    out = io.BytesIO()
    # Cells are texts and numbers: nothing that was typed becomes a formula or a link.
    options = {
        "in_memory": True,
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return out.getvalue()
