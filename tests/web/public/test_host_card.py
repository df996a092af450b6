"""Who holds an event, on its page."""

import re
from dataclasses import replace

import pytest

from models import clock
from models.events.draft import draft_of
from models.publishing.lifecycle import change
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_event
from web.public.host_card import phone_address


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    return make_people(load_week())


def card(client, event) -> str:
    page = client.get(f"/ip-2024/events/{event.id}", headers={"Accept-Language": "en"}).text
    return re.search(r'<section class="card host-card".*?</section>', page, re.S)[0]


def test_the_lead_with_its_line_and_region_and_all_its_events(client, people):
    shown = card(client, people.lecture)
    assert re.findall(r'<a [^>]*href="([^"]*)"', shown) == [
        "/ip-2024/events?line=ip-offices",
        "/ip-2024/events?region=320723",
        f"/ip-2024/events?organization={people.lecture.lead_id}",
    ]
    assert '<strong lang="zh">灌云县知识产权局</strong>' in shown
    assert "Together with" not in shown
    assert "Public contact" not in shown


def test_those_beside_it_and_whom_to_ask(client, people):
    event = make_event(people.lecture.campaign, "联合宣传", contact="0518-8881 2330")
    change(
        event,
        replaced(event, hosts=("灌云县知识产权局", "灌云县人民法院", "灌云县知识产权局（承办）", "无名协会")),
        NINE,
    )
    shown = card(client, event)
    court = people.court_day.lead_id
    assert (
        f'<li><a href="/ip-2024/events?organization={court}">灌云县人民法院</a></li><li>无名协会</li>'
        in shown
    )
    assert '<a href="tel:051888812330">0518-8881 2330</a>' in shown
    assert client.get(f"/ip-2024/events/{event.id}.json").json["contact"] == "0518-8881 2330"
    assert "contact" not in client.get(f"/ip-2024/events/{people.lecture.id}.json").json


def replaced(event, **fields):
    return replace(draft_of(event), **fields)


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("12330", "tel:12330"),
        ("+86 518 8881-2330", "tel:+8651888812330"),
        ("县知识产权局 0518-88812330", ""),
        ("a@example.org", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_one_number_alone_can_be_dialled(contact, expected):
    assert phone_address(contact) == expected


def test_the_form_at_the_desk_asks_for_it(app, client, people):
    sign_in(client, people.lian)
    answer = client.post("/desk/events/new", data={"title": "讲座", "contact": "12330", "action": "save"})
    address = answer.location.partition("?")[0]
    page = client.get(f"{address}/edit").text
    assert re.search(r'<input id="contact"[^>]*value="([^"]*)"', page)[1] == "12330"
    long = client.post("/desk/events/new", data={"title": "讲座", "contact": "1" * 301, "action": "save"})
    assert (long.status_code, 'id="problem-contact"' in long.text) == (422, True)
