"""Exports: within the reach of the account, without formulas, with flat memory; long ones in the background."""

import csv
import io
import re
import threading
import tracemalloc
from datetime import timedelta
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import clock
from models.codes import passes
from models.db import db
from models.exports import queue
from models.exports.tables import Export, ExportFormat, ExportPart
from models.outcomes import outcomes
from models.outcomes.outcomes import OutcomeKind, Precision, StatedOutcome
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_device, make_event, minutes
from web.desk.exports import background, files
from web.desk.exports import pages as export_pages


def ask(browser, kind: str, format: str = "csv", **more: object):
    data = {"kind": kind, "format": format, "campaign": "ip-2024"} | more
    return browser.post("/desk/exports/", data=data, buffered=True)


def rows(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def sheet(data: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def test_each_sees_the_events_of_its_reach(app, people):
    titles = {}
    for name in ("gu", "wang", "cui"):
        browser = app.test_client()
        sign_in(browser, getattr(people, name))
        titles[name] = [row[1] for row in rows(ask(browser, "events"))[1:]]
    assert titles == {
        "gu": ["专题讲座", "进京推介"],
        "wang": ["法院开放日"],
        "cui": ["专题讲座", "法院开放日", "南京宣传", "乌鲁木齐宣传", "兵团宣传", "进京推介"],
    }


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(gus_browser, people):
    for title in ("=1+1", "+1", "-1", "@SUM(A1)", "＝1"):
        make_event(people.lecture.campaign, title)
    make_event(people.lecture.campaign, "https://week.example")
    expected = ["专题讲座", "进京推介", "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'＝1", "https://week.example"]
    assert [row[1] for row in rows(ask(gus_browser, "events"))[1:]] == expected
    assert [row[1] for row in sheet(ask(gus_browser, "events", "xlsx").data)[1:]] == expected


def test_every_scan_is_a_row_with_what_became_of_it(gus_browser, people):
    device = make_device(people.lecture)
    (one,) = passes.issue(people.lecture.campaign, "youth", NINE, event=people.lecture)
    first = device.scan(one.token)
    device.scan(one.token, NINE + minutes(1))
    device.undo(first.id, NINE + minutes(2))
    table = rows(ask(gus_browser, "scans", event=people.lecture.id))
    assert table[0][:3] == ["Scan", "Event no.", "Session no."]
    assert [(row[0] == str(first.id), row[7], row[13] == str(first.id)) for row in table[1:]] == [
        (True, "2024-04-22 09:00:00", False),
        (False, "2024-04-22 09:01:00", False),
        (False, "2024-04-22 09:02:00", True),
    ]
    assert len(rows(ask(gus_browser, "passes"))) == 2
    assert len(rows(ask(gus_browser, "occurrences"))) == 3


def test_figures_and_the_audit_log(english, people):
    make_device(people.lecture).tally("public", headcount=7)
    sign_in(english, people.lian)
    table = rows(ask(english, "figures", by=["audience", "day"]))
    assert [row[0:4] for row in table[1:]] == [["public", "General public", "2024-04-22", "Mon 22 April"]]
    log = rows(ask(english, "audit"))
    assert (log[0][2], log[-1][2], log[-1][3]) == ("Act", "signed_in", "lian@example.cn")


def test_lists_of_the_desk(english, people):
    device = make_device(people.lecture)
    outcomes.state(
        people.lecture, {OutcomeKind.LEAFLETS: StatedOutcome(Precision.REPORTED, "800余份")}, people.gu, NINE
    )
    outcomes.state(
        people.lecture, {OutcomeKind.LEAFLETS: StatedOutcome(Precision.EXACT, "812")}, people.gu, NINE
    )
    sign_in(english, people.lian)
    kiosks = rows(ask(english, "kiosks"))
    assert [row[:5] for row in kiosks[1:]] == [
        [str(device.kiosk.id), device.kiosk.name, str(people.lecture.id), "scans and counts", "in service"]
    ]
    stated = rows(ask(english, "outcomes", event=people.lecture.id))
    assert [row[2:8] for row in stated[1:]] == [
        ["Leaflets given out", "800", "as reported", "800余份", "replaced", "gu@example.cn"],
        ["Leaflets given out", "812", "exact", "", "valid", "gu@example.cn"],
    ]
    organizations = {row[1]: row[3:] for row in rows(ask(english, "organization"))[1:]}
    own = people.gu.organization
    assert organizations[own.name][-2:] == ["6", "3"]
    accounts = {row[1]: row[2:4] for row in rows(ask(english, "accounts"))[1:]}
    assert accounts["gu@example.cn"] == ["organizer", own.name]
    assert set(accounts) >= {"gu@example.cn", "wang@example.cn"}


def test_pages_link_to_the_export_of_their_list(english, people):
    sign_in(english, people.lian)
    for path in (
        "/desk/organizations/",
        "/desk/accounts/",
        "/desk/audit/",
        f"/desk/events/{people.lecture.id}/devices",
    ):
        address = re.search(r'href="(/desk/exports/\?[^"]+)"', english.get(path).text)
        page = english.get(unescape(address[1])).text
        assert page.count(" selected>") == 1 + page.count('<option value="ip-2024" selected>'), path


@pytest.mark.parametrize(
    ("name", "kind", "event"),
    [
        ("kan", "scans", ""), ("kan", "passes", ""), ("kan", "kiosks", ""), ("gu", "audit", ""), ("gu", "accounts", ""),
        ("gu", "organization", ""), ("wang", "scans", "1"), ("gu", "nonsense", ""),
    ],
)  # fmt: skip
def test_what_an_account_does_not_see_it_cannot_take(app, people, name, kind, event):
    browser = app.test_client()
    sign_in(browser, getattr(people, name))
    assert ask(browser, kind, event=event).status_code in (400, 404)


def test_a_long_export_is_written_in_the_background_and_fetched_by_who_asked(
    app, gus_browser, people, monkeypatch
):
    monkeypatch.setattr(export_pages, "AT_ONCE", 1)
    monkeypatch.setattr(background, "start", lambda _app, _id: None)
    assert ask(gus_browser, "events", "xlsx").status_code == 303
    export = db.session.scalars(select(Export)).one()
    assert f"/desk/exports/{export.id}" not in gus_browser.get("/desk/exports/").text
    assert gus_browser.get(f"/desk/exports/{export.id}").status_code == 404
    background.run(app, export.id)
    assert f'href="/desk/exports/{export.id}"' in gus_browser.get("/desk/exports/").text
    fetched = gus_browser.get(f"/desk/exports/{export.id}", buffered=True)
    assert [row[1] for row in sheet(fetched.data)] == ["Title", "专题讲座", "进京推介"]
    other = app.test_client()
    sign_in(other, people.he)
    assert other.get(f"/desk/exports/{export.id}").status_code == 404


def test_an_export_whose_process_died_is_begun_anew_by_one_other(app, gus_browser, people, monkeypatch):
    monkeypatch.setattr(export_pages, "AT_ONCE", 1)
    monkeypatch.setattr(background, "start", lambda _app, _id: None)
    ask(gus_browser, "events")
    now = clock.now()
    export = db.session.scalars(select(Export)).one()
    queue.add_part(queue.claim(export.id, now), 0, b"half")
    assert (queue.claim(export.id, now), queue.waiting_ids(now)) == (None, [])
    background.run_due(app, now + queue.LEASE + timedelta(seconds=1))
    monkeypatch.setattr(clock, "now", lambda: now + queue.LEASE + timedelta(seconds=1))
    background.run_due(app, clock.now())
    db.session.expire_all()
    assert (export.finished_at is not None, export.attempts) == (True, 2)
    assert db.session.scalars(select(ExportPart)).one().data.decode("utf-8-sig").startswith("Event no.")
    queue.delete_old(now + queue.KEPT + timedelta(days=1))
    assert db.session.scalars(select(ExportPart)).all() == []


def test_exports_that_wait_together_are_written_each_in_the_language_of_who_asked(app, people, monkeypatch):
    monkeypatch.setattr(export_pages, "AT_ONCE", 1)
    monkeypatch.setattr(background, "start", lambda _app, _id: None)
    for name, language in (("gu", "zh"), ("cui", "en"), ("su", "zh")):
        browser = app.test_client()
        sign_in(browser, getattr(people, name))
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        ask(browser, "events", "xlsx")
    with app.app_context():
        background.run_due(app, clock.now())
    exports = db.session.scalars(select(Export).order_by(Export.id)).all()
    heads = [sheet(b"".join(queue.parts(export)))[0][1] for export in exports]
    assert heads == ["活动名称", "Title", "活动名称"]


def test_the_tick_does_not_wait_for_a_long_export(app, monkeypatch):
    go_on, done = threading.Event(), []
    monkeypatch.setattr(background, "run_due", lambda _app, now: (go_on.wait(30), done.append(now)))
    thread = background.start_due(app, NINE)
    assert (background.start_due(app, NINE), done) == (
        None,
        [],
    )  # returned, and a second tick starts no other
    go_on.set()
    thread.join()
    again = background.start_due(app, NINE)
    again.join()
    assert done == [NINE, NINE]


@pytest.mark.parametrize(("format", "few"), [(ExportFormat.CSV, 20_000), (ExportFormat.XLSX, 2000)])
def test_memory_stays_flat_however_many_rows(format, few):
    def peak(number: int) -> int:
        tracemalloc.start()
        rows = ([one, "专题讲座", "2024-04-22 09:00:00"] for one in range(number))
        size = sum(len(piece) for piece in files.pieces(format, ["a", "b", "c"], rows))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > number
        return used

    peak(few)
    assert peak(few * 8) < 2 * peak(few)
