"""Schemathesis asks every route everything that the description allows, and more: no 5xx, no undocumented answer.

All checks are on. Few examples for each route, the same in every run, so that it stays quick."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig

from models.codes import passes
from models.db import db
from models.devices import kiosks
from tests.support.records.week import NINE, make_device
from tests.support.servers.api import ApiUser
from tests.support.servers.clients import apart

EXAMPLES = {"sqlite": 30, "postgresql": 10}  # of each route and mode; the first ones are the same
# What a schema cannot say is refused with a sentence: a term that is not in the campaign's list, an end before its start, an
# ETag that is not the present one, a pairing code that nobody offered.
SENTENCES = ["2xx", "304", "400", "401", "403", "404", "409", "412", "422", "429"]
# CONTRACT: these ignore parameters that they do not know, which counts as bad data accepted.
LENIENT = {"/api/v1/figures", "/api/v1/display", "/api/v1/kiosk"}
CONFIG = {
    "generation": {"with-security-parameters": False},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": SENTENCES},
        "negative_data_rejection": {"expected-statuses": [*SENTENCES[2:], "405", "413", "415", "428"]},
    },
}


@pytest.fixture
def ask(app, client, people) -> Callable[..., None]:
    """Answers one case as cui's program or as a paired device, with ids that exist every other time."""
    device = make_device(people.lecture)
    (issued,) = passes.issue(people.lecture.campaign, "youth", NINE, event=people.lecture)
    device.scan(issued.token)
    _kiosk, token = kiosks.create_kiosk(people.lecture, NINE)
    existing = {
        "event_id": people.lecture.id,
        "occurrence_id": people.lecture.occurrences[0].id,
        "organization_id": people.gu.organization_id,
        "pass_id": issued.id,
        "kiosk_id": device.kiosk.id,
    }
    account = ApiUser(client, people.cui).headers["Authorization"]

    def answer(case: Any) -> None:
        for name, value in (case.path_parameters or {}).items():
            if isinstance(value, int) and value % 2 and name in existing:
                case.path_parameters[name] = existing[name]
        device_route = {"deviceToken": []} in (case.operation.definition.raw.get("security") or [])
        only_device = device_route and case.operation.path != "/api/v1/figures"
        case.call_and_validate(headers={"Authorization": f"Bearer {token}" if only_device else account})

    return lambda case: apart(answer, case)


def test_every_answer_is_as_the_description_says(app, ask):
    examples = EXAMPLES[db.engine.dialect.name]
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG)
    )
    asked, wrong = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        modes = list(schemathesis.GenerationMode)
        if operation.path in LENIENT:
            modes.remove(schemathesis.GenerationMode.NEGATIVE)
        for mode in modes:

            @settings(
                max_examples=examples,
                database=None,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case: Any) -> None:
                ask(case)

            try:
                check()
            except BaseExceptionGroup as failures:
                wrong += [f"{operation.label} {mode}: {failure}" for failure in failures.exceptions]
            asked += 1
    assert "\n\n".join(wrong) == ""
    assert asked == 2 * 26 - len(LENIENT)
