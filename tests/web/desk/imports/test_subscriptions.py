"""The desk's page of pulled calendars: for offices and the committee, each in its own reach."""

from datetime import timedelta

import pytest

from models import clock
from models.db import db
from models.errors import Mistake
from models.imports.feeds import subscriptions
from models.imports.feeds.subscriptions import Subscription
from tests.support.records.people import sign_in

URL = "https://week.example/a.ics"


@pytest.fixture
def feed(people):
    return subscriptions.add(people.lian, people.lecture.campaign, URL, clock.now())


def test_an_office_adds_an_address_and_removes_it(english, people):
    sign_in(english, people.lian)
    form = {"campaign": "ip-2024", "url": "webcal://week.example/a.ics"}
    assert english.post("/desk/feeds/", data=form).status_code == 303
    page = english.get("/desk/feeds/").text
    assert URL in page
    assert "Nothing yet" in page
    (feed,) = db.session.query(Subscription).all()
    assert english.post(f"/desk/feeds/{feed.id}/remove").status_code == 303
    assert "No calendar feeds yet." in english.get("/desk/feeds/").text


def test_a_wrong_address_is_told_and_stays_typed(english, people):
    sign_in(english, people.su)
    answer = english.post("/desk/feeds/", data={"campaign": "ip-2024", "url": "ftp://week.example/x"})
    assert answer.status_code == 422
    assert "is not an address that starts with https:// or http://." in answer.text
    assert 'value="ftp://week.example/x"' in answer.text


def test_the_last_error_is_a_sentence_in_the_readers_language(english, people, feed):
    def broken(*_asked):
        raise Mistake("%(host)s took too long to answer.", host="week.example")

    subscriptions.pull_due(_in_the_week(people), broken)
    sign_in(english, people.su)
    assert "week.example took too long to answer." in english.get("/desk/feeds/").text


def _in_the_week(people):
    """Long enough after the feed was added for it to be due, in a week that is not over: the campaign is moved here."""
    now = clock.now()
    campaign = people.lecture.campaign
    campaign.starts, campaign.ends = (now.date() - timedelta(days=1)), (now.date() + timedelta(days=5))
    db.session.commit()
    return now


def test_who_has_no_reach_has_no_such_page(english, people, feed):
    for name in ("gu", "he", "wang"):
        visitor = english.application.test_client()
        sign_in(visitor, getattr(people, name))
        assert visitor.get("/desk/feeds/").status_code == 404, name
        assert visitor.post("/desk/feeds/", data={"campaign": "ip-2024", "url": URL}).status_code == 404, name
        assert "/desk/feeds/" not in visitor.get("/desk/").text
    sign_in(english, people.bao)
    assert URL not in english.get("/desk/feeds/").text
    for verb in ("remove", "soon", f"events/{people.lecture.id}/cancel"):
        assert english.post(f"/desk/feeds/{feed.id}/{verb}").status_code == 404, verb
    stranger = english.application.test_client()
    assert stranger.get("/desk/feeds/").status_code == 303
    assert db.session.get_one(Subscription, feed.id).removed_at is None


def test_a_vanished_event_that_nobody_offered_is_not_cancelled_here(english, people, feed):
    sign_in(english, people.lian)
    assert english.post(f"/desk/feeds/{feed.id}/events/{people.lecture.id}/cancel").status_code == 404
    assert english.post(f"/desk/feeds/{feed.id}/soon").status_code == 303
