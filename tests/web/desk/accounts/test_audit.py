"""The audit log at the desk, and `openweek verify` on its chain."""

import json
import re

import pytest
from sqlalchemy import select, text

from models import clock
from models.audit.chain import record, verify_chain
from models.audit.tables import OPERATOR, AuditEntry, AuditVerb
from models.codes import passes
from models.corrections import estimates
from models.db import db, transaction
from tests.support.records.people import sign_in
from tests.support.records.week import A_MINUTE_PAST, NINE, make_device


@pytest.fixture
def acts(people) -> None:
    """One failed sign-in for each person, and one for nobody."""
    for person in (people.gu, people.lian, people.su, people.bao, people.cui, None):
        with transaction():
            record(AuditVerb.SIGN_IN_FAILED, clock.now(), OPERATOR, person)


def rows(client, query="", **form) -> list[tuple[str, str]]:
    """Act and account of each row."""
    if form:
        query = client.post("/desk/audit/", data=form).location.removeprefix("/desk/audit/")
    page = client.get("/desk/audit/" + query).text
    return re.findall(r'<th scope="row">([^<]+)</th><td>[^<]*</td><td>([^<]*)</td>', page)


def failed(client) -> list[str]:
    return [account[:4] for act, account in rows(client, "?verb=sign_in_failed")]


def test_who_reads_what(english, people, acts):
    seen = {}
    for person in (people.lian, people.su, people.bao, people.cui):
        sign_in(english, person)
        seen[person.email[:4]] = failed(english)
    assert seen == {
        "lian": ["lian", "gu@e"],
        "su@e": ["su@e", "lian", "gu@e"],
        "bao@": ["bao@"],
        "cui@": ["", "cui@", "bao@", "su@e", "lian", "gu@e"],
    }
    sign_in(english, people.gu)
    assert english.get("/desk/audit/").status_code == 404


def test_details_are_words(english, people):
    sign_in(english, people.cui)
    assert "password · " in english.get("/desk/audit/?verb=signed_in").text
    english.post("/desk/account/tokens", data={"name": "x", "scope": ["figures", "events"]})
    assert "read events, read figures" in english.get("/desk/audit/?verb=token_created").text


def test_by_act_account_and_day(english, people, acts):
    sign_in(english, people.cui)
    today = clock.day_of(clock.now(), "Asia/Shanghai").isoformat()
    assert rows(english, "?verb=signed_in") == [("signed in", "cui@example.cn")]
    assert rows(english, account="GU@example.cn") == [("sign-in failed", "gu@example.cn")]
    assert len(rows(english, f"?day={today}")) == 7
    assert rows(english, "?day=2020-01-01") == []
    assert rows(english, account="nobody@example.cn", verb="sign_in_failed", day=today) == []
    assert english.get("/desk/audit/?verb=danced").status_code == 400
    assert english.get("/desk/audit/?day=yesterday").status_code == 400


def test_a_page_has_a_hundred_and_asks_no_question_a_row(english, people, count_queries):
    sign_in(english, people.cui)
    with count_queries() as few:
        rows(english)
    for _number in range(130):
        with transaction():
            record(AuditVerb.SIGN_IN_FAILED, clock.now(), OPERATOR, people.gu)
    with count_queries() as many:
        page = english.get("/desk/audit/").text
    assert len(many) == len(few)
    older = re.search(r'name="before" value="(\d+)"', page)[1]
    assert len(rows(english, before=older)) == 31


def test_verify_says_where_the_chain_breaks(runner, people, acts):
    arguments = ["verify", "--campaign", people.lecture.campaign_id]
    answer = runner.invoke(args=arguments, env={"LC_ALL": "en"})
    assert (answer.exit_code, "The audit log holds: 6 entries" in answer.stdout) == (0, True)
    with transaction():
        db.session.execute(text("UPDATE audit_entry SET network = '192.0.2.1' WHERE id = 4"))
    answer = runner.invoke(args=arguments, env={"LC_ALL": "en"})
    assert answer.exit_code == 1
    assert "The audit log does not hold: entry 4 was changed or is missing." in answer.stdout


def test_settings_codes_and_devices_are_in_it_with_before_and_after(english, people):
    """What an office and an organizer do at the desk, each by who did it, and from where."""
    event, other = people.lecture, people.gu.organization
    [made] = passes.issue(event.campaign, "youth", NINE, event=event)
    device = make_device(event)
    sign_in(english, people.su)
    english.post(f"/desk/organizations/{other.id}/publishes", data={"value": "1"})
    sign_in(english, people.gu)
    desk = f"/desk/events/{event.id}"
    assert english.post(f"{desk}/passes/{made.id}/revoke").status_code == 303
    for metres in ("", ""):  # the second changes nothing
        form = {"track_exits": "1", "near_metres": metres, f"capacity-{event.occurrences[0].id}": "40"}
        assert english.post(f"{desk}/door", data=form).status_code == 303
    assert english.post(f"{desk}/devices/{device.kiosk.id}/revoke").status_code == 303
    estimates.state(event, event.occurrences[0].id, "youth", 300, "Counted seats", people.gu, A_MINUTE_PAST)
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject.not_in(["account", "invitation"])).order_by(AuditEntry.id)
    ).all()
    number = event.occurrences[0].id
    assert [
        (one.verb, one.subject_id, one.account and one.account.email[:2], one.network) for one in entries
    ] == [
        ("organization_changed", other.id, "su", "127.0.0.1"),
        ("pass_revoked", made.id, "gu", "127.0.0.1"),
        ("entrance_changed", event.id, "gu", "127.0.0.1"),
        ("kiosk_revoked", device.kiosk.id, "gu", "127.0.0.1"),
        ("estimate_stated", event.id, None, ""),
    ]  # the last one on the command line
    entrance = json.loads(entries[2].detail)
    assert json.loads(entrance["after"]) == {
        "exits": True,
        "metres": None,
        "capacities": {str(number): 40},
        "question": False,
    }
    sign_in(english, people.cui)
    page = english.get("/desk/audit/").text
    assert f"exits are scanned, session {number}: 40 places" in page
    assert f"pass no. {made.id}" in page
    assert f"<td>{event.title}</td>" in page
    assert verify_chain().broken_at is None


def test_an_act_that_only_a_newer_version_knows(english, people):
    """During an upgrade a newer node writes into the log what an older one shows and recounts."""
    with transaction():
        record("moon_landed", NINE, OPERATOR, people.gu, crater="Tycho")
    sign_in(english, people.cui)
    assert ("moon_landed", "gu@example.cn") in rows(english)
    page = english.get("/desk/audit/")
    assert page.status_code == 200
    assert "Tycho" in page.text
    assert verify_chain().broken_at is None
    with transaction():
        db.session.execute(text("UPDATE audit_entry SET subject = 'moon' WHERE verb = 'moon_landed'"))
    db.session.expire_all()
    assert f"moon {people.gu.id}" in english.get("/desk/audit/").text
