"""Work that outlives its request: in a thread, or in the stream of an answer."""

import logging
import threading
from collections.abc import Callable

from flask import Flask, current_app

from models.transactions import database_errors

log = logging.getLogger("openweek.threads")


def application() -> Flask:
    """The application itself, where `current_app` ends with the request."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask
    return app


def start(app: Flask, name: str, work: Callable[[], object]) -> threading.Thread:
    """Work in a thread of its own, in the context of the application. What it raises is logged."""

    def run() -> None:
        with app.app_context():
            try:
                work()
            except Exception as error:  # noqa: BLE001 - it is logged
                database_errors.log_failure(error, log, "%s failed", name)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
