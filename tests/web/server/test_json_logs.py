"""Logs as JSON: one object a line, the id of the request, nothing of what people typed."""

import io
import json
import logging
import sys

import pytest


@pytest.fixture
def log(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.fixture
def settings(settings, log, loggers):
    return {**settings, "OPENWEEK_LOG_FORMAT": "json", "PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def loggers():
    """Those that the setting changes, as they were at the end."""
    kept = [
        (log, log.handlers, log.propagate, log.level) for log in map(logging.getLogger, ("wsgi", "openweek"))
    ]
    yield
    for log, handlers, propagate, level in kept:
        log.handlers, log.propagate = handlers, propagate
        log.setLevel(level)
    logging.getLogger("openweek.request").setLevel(logging.NOTSET)


def lines(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_and_its_error(log, app, client):
    def fail():
        raise ValueError("王小明")

    app.view_functions["health.healthz"] = fail
    answer = client.get("/healthz?name=王小明", headers={"X-Request-ID": "0123abcd-proxy"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "0123abcd-proxy")
    error, request = lines(log)
    assert (error["level"], error["exception"], error["request_id"]) == (
        "error",
        "ValueError",
        "0123abcd-proxy",
    )
    assert error["stack"][-1].endswith(" fail")
    assert (request["endpoint"], request["status"], request["request_id"]) == (
        "health.healthz",
        500,
        "0123abcd-proxy",
    )
    assert "王小明" not in f"{error} {request}"


def test_no_code_stands_in_a_line(log, client):
    first = client.get("/c/SECRETCODE", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"]
    second = client.get("/V/SECRETCODE").headers["X-Request-ID"]
    logged = lines(log)
    assert [line["request_id"] for line in logged] == [first, second]
    assert (first != second, "SECRETCODE" in str(logged)) == (True, False)
