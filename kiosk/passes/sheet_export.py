"""Sheets of many passes, drawn in the background (models/exports)."""

from collections.abc import Iterator
from io import BytesIO

from flask import Flask

from kiosk.passes import sheets
from models.codes import pass_batches
from models.events import scope
from models.exports.tables import Export, ExportKind
from models.exports.writers import WRITERS, Progress

PIECE = 256 * 1024  # bytes


def register(_app: Flask) -> None:
    WRITERS[ExportKind.PASS_SHEETS] = write


def write(export: Export, progress: Progress) -> Iterator[bytes]:
    choice, out = export.choice, BytesIO()
    event = scope.event_for(export.account, choice["event"], scope.runs_check_in)
    valid = pass_batches.valid_passes(pass_batches.find_batch(event, choice["batch"]))
    for _done in sheets.write_sheets(out, valid, sheets.layout(choice["sheet"]), event.title, progress):
        pass
    out.seek(0)
    while piece := out.read(PIECE):
        yield piece
