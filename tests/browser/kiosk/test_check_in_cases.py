"""The device's side of tests/cases/check_in.json: the rules that decide offline, in the browser that runs them."""

import json

import pytest
from playwright.sync_api import Page

from models.ledger.tables import Flag
from tests.support.records.check_in_cases import CASES, Scene, stage
from tests.support.records.week import NINE, load_week
from tests.support.servers.served_application import Server

pytestmark = pytest.mark.browser

DECIDE = """async ({ known, before, elsewhere, scan }) => {
    const { decide, decideUndo } = await import("/static/js/kiosk/check-in/offline-rules.js");
    const seen = [];
    let last = null;
    for (const step of scan.whose === "elsewhere" ? elsewhere : before) {
        const { entry } = await decide(step, known, () => seen);
        last = { at: step.at, own: scan.whose === "own", sitting: entry.sitting, undone: step.undone };
        if (!step.undone) seen.push(entry);
    }
    if (scan.body.kind === "undo") return decideUndo(last, scan.at, known);
    return decide(scan, known, (holder) => seen.filter((one) => one.holder === holder));
}"""
WITHOUT_ED25519 = """() => {
    const real = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (format, bytes, algorithm, ...rest) => algorithm.name === "Ed25519"
        ? Promise.reject(new DOMException("no such curve", "NotSupportedError"))
        : real(format, bytes, algorithm, ...rest);
}"""


@pytest.fixture(scope="module")
def asked(server) -> list[dict]:
    """What the device of each case knows and is shown."""
    with server.app.app_context():
        week = load_week()
        return [_asked(server, stage(week, case)) for case in CASES]


def _asked(server: Server, scene: Scene) -> dict:
    scan = scene.case["scan"]
    if scan.get("pass", {}).get("revoked") == "before":
        scene.revoke()
    status, body = server.get("/api/v1/kiosk", Authorization=f"Bearer {scene.token}")
    assert status == 200
    steps = {
        name: [scene.body(step) for step in scene.case.get(name, ())] for name in ("before", "elsewhere")
    }
    return {"known": json.loads(body), **steps, "scan": scene.body(scan)}


def _told(decided: dict) -> dict:
    """The device's verdict, told as the cases tell it; `entry`, what it remembers, is its own matter."""
    since = decided["since"]
    told = {name: decided.get(name) for name in ("verdict", "reason", "headcount", "unchecked")}
    told["since"] = None if since is None else round((since / 1000 - NINE.timestamp()) / 60)
    told["flags"] = sorted(decided["flags"])
    assert set(told["flags"]) <= {flag.name.lower() for flag in Flag}
    return told


@pytest.mark.parametrize("curve", ["by the browser", "by the library"])
def test_the_device_decides_as_the_cases_say(page: Page, server: Server, asked: list[dict], curve: str):
    page.goto(server.url + "/kiosk/")
    if curve == "by the library":
        page.evaluate(WITHOUT_ED25519)
    for case, given in zip(CASES, asked, strict=True):
        wanted = {"reason": None, "flags": [], "since": None} | case["offline"]
        told = _told(page.evaluate(DECIDE, given))
        assert {name: told[name] for name in wanted} == wanted, case["name"]


RUNNING = """async (times) => {
    const { openThen } = await import("/static/js/kiosk/check-in/offline-rules.js");
    const day = (id, date, next) => ({
        id, event: 7, held: true, start: `${date}T00:00:00+08:00`, end: `${next}T00:00:00+08:00`,
        opens: new Date(Date.parse(`${date}T00:00:00+08:00`) - 3600000).toISOString(),
        closes: new Date(Date.parse(`${next}T00:00:00+08:00`) + 3600000).toISOString(),
    });
    const days = [day(1, "2024-04-22", "2024-04-23"), day(2, "2024-04-23", "2024-04-24")];
    return times.map((time) => openThen(days, Date.parse(time)).id);
}"""


def test_of_one_event_the_session_that_runs_wins_over_one_that_begins_soon(page: Page, server: Server):
    page.goto(server.url + "/kiosk/")
    times = ["2024-04-22T22:00:00+08:00", "2024-04-22T23:30:00+08:00", "2024-04-23T00:30:00+08:00"]
    assert page.evaluate(RUNNING, times) == [1, 1, 2]
