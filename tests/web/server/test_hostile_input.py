"""A sample of hostile input; `make bench ARGS=attacks` does it at length."""

import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings

from models import clock
from models.devices import kiosks
from models.errors import Mistake
from models.imports.read_file import read_file
from tests.support.files.hostile_input import BODIES, GENUINE, TABLES, accepts, mutated_codes
from tests.support.records.week import load_week, make_event


def test_no_mutated_code_is_accepted():
    assert [text for text in GENUINE if not accepts(text)] == []
    assert [text for text in mutated_codes(3000, seed=15) if accepts(text)] == []


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_any_table_is_read_or_refused_with_a_sentence(data):
    started = time.process_time()
    with suppress(Mistake):
        read_file(data, "a.csv")
    assert time.process_time() - started < 1


@pytest.fixture
def send(client):
    _kiosk, token = kiosks.create_kiosk(make_event(load_week()), clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    return lambda body: client.post("/api/v1/scans", json=body, headers=headers)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=BODIES)
def test_any_body_of_scans_is_answered(send, body):
    answer = send(body)
    assert answer.status_code in (200, 400, 413, 422), answer.text
    if answer.status_code == 200:
        assert len(answer.json["results"]) == len(body["scans"])
