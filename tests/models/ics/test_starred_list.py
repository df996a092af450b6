"""Chosen events: a list behind a secret, its limits, and its calendar."""

import pytest
import vobject
from sqlalchemy import func, select

from models.bearer import secret_digest
from models.db import db
from models.errors import Mistake, NotFound
from models.ics import starred_list
from models.ics.starred_list import ChosenEvent, ChosenList
from models.publishing import lifecycle
from tests.support.week import A_MINUTE_PAST, NINE, load_week, make_event, minutes


@pytest.fixture
def campaign(app):
    return load_week()


def titles(body: bytes) -> list[str]:
    return [one.summary.value for one in vobject.readOne(body.decode()).contents.get("vevent", [])]


def rows(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_list_is_found_by_its_secret_alone(campaign):
    event = make_event(campaign)
    secret = starred_list.create(campaign, [event.id], NINE)
    held = starred_list.find(campaign, secret)
    assert starred_list.ids(held) == [event.id]
    assert (len(secret), held.digest) == (24, secret_digest(secret))
    with pytest.raises(NotFound):
        starred_list.find(campaign, held.digest)
    with pytest.raises(NotFound):
        starred_list.find(campaign, secret[:-1])


def test_choosing_twice_is_choosing_once(campaign):
    one, two = make_event(campaign, "讲座"), make_event(campaign, "展览")
    held = starred_list.find(campaign, starred_list.create(campaign, [one.id], NINE))
    before = held.revision
    starred_list.add(held, [one.id, two.id], A_MINUTE_PAST)
    assert starred_list.ids(held) == [one.id, two.id]
    assert (held.revision, held.changed_at) == (before + 1, A_MINUTE_PAST)
    starred_list.remove(held, [one.id, 99], A_MINUTE_PAST)
    assert starred_list.ids(held) == [two.id]


def test_only_public_events_can_be_chosen(campaign):
    event = make_event(campaign)
    gone = make_event(campaign, "撤下")
    lifecycle.withdraw(gone, NINE)
    for wanted in ([], [gone.id], [99], [0, -1, 2**40]):
        with pytest.raises(NotFound):
            starred_list.create(campaign, wanted, NINE)
    held = starred_list.find(campaign, starred_list.create(campaign, [event.id, gone.id], NINE))
    assert starred_list.ids(held) == [event.id]


def test_a_list_has_an_end(campaign, monkeypatch):
    monkeypatch.setattr(starred_list, "MOST", 2)
    events = [make_event(campaign, f"讲座{number}").id for number in range(3)]
    with pytest.raises(Mistake):
        starred_list.create(campaign, events, NINE)
    assert rows(ChosenList) == 0
    held = starred_list.find(campaign, starred_list.create(campaign, events[:2], NINE))
    with pytest.raises(Mistake):
        starred_list.add(held, events[2:], NINE)
    assert starred_list.ids(held) == events[:2]
    starred_list.add(held, events[:1], NINE)


def test_a_new_address_ends_the_old_one(campaign):
    event = make_event(campaign)
    old = starred_list.create(campaign, [event.id], NINE)
    new = starred_list.renew(starred_list.find(campaign, old), NINE)
    with pytest.raises(NotFound):
        starred_list.find(campaign, old)
    assert starred_list.ids(starred_list.find(campaign, new)) == [event.id]


def test_a_deleted_list_leaves_nothing(campaign):
    held = starred_list.find(campaign, starred_list.create(campaign, [make_event(campaign).id], NINE))
    starred_list.forget(held)
    assert (rows(ChosenList), rows(ChosenEvent)) == (0, 0)
    with pytest.raises(NotFound):
        starred_list.add(held, [1], NINE)


def test_the_calendar_keeps_what_is_cancelled_and_drops_what_is_withdrawn(campaign):
    held_on, off, gone = (make_event(campaign, title) for title in ("讲座", "展览", "撤下"))
    make_event(campaign, "别的")
    held = starred_list.find(campaign, starred_list.create(campaign, [held_on.id, off.id, gone.id], NINE))
    lifecycle.cancel(off, NINE + minutes(1))
    lifecycle.withdraw(gone, NINE + minutes(1))
    body = starred_list.feed(held, "http://openweek.test/feed")
    assert titles(body) == ["讲座", "【已取消】展览"]
    assert vobject.readOne(body.decode()).x_wr_calname.value.endswith("我的收藏")


def test_an_entry_that_was_merged_into_another_is_followed(campaign):
    kept, twice = make_event(campaign, "讲座"), make_event(campaign, "专题讲座")
    held = starred_list.find(campaign, starred_list.create(campaign, [twice.id], NINE))
    lifecycle.merge(kept, twice, NINE + minutes(1))
    assert starred_list.ids(held) == [kept.id]
    assert titles(starred_list.feed(held, "http://openweek.test/feed")) == ["讲座"]
    starred_list.remove(held, [kept.id], NINE + minutes(2))
    assert starred_list.ids(held) == []
