"""The desk's page of possible duplicates, and the button that publishes what was submitted."""

import pytest
from sqlalchemy import select

from models.db import db
from models.events.draft import EventDraft, OrganizationDraft, VenueDraft
from models.events.tables import Event, EventChange
from models.publishing.change import event_transaction
from models.publishing.lifecycle import write_new, write_submitted
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_event, session

SQUARE = (VenueDraft("灌云县人民广场"),)


@pytest.fixture
def pair(people):
    campaign = people.lecture.campaign
    court = OrganizationDraft.of(people.wang.organization)
    return make_event(campaign, "现场咨询活动"), make_event(campaign, "现场咨询", venues=SQUARE, lead=court)


def test_one_click_keeps_one_of_a_pair(english, people, pair):
    kept, other = pair
    sign_in(english, people.lian)
    page = english.get("/desk/duplicates/").text
    assert "1 pair" in page
    assert f"/desk/duplicates/{kept.id}/same/{other.id}" in page
    answer = english.post(f"/desk/duplicates/{kept.id}/same/{other.id}")
    assert answer.status_code == 303
    page = english.get(answer.headers["Location"]).text
    assert "Both entries are now one:" in page
    assert "No similar events found." in page
    assert english.get(f"/desk/events/{other.id}").status_code == 404
    assert "灌云县人民广场" in english.get(f"/desk/events/{kept.id}").text


def test_before_merging_it_says_what_calendars_will_show(english, people, pair):
    """And the entry that visitors have is the only one that can be kept."""
    kept, other = pair
    draft = make_event(people.lecture.campaign, "现场咨询", publish=False)
    sign_in(english, people.lian)
    page = english.get("/desk/duplicates/").text
    assert page.count("Calendars that show the other event will show this one.") == 2
    assert page.count("Keep the published event: visitors and calendars already have it.") == 2
    for public in (kept, other):
        assert f"/desk/duplicates/{public.id}/same/{draft.id}" in page
        assert f"/desk/duplicates/{draft.id}/same/{public.id}" not in page
        assert english.post(f"/desk/duplicates/{draft.id}/same/{public.id}").status_code == 409


def test_different_is_not_asked_again(english, people, pair):
    one, other = pair
    sign_in(english, people.su)
    assert english.post(f"/desk/duplicates/{one.id}/different/{other.id}").status_code == 303
    assert "No similar events found." in english.get("/desk/duplicates/").text


def test_a_pair_out_of_reach_does_not_exist(english, people, pair):
    one, other = pair
    for name in ("gu", "he", "wang", "bao"):
        visitor = english.application.test_client()
        sign_in(visitor, getattr(people, name))
        assert "/same/" not in visitor.get("/desk/duplicates/").text, name
        for verb in ("same", "different"):
            assert visitor.post(f"/desk/duplicates/{one.id}/{verb}/{other.id}").status_code == 404, name
            assert visitor.post(f"/desk/duplicates/{other.id}/{verb}/{one.id}").status_code == 404, name
    stranger = english.application.test_client()
    assert stranger.get("/desk/duplicates/").status_code == 303
    assert stranger.post(f"/desk/duplicates/{one.id}/same/{other.id}").headers["Location"] == "/desk/sign-in"
    assert db.session.get_one(Event, other.id).withdrawn_at is None


def test_thirty_pairs_ask_the_database_no_more_often_than_one(english, people, pair, count_queries):
    sign_in(english, people.lian)
    english.get("/desk/duplicates/")
    with count_queries() as one:
        english.get("/desk/duplicates/")
    for _ in range(8):
        make_event(people.lecture.campaign, "现场咨询")
    with count_queries() as many:
        assert "showing the first 30" in english.get("/desk/duplicates/").text
    assert len(many) == len(one)


@pytest.fixture
def submitted(people):
    draft = EventDraft(
        title="进企业座谈",
        lead=OrganizationDraft.of(people.gu.organization),
        region_code="320723",
        occurrences=(session(),),
    )
    with event_transaction():
        event = write_new(people.lecture.campaign, draft, NINE, people.gu, publish=False)
        write_submitted(event, NINE, people.gu)
    return event


def test_an_office_publishes_what_was_submitted(english, people, submitted):
    path = f"/desk/events/{submitted.id}"
    ways = {"gu": 404, "wang": 404, "bao": 404}
    for name, status in ways.items():
        visitor = english.application.test_client()
        sign_in(visitor, getattr(people, name))
        assert visitor.post(f"{path}/publish").status_code == status, name
        assert "/publish" not in visitor.get(path).text
    assert english.get(f"/ip-2024/events/{submitted.id}").status_code == 404
    sign_in(english, people.lian)
    assert f'action="{path}/publish"' in english.get(path).text
    assert english.post(f"{path}/publish").status_code == 303
    assert f'action="{path}/publish"' not in english.get(path).text
    assert english.get(f"/ip-2024/events/{submitted.id}").status_code == 200
    history = select(EventChange.verb, EventChange.account_id).where(EventChange.event_id == submitted.id)
    assert db.session.execute(history.order_by(EventChange.id)).all() == [
        ("created", people.gu.id),
        ("submitted", people.gu.id),
        ("published", people.lian.id),
    ]
