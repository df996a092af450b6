"""The desk's event page shows a proposed change beside what is there; an office decides, an organizer does not."""

import json
from dataclasses import replace

import pytest

from models.events.draft import draft_of
from models.publishing import proposals
from models.publishing.change import event_transaction
from tests.support.records.people import sign_in
from tests.support.records.week import NINE


@pytest.fixture
def proposal(people):
    with event_transaction():
        draft = replace(draft_of(people.lecture), title="专题讲座（新）", venue_text="图书馆")
        return proposals.write_proposal(people.lecture, draft, NINE, people.gu)


def test_both_are_shown_and_the_office_accepts(people, proposal, client):
    sign_in(client, people.lian)
    page = client.get(f"/desk/events/{people.lecture.id}")
    assert "专题讲座（新）" in page.text
    assert "图书馆" in page.text
    address = f"/desk/events/{people.lecture.id}/proposals/{proposal.id}"
    answer = client.post(address, data={"decision": "accept"})
    assert answer.status_code == 303
    assert people.lecture.title == "专题讲座（新）"
    assert client.post(address, data={"decision": "accept"}).status_code == 404


def test_an_organizer_sees_it_and_cannot_decide(people, proposal, client):
    sign_in(client, people.gu)
    page = client.get(f"/desk/events/{people.lecture.id}")
    assert "专题讲座（新）" in page.text
    assert f'/proposals/{proposal.id}"' not in page.text  # the address where it is decided
    assert f'/proposals/{proposal.id}/withdraw"' in page.text
    address = f"/desk/events/{people.lecture.id}/proposals/{proposal.id}"
    answer = client.post(address, data={"decision": "accept"})
    assert (answer.status_code, people.lecture.title) == (404, "专题讲座")


def test_refusing_without_a_reason_says_so_at_the_field(people, proposal, english):
    sign_in(english, people.lian)
    address = f"/desk/events/{people.lecture.id}/proposals/{proposal.id}"
    answer = english.post(address, data={"decision": "refuse", "why": " "})
    assert answer.status_code == 422
    problem = f'id="why-{proposal.id}-problem"'
    assert (f'aria-describedby="why-{proposal.id}-problem"' in answer.text, problem in answer.text) == (
        True,
        True,
    )
    assert proposals.open_of(people.lecture) == [proposal]


def test_the_commands(app, people, proposal):
    run = app.test_cli_runner().invoke
    listed = json.loads(
        run(args=["event", "pending", "--campaign", people.lecture.campaign_id, "--json"]).output
    )
    assert [(one["id"], one["event"], one["fields"]) for one in listed] == [
        (proposal.id, people.lecture.id, ["title", "venue_text"])
    ]
    assert run(args=["event", "refuse", str(proposal.id), "--why", "已公布"]).exit_code == 0
    assert proposals.pending(people.lecture.campaign) == []
    assert people.lecture.title == "专题讲座"
