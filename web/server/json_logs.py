"""Logs as JSON, one object a line, with the id of the request (OPENWEEK_LOG_FORMAT=json).

A line holds no parameter, no header and no message of an exception: those hold names. Codes in paths are masked.
"""

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask, has_request_context, request
from gunicorn.glogging import Logger

from web.errors import mask_secrets, mask_secrets_in_args
from web.server import request_timing
from web.server.request_timing import ENDPOINT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ID = "openweek.request_id"
requests = logging.getLogger("openweek.request")
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request_id"] = request.environ.get(ID)
            line["endpoint"] = request.endpoint
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def handler() -> logging.Handler:
    made = logging.StreamHandler(sys.stderr)
    made.setFormatter(JsonFormatter())
    made.addFilter(mask_secrets)
    made.addFilter(mask_secrets_in_args)
    return made


class ServerLog(Logger):
    """gunicorn's own log."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [handler()]


class LogRequests:
    """WSGI middleware, outside all others: gives each request its id, which the answer bears too, and logs one line of it."""

    def __init__(self, app: Flask) -> None:
        self._next = app.wsgi_app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")  # of a proxy
        request_id = environ[ID] = given if _ID.fullmatch(given) else secrets.token_hex(8)

        def end(status: int, seconds: float) -> None:
            fields = {
                "request_id": request_id,
                "method": environ["REQUEST_METHOD"],
                "endpoint": environ.get(ENDPOINT),
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            }
            requests.info("request", extra={"fields": fields})

        return request_timing.call(self._next, environ, start_response, end, [("X-Request-ID", request_id)])


def register(app: Flask) -> None:
    if not app.config["LOG_JSON"]:
        return
    request_timing.note_endpoints(app)
    app.wsgi_app = LogRequests(app)  # type: ignore[method-assign]  # as Flask documents it
    made = handler()
    app.logger.handlers = [made]
    app.logger.propagate = False
    own = logging.getLogger("openweek")
    own.handlers, own.propagate = [made], False
    requests.setLevel(logging.INFO)
