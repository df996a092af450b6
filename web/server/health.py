"""Health checks for operators."""

import shutil

from flask import Blueprint, Flask, Response, current_app
from sqlalchemy.exc import DBAPIError, TimeoutError

from models.operations import replication, schema
from models.operations.machine import LEAST_FREE

pages = Blueprint("health", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/healthz")
def healthz() -> Response:
    """The process answers; no database."""
    return _plain("ok", 200)


@pages.get("/readyz")
def readyz() -> Response:
    """The database answers, has a schema that this version works on, takes writes and has room; 503 while it does not.

    While servers are upgraded one after the other, the old ones stay ready on the new schema."""
    try:
        usable, read_only = schema.can_go_on(), replication.is_read_only()
    except (DBAPIError, TimeoutError):
        return _plain("database away", 503)
    if not usable:
        return _plain("schema of another version", 503)
    if read_only:
        return _plain("database is read-only", 503)
    if shutil.disk_usage(current_app.instance_path).free < LEAST_FREE:
        return _plain("disk full", 503)
    return _plain("ready", 200)


def _plain(text: str, status: int) -> Response:
    response = Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
