"""The server side of tests/cases/check_in.json. The device side: tests/browser/kiosk/test_check_in_cases.py."""

import pytest

from models.ledger.tables import Flag
from tests.support.records.check_in_cases import CASES, NAMES, ROOT, Scene, stage, table
from tests.support.records.week import NINE, load_week


@pytest.fixture
def week(app):
    return load_week()


def judged(scene: Scene, shown: str | None) -> dict:
    """The server's answer, told as the cases tell it."""
    scene.revoke()
    scene.happen()
    scene.move()
    scan = scene.case["scan"]
    attempt = scene.attempt(scan, shown)
    [answer] = scene.device.hand_in(attempt, now=scene.true(scan), device_time=attempt.at)
    told = {"verdict": answer.verdict, "reason": answer.reason, "headcount": answer.headcount}
    told["since"] = round((answer.since - NINE).total_seconds() / 60) if answer.since else None
    told["flags"] = sorted(flag.name.lower() for flag in Flag if flag in answer.flags)
    return told


def compared(expected: dict, told: dict) -> tuple[dict, dict]:
    """What a case says must hold; what it does not say of reason, flags and time is that there is none."""
    wanted = {"reason": None, "flags": [], "since": None} | expected
    wanted.pop("unchecked", None)
    return wanted, {name: told[name] for name in wanted}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_asked_live(week, case):
    wanted, told = compared(case["online"], judged(stage(week, case), None))
    assert told == wanted


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_handed_in_after_the_device_has_decided(week, case):
    wanted, told = compared(case["delivered"], judged(stage(week, case), case["offline"]["verdict"]))
    assert told == wanted


def test_the_documented_table_is_this_table():
    assert table() in (ROOT / "docs/check-in.md").read_text()
