"""The short way of a feed that did not move gives what the long way gave, and nothing older but for a moment."""

from time import monotonic

import pytest
from sqlalchemy import text

from models.db import db
from models.events.draft import EventDraft
from models.publishing import lifecycle
from tests.support.records.week import NINE, load_week, minutes, session
from web.feeds import cached_answers

PATHS = [f"/ip-2024/events.{kind}?region=320000" for kind in ("ics", "json", "csv", "atom")]


@pytest.fixture
def campaign(app):
    campaign = load_week()
    add(campaign)
    return campaign


def add(campaign, now=NINE):
    draft = EventDraft(title="讲座", region_code="320723", occurrences=(session(),))
    return lifecycle.create(campaign, draft, now)


def told(client, path, method="get", **headers):
    answer = getattr(client, method)(path, headers=headers)
    return answer.status_code, dict(answer.headers), answer.data


@pytest.fixture
def long_ways(app, monkeypatch):
    """The addresses that the application itself was asked for."""
    asked = []
    app.before_request(lambda: asked.append(1))
    return asked


@pytest.mark.parametrize("path", PATHS)
def test_the_short_way_answers_as_the_long_one(client, campaign, long_ways, path):
    gzip = {"Accept-Encoding": "gzip"}
    first, packed = told(client, path), told(client, path, **gzip)
    assert len(long_ways) == 2
    again = {"If-None-Match": packed[1]["ETag"]}
    assert (told(client, path), told(client, path, **gzip)) == (first, packed)
    assert told(client, path, "head") == (200, first[1], b"")
    short = told(client, path, **gzip, **again)
    stale = told(client, path, **gzip, **{"If-None-Match": '"x"'})
    since = told(client, path, **{"If-Modified-Since": first[1]["Last-Modified"]})
    assert len(long_ways) == 2
    assert (short[0], stale, since[0]) == (304, packed, 304)
    client.set_cookie("lang", "en")  # the long way, by which nobody is told apart either
    assert (told(client, path, **gzip, **again), len(long_ways)) == (short, 3)


@pytest.mark.parametrize("path", PATHS)
def test_a_change_is_seen_at_once(client, campaign, path):
    before = told(client, path)
    assert told(client, path) == before
    event = add(campaign, NINE + minutes(1))
    after = told(client, path)
    assert after[2] != before[2]
    lifecycle.cancel(event, NINE + minutes(2))
    assert "已取消" in told(client, path)[2].decode() or b'"cancelled"' in told(client, path)[2]


def test_where_the_database_is_a_server_its_word_is_believed_for_a_second(
    app, client, campaign, long_ways, monkeypatch
):
    told(client, PATHS[0])
    told(client, PATHS[0])
    assert len(long_ways) == 1
    with db.engine.begin() as elsewhere:  # another process moves the calendar
        elsewhere.execute(text("UPDATE calendar_version SET version = 'another'"))
    server = db.engine.dialect.name == "postgresql"
    told(client, PATHS[0])
    assert len(long_ways) == (1 if server else 2)
    later = monotonic() + cached_answers.VERSION_SECONDS
    monkeypatch.setattr(cached_answers, "monotonic", lambda: later)
    told(client, PATHS[0])
    assert len(long_ways) == 2


def test_mistakes_and_empty_weeks_go_the_long_way(client, app, long_ways):
    load_week()
    for path in (
        "/ip-2024/events.ics?region=1",
        "/nowhere/events.ics",
        "/ip-2024/events.ics",
        "/ip-2024/events.ics",
    ):
        client.get(path)
    assert len(long_ways) == 4
    assert client.post("/ip-2024/events.ics").status_code == 405
