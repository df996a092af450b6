"""An application as every test gets it, for fixtures that live longer than one test too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.support.run.compile_cache import STATEMENTS
from tests.support.servers.clients import Client

SECRET = "a secret for tests only"


def settings_for(database_url: str, folder: Path) -> dict:
    return {
        "OPENWEEK_DATABASE_URL": database_url,
        "OPENWEEK_INSTANCE": str(folder / "instance"),
        "OPENWEEK_SECRET_KEY": SECRET,
        "OPENWEEK_BASE_URL": "http://openweek.test",
        "OPENWEEK_UID_DOMAIN": "openweek.test",
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "RATELIMIT_ENABLED": False,
    }


@contextmanager
def application(settings: dict) -> Iterator[Flask]:
    """Made with these settings, its context pushed; it lets go of its database at the end."""
    from models.db import db
    from wsgi import create_app

    app = create_app(settings)
    app.test_client_class = Client
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=STATEMENTS)
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
