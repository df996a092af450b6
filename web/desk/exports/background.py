"""Long exports, written by a thread of the process that was asked, or by the next tick where that one died."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime

from flask import Flask
from flask_babel import force_locale

from models import clock
from models.db import db
from models.exports import queue
from models.exports.tables import Export
from models.exports.writers import WRITERS
from web import threads
from web.desk.exports import files, tables

PROGRESS_EVERY = 2000  # rows

_running = threading.Lock()
log = logging.getLogger("openweek.exports")


def start(app: Flask, export_id: int) -> None:
    threads.start(app, "export", lambda: run(app, export_id))


def run(app: Flask, export_id: int) -> None:
    """Write an export in the language of who asked for it, unless another process has it."""
    with app.app_context():
        export = queue.claim(export_id, clock.now())
        language = export.language if export is not None else ""
    if export is not None:
        # The context of the application, which the tick keeps for several exports, has the language of the first one.
        with app.test_request_context(), force_locale(language):
            _write(db.session.get_one(Export, export_id))


def run_due(app: Flask, now: datetime) -> None:
    """Exports that no process writes, and the end of those that are a week old."""
    queue.delete_old(now)
    for export_id in queue.waiting_ids(now):
        run(app, export_id)


def start_due(app: Flask, now: datetime) -> threading.Thread | None:
    """run_due() beside the tick, which has other things to do in the next minute. None: this process is still at it."""
    if not _running.acquire(blocking=False):
        return None

    def work() -> None:
        try:
            run_due(app, now)
        finally:
            _running.release()

    return threads.start(app, "exports", work)


def _write(export: Export) -> None:
    progress = _Progress(export)
    try:
        for number, piece in enumerate(_pieces(export, progress)):
            queue.add_part(export, number, piece)
    except Exception:
        db.session.rollback()
        log.exception("export %s failed", export.id)
        queue.fail(export, clock.now())
    else:
        queue.finish(export, progress.done, clock.now())


def _pieces(export: Export, progress: "_Progress") -> Iterator[bytes]:
    if export.kind in WRITERS:
        return WRITERS[export.kind](export, progress.note)
    choice = tables.read_choice(export.account, export.kind, export.choice)
    table = tables.table_of(export.account, export.kind, choice, clock.now())
    return files.pieces(export.format, table.heads, progress.counted(table.rows))


class _Progress:
    def __init__(self, export: Export) -> None:
        self._export, self.done = export, 0

    def note(self, done: int) -> None:
        self.done = done
        queue.note_progress(self._export, done, clock.now())

    def counted(self, rows: Iterator[list[object]]) -> Iterator[list[object]]:
        for row in rows:
            self.done += 1
            if self.done % PROGRESS_EVERY == 0:
                self.note(self.done)
            yield row
