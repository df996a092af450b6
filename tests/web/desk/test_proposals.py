"""The desk's event page shows a proposed change beside what is there; an office decides, an organizer does not."""

import json
from dataclasses import replace

import pytest

from models.events.draft import draft_of
from models.publishing import proposals
from models.publishing.change import event_transaction
from tests.support.cast import sign_in
from tests.support.week import NINE


@pytest.fixture
def proposal(cast):
    with event_transaction():
        draft = replace(draft_of(cast.lecture), title="专题讲座（新）", venue_text="图书馆")
        return proposals.write_proposal(cast.lecture, draft, NINE, cast.gu)


def test_both_are_shown_and_the_office_accepts(cast, proposal, client):
    sign_in(client, cast.lian)
    page = client.get(f"/desk/events/{cast.lecture.id}")
    assert "专题讲座（新）" in page.text
    assert "图书馆" in page.text
    address = f"/desk/events/{cast.lecture.id}/proposals/{proposal.id}"
    answer = client.post(address, data={"decision": "accept"})
    assert answer.status_code == 303
    assert cast.lecture.title == "专题讲座（新）"
    assert client.post(address, data={"decision": "accept"}).status_code == 404


def test_an_organizer_sees_it_and_cannot_decide(cast, proposal, client):
    sign_in(client, cast.gu)
    page = client.get(f"/desk/events/{cast.lecture.id}")
    assert "专题讲座（新）" in page.text
    assert f"/proposals/{proposal.id}" not in page.text
    address = f"/desk/events/{cast.lecture.id}/proposals/{proposal.id}"
    answer = client.post(address, data={"decision": "accept"})
    assert (answer.status_code, cast.lecture.title) == (404, "专题讲座")


def test_the_commands(app, cast, proposal):
    run = app.test_cli_runner().invoke
    listed = json.loads(
        run(args=["event", "pending", "--campaign", cast.lecture.campaign_id, "--json"]).output
    )
    assert [(one["id"], one["event"], one["fields"]) for one in listed] == [
        (proposal.id, cast.lecture.id, ["title", "venue_text"])
    ]
    assert run(args=["event", "refuse", str(proposal.id), "--why", "已公布"]).exit_code == 0
    assert proposals.pending(cast.lecture.campaign) == []
    assert cast.lecture.title == "专题讲座"
