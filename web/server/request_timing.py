"""Requests timed from outside all of Flask, for logs and metrics: how long until the answer begins, with which status."""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Flask, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENDPOINT = "openweek.endpoint"  # in the environment; missing where the answer came without Flask


def note_endpoints(app: Flask) -> None:
    app.before_request(_note_endpoint)


def _note_endpoint() -> None:
    request.environ[ENDPOINT] = request.endpoint or "none"


def call(
    application: "WSGIApplication",
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    end: Callable[[int, float], None],
    headers: Iterable[tuple[str, str]] = (),
) -> Iterable[bytes]:
    """Call an application. end(status, seconds) hears how it went; headers: further ones of the answer."""
    began, status = perf_counter(), 500

    def begin(line: str, given: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
        nonlocal status
        status = int(line[:3])
        return start_response(line, [*given, *headers], *rest)

    try:
        return application(environ, begin)
    finally:
        end(status, perf_counter() - began)
