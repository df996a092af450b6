"""Filters as they are typed: what is said to an unknown value, and one address for one choice."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from models.errors import Mistake
from models.public.filters import EVERYTHING, parse
from tests.support.records.week import load_week


@pytest.fixture
def campaign(app):
    return load_week()


def test_an_unknown_value_of_a_known_filter_gets_one_sentence(campaign):
    table = {
        "region=999999": "There is no region with the code “999999”.",
        "region=32": "There is no region with the code “32”.",
        "region=３２００００": "There is no region with the code “３２００００”.",
        "day=2024-02-30": "“2024-02-30” is not a day. Write it as 2024-04-20.",
        "day=2024-W16-6": "“2024-W16-6” is not a day. Write it as 2024-04-20.",
        "day=2024-03-20": "2024-03-20 is more than 30 days outside the week.",
        "day=2024-05-27": "2024-05-27 is more than 30 days outside the week.",
        "audience=minors": "There is no audience group “minors” in this week.",
        "focus=" + "长" * 50: "There is no publicity focus “" + "长" * 40 + "” in this week.",
        "format=fair": "There is no form of activity “fair” in this week.",
        "line=navy": "There is no sector “navy” in this week.",
        "organization=999": "There is no organization with the number “999”.",
        "organization=0": "There is no organization with the number “0”.",
        "venue=99999999999999999999": "There is no venue with the number “99999999999999999999”.",
        "venue=-1": "There is no venue with the number “-1”.",
        "mode=virtual": "“virtual” is not a mode of taking part. Choose onsite, online or mixed.",
        "q=" + "x" * 101: "Search for at most 100 characters.",
    }
    sentences = {}
    for query in table:
        with pytest.raises(Mistake) as caught:
            parse(campaign, MultiDict([query.split("=")]))
        sentences[query] = str(caught.value)
    assert sentences == table
    assert [parse(campaign, MultiDict({"day": day})).day for day in ("2024-03-21", "2024-05-26")] == [
        (date(2024, 3, 21),),
        (date(2024, 5, 26),),
    ]


def test_a_choice_is_one_address_whatever_order_it_was_typed_in(campaign):
    typed = MultiDict([("q", " 图书  馆\x00 "), ("day", "2024-04-22"), ("day", "2024-04-20"), ("day", "2024-04-22"),
                       ("mode", "online"), ("region", "320000"), ("x", "1")])  # fmt: skip
    filters = parse(campaign, typed)
    assert filters.query() == [
        ("region", "320000"), ("day", "2024-04-20"), ("day", "2024-04-22"), ("mode", "online"), ("q", "图书 馆"),
    ]  # fmt: skip
    assert parse(campaign, MultiDict(filters.query())) == filters
    assert filters.replace(day=(), q="").query() == [("region", "320000"), ("mode", "online")]
    assert parse(campaign, MultiDict()) == EVERYTHING
