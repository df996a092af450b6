"""Kept cards: a page shows what its events are now, in the reader's language, and a process keeps only so many."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from models import clock
from models.campaigns.tables import TermKind
from models.db import db
from models.organizations.tables import Organization
from models.publishing import lifecycle
from tests.support.records.week import NINE, load_week, make_event
from web.public import event_cards

ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN"}
WEEK = "/ip-2024/"
LATER = NINE - timedelta(days=1)


@pytest.fixture
def campaign(app):
    event_cards._kept.clear()
    return load_week()


def cards(client, path=WEEK, headers=CHINESE) -> list[str]:
    text = client.get(path, headers=headers).text
    return re.findall(r'<article class="card event-card.*?</article>', text, re.DOTALL)


def test_kept_cards_equal_fresh_ones(client, campaign):
    make_event(campaign, "甲", groups=("youth",))
    make_event(campaign, "乙", mode="online")
    fresh = cards(client)
    assert len(fresh) == len(event_cards._kept) == 2
    make_event(campaign, "丙")
    after = cards(client)
    assert after[:2] == fresh
    event_cards._kept.clear()
    assert cards(client, "/ip-2024/events") == after


@pytest.mark.parametrize("at", [LATER, NINE - timedelta(days=30)], ids=["later", "at-the-same-moment"])
def test_a_changed_event_has_another_card_at_once(client, campaign, at):
    first, second = make_event(campaign, "甲"), make_event(campaign, "乙")
    before = cards(client)
    lifecycle.change(first, replace(lifecycle.draft_of(first), title="改名"), at)
    after = cards(client)
    assert [after[0], after[1]] == [before[0].replace("甲", "改名"), before[1]]
    lifecycle.cancel(second, at)
    assert ["已取消" in card for card in cards(client)] == [False, True]
    assert len(event_cards._kept) == 4


def test_a_renamed_group_and_organizer_are_seen(client, campaign):
    event = make_event(campaign, "甲", groups=("youth",))
    for row in list(event.hosts):
        event.hosts.remove(row)
    db.session.commit()
    assert "灌云县知识产权局" in cards(client)[0]
    db.session.get(Organization, event.lead_id).name = "灌云县市场监管局"
    campaign.term(TermKind.AUDIENCE, "youth").name_zh = "少年"
    db.session.commit()
    make_event(campaign, "乙")  # the page is another one
    card = cards(client)[0]
    assert ("灌云县市场监管局" in card, "少年" in card) == (True, True)


def test_languages_do_not_mix(client, campaign):
    make_event(campaign, "甲", groups=("youth",))
    chinese, english = cards(client), cards(client, headers=ENGLISH)
    make_event(campaign, "乙")
    assert [cards(client)[0], cards(client, headers=ENGLISH)[0]] == [chinese[0], english[0]]
    assert ["Organizers" in chinese[0], "Organizers" in english[0]] == [False, True]


def test_a_card_says_by_the_clock_what_runs(client, campaign, monkeypatch):
    make_event(campaign, "甲")
    day, said = "/ip-2024/?day=2024-04-22", []
    for minutes in (-20, -10, 10, 240):
        monkeypatch.setattr(clock, "now", lambda now=NINE + timedelta(minutes=minutes): now)
        card = cards(client, day, ENGLISH)[0]
        said.append(
            [words for words in ("in 20 minutes", "in 10 minutes", "Under way", "Ended") if words in card]
        )
    assert said == [["in 20 minutes"], ["in 10 minutes"], ["Under way"], ["Ended"]]


def test_a_process_keeps_only_so_many(client, campaign, monkeypatch):
    monkeypatch.setattr(event_cards._kept, "most", 3)
    for number in range(5):
        make_event(campaign, f"第{number}场")
    assert len(cards(client)) == 5
    assert len(event_cards._kept) == 3


def test_a_page_of_many_asks_as_often_as_a_page_of_one(client, campaign, count_queries):
    make_event(campaign, "甲")
    cards(client)
    asked = []
    for count in (1, 30):
        for number in range(count):
            make_event(campaign, f"第{number}场")
        db.session.expunge_all()
        with count_queries() as queries:
            cards(client)
        asked.append(len(queries))
    assert asked[0] == asked[1]
