"""The application served in this process with a clock that a test sets, to look at its pages in a browser at any moment
of a week."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from models import clock
from tests.support.servers import compressed_files
from tests.support.servers.applications import application, settings_for
from tests.support.servers.databases import Databases
from tests.support.servers.served_application import free_port


class ClockServer:
    """`url` has no slash at its end. `now`: what the server's clock shows; it stands still."""

    def __init__(self, app: Flask, url: str, now: datetime) -> None:
        self.app, self.url, self.now = app, url, now


@contextmanager
def served_at(databases: Databases, folder: Path, now: datetime) -> Iterator[ClockServer]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        databases.fresh() as database_url,
        application(settings_for(database_url, folder) | {"OPENWEEK_BASE_URL": url}) as app,
        pytest.MonkeyPatch.context() as patch,
    ):
        compressed_files.share(Path(app.instance_path))
        server = ClockServer(app, url, now)
        patch.setattr(clock, "now", lambda: server.now)
        listening = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
            listening.server_close()
