"""What is deleted when, for the committee's eyes."""

from datetime import timedelta

from models import clock
from models.codes import passes
from models.devices import pairing
from models.summaries import handing_in
from models.summaries.part import Part
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_device


def test_the_committee_sees_what_is_due(english, people, count_queries):
    sealed_at, campaign = clock.now() - timedelta(days=5), people.lecture.campaign
    make_device(people.lecture).scan(passes.issue(campaign, "youth", NINE)[0].token)
    pairing.create_code(people.lecture, "secret", clock.now() - timedelta(days=3))
    handing_in.hand_in(Part(campaign, "320723"), people.lian, sealed_at)
    sign_in(english, people.cui)
    with count_queries() as queries:
        page = english.get("/desk/retention/").text
    assert (
        len([query for query in queries if "WHERE scan.campaign_id" in query]) == 1
    )  # of each week, however often it is said
    assert '<th scope="row">Pairing codes, one day after they expired</th><td>1</td><td>1</td>' in page
    assert "sealed</th><td>0</td><td>1</td>" in page  # due within 30 days
    assert f'datetime="{(sealed_at + timedelta(days=30)).isoformat(timespec="seconds")}"' in page
    assert "</time></td><td>1</td>" in page
    sign_in(english, people.su)
    assert english.get("/desk/retention/").status_code == 404
