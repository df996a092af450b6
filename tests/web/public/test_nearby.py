"""What a browser gets to sort events by its own position."""

from datetime import timedelta

import pytest

from models import clock
from models.events.draft import OccurrenceDraft, VenueDraft
from models.publishing.lifecycle import cancel
from tests.support.records.week import DAY, NINE, load_week, make_event, session

SQUARE = VenueDraft("九龙港广场", latitude=34.300001, longitude=119.25)
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def campaign(app):
    return load_week()


def read(client, monkeypatch, now, query=""):
    monkeypatch.setattr(clock, "now", lambda: now)
    return client.get(f"/ip-2024/nearby.json{query}", headers=ENGLISH)


def test_each_event_comes_with_its_places(client, campaign, monkeypatch):
    tomorrow = NINE + timedelta(days=1)
    event = make_event(
        campaign,
        "集市",
        venues=(SQUARE,),
        occurrences=(session(), session(tomorrow, 2, tomorrow.date()), session(NINE + timedelta(hours=5), 1)),
    )
    make_event(campaign, "不知在哪")
    cancel(make_event(campaign, "取消", venues=(SQUARE,)), NINE - timedelta(days=1))
    answer = read(client, monkeypatch, NINE)
    assert answer.json == {
        "events": [
            {
                "id": event.id,
                "title": "集市",
                "when": "22 Apr – 23 Apr, daily 09:00–11:00 (3 sessions in all)",
                "region": "Guanyun County, Lianyungang, Jiangsu",
                "place": "九龙港广场",
                "at": [[34.3, 119.25]],
            }
        ],
        "unplaced": 1,
    }
    assert answer.headers["Cache-Control"] == "max-age=60"


def test_what_is_over_is_left_out_while_the_week_runs(client, campaign, monkeypatch):
    make_event(campaign, "上午", venues=(SQUARE,))
    make_event(campaign, "全天", venues=(SQUARE,), occurrences=(OccurrenceDraft(DAY, DAY),))
    titles = {
        days: [
            one["title"]
            for one in read(client, monkeypatch, NINE + timedelta(days=days, hours=3)).json["events"]
        ]
        for days in (-1, 0, 1, 30)
    }
    assert titles == {-1: ["上午", "全天"], 0: ["全天"], 1: [], 30: ["上午", "全天"]}


def test_the_filters_of_the_list_hold(client, campaign, monkeypatch):
    make_event(campaign, "讲座", venues=(SQUARE,), groups=("youth",))
    assert read(client, monkeypatch, NINE, "?audience=public").json == {"events": [], "unplaced": 0}
    assert read(client, monkeypatch, NINE, "?audience=nobody").status_code == 400
