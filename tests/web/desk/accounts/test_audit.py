"""The audit log at the desk, and `openweek verify` on its chain."""

import re

import pytest
from sqlalchemy import text

from models import clock
from models.audit.chain import record
from models.audit.tables import OPERATOR, AuditVerb
from models.db import db, transaction
from tests.support.people import sign_in


@pytest.fixture
def acts(people) -> None:
    """One failed sign-in for each person, and one for nobody."""
    for person in (people.gu, people.lian, people.su, people.bao, people.cui, None):
        with transaction():
            record(AuditVerb.SIGN_IN_FAILED, clock.now(), OPERATOR, person)


def rows(client, query="") -> list[tuple[str, str]]:
    """Act and account of each row."""
    page = client.get("/desk/audit/" + query).text
    return re.findall(r'<th scope="row" class="nowrap">([^<]+)</th><td>[^<]*</td><td>([^<]*)</td>', page)


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


def test_by_act_account_and_day(english, people, acts):
    sign_in(english, people.cui)
    today = clock.day_of(clock.now(), "Asia/Shanghai").isoformat()
    assert rows(english, "?verb=signed_in") == [("signed in", "cui@example.cn")]
    assert rows(english, "?account=GU@example.cn") == [("sign-in failed", "gu@example.cn")]
    assert len(rows(english, f"?day={today}")) == 7
    assert rows(english, "?day=2020-01-01") == []
    assert "No entry found." in english.get("/desk/audit/?account=nobody@example.cn").text
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
    older = re.search(r'href="(/desk/audit/\?before=\d+)"', page)[1]
    assert len(rows(english, older.removeprefix("/desk/audit/"))) == 31


def test_verify_says_where_the_chain_breaks(runner, people, acts):
    arguments = ["verify", "--campaign", people.lecture.campaign_id]
    answer = runner.invoke(args=arguments, env={"LC_ALL": "en"})
    assert (answer.exit_code, "The audit log holds: 6 entries" in answer.stdout) == (0, True)
    with transaction():
        db.session.execute(text("UPDATE audit_entry SET network = '192.0.2.1' WHERE id = 4"))
    answer = runner.invoke(args=arguments, env={"LC_ALL": "en"})
    assert answer.exit_code == 1
    assert "The audit log does not hold: entry 4 was changed or is missing." in answer.stdout
