"""The kept form of the filters and the kept chips: they show the week as it is now, in the reader's language."""

import re

import pytest

from models.campaigns.tables import TermKind
from models.db import db
from tests.support.records.week import load_week, make_event
from web.public.filters import filter_parts

ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN"}
LIST = "/ip-2024/events"


@pytest.fixture
def campaign(app):
    filter_parts._kept.clear()
    return load_week()


def parts(client, query="", headers=CHINESE) -> list[str]:
    text = client.get(LIST + query, headers=headers).text
    return [
        re.search(pattern, text, re.DOTALL)[0]
        for pattern in ('<nav class="quick.*?</nav>', '<section class="filters".*?</section>')
    ]


def test_kept_parts_equal_fresh_ones(client, campaign):
    fresh = parts(client)
    assert len(filter_parts._kept) == 2
    make_event(campaign, "甲")  # the page is another one
    assert (parts(client), len(filter_parts._kept)) == (fresh, 2)
    filter_parts._kept.clear()
    make_event(campaign, "乙")
    assert parts(client) == fresh


@pytest.mark.parametrize(("kind", "key", "seen"), [
    (TermKind.AUDIENCE, "youth", [True, True]),
    (TermKind.FORMAT, "talk", [False, True]),
])  # fmt: skip
def test_a_renamed_term_is_seen(client, campaign, kind, key, seen):
    before = parts(client)
    campaign.term(kind, key).name_zh = "新名字"
    db.session.commit()
    make_event(campaign, "甲")
    after = parts(client)
    assert (["新名字" in part for part in before], ["新名字" in part for part in after]) == (
        [False] * 2,
        seen,
    )


def test_choices_and_languages_do_not_mix(client, campaign):
    queries = ["", "?audience=youth", "?audience=youth&region=320723", "?q=one", "?q=two"]
    first = [parts(client, query, headers) for query in queries for headers in (CHINESE, ENGLISH)]
    make_event(campaign, "甲")
    assert [parts(client, query, headers) for query in queries for headers in (CHINESE, ENGLISH)] == first
    assert len({form for _quick, form in first}) == 10
