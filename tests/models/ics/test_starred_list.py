"""Starred events: a list behind a secret, its limits, and its calendar."""

import pytest
import vobject
from sqlalchemy import func, select

from models.bearer import secret_digest
from models.db import db
from models.errors import Mistake, NotFound
from models.ics import starred_list
from models.ics.starred_list import StarredEvent, StarredList
from models.publishing import lifecycle
from tests.support.records.week import A_MINUTE_PAST, NINE, load_week, make_event, minutes


@pytest.fixture
def campaign(app):
    return load_week()


def titles(body: bytes) -> list[str]:
    return [entry.summary.value for entry in vobject.readOne(body.decode()).contents.get("vevent", [])]


def rows(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_list_is_found_by_its_secret_alone(campaign):
    event = make_event(campaign)
    secret = starred_list.create(campaign, [event.id], NINE)
    starred = starred_list.find(campaign, secret)
    assert starred_list.ids(starred) == [event.id]
    assert (len(secret), starred.digest) == (24, secret_digest(secret))
    with pytest.raises(NotFound):
        starred_list.find(campaign, starred.digest)
    with pytest.raises(NotFound):
        starred_list.find(campaign, secret[:-1])


def test_choosing_twice_is_choosing_once(campaign):
    first, second = make_event(campaign, "讲座"), make_event(campaign, "展览")
    starred = starred_list.find(campaign, starred_list.create(campaign, [first.id], NINE))
    old_revision = starred.revision
    starred_list.add(starred, [first.id, second.id], A_MINUTE_PAST)
    assert starred_list.ids(starred) == [first.id, second.id]
    assert (starred.revision, starred.changed_at) == (old_revision + 1, A_MINUTE_PAST)
    starred_list.remove(starred, [first.id, 99], A_MINUTE_PAST)
    assert starred_list.ids(starred) == [second.id]


def test_only_public_events_can_be_chosen(campaign):
    event = make_event(campaign)
    gone = make_event(campaign, "撤下")
    lifecycle.withdraw(gone, NINE)
    for event_ids in ([], [gone.id], [99], [0, -1, 2**40]):
        with pytest.raises(NotFound):
            starred_list.create(campaign, event_ids, NINE)
    starred = starred_list.find(campaign, starred_list.create(campaign, [event.id, gone.id], NINE))
    assert starred_list.ids(starred) == [event.id]


def test_a_list_has_an_end(campaign, monkeypatch):
    monkeypatch.setattr(starred_list, "MAX_EVENTS", 2)
    events = [make_event(campaign, f"讲座{number}").id for number in range(3)]
    with pytest.raises(Mistake):
        starred_list.create(campaign, events, NINE)
    assert rows(StarredList) == 0
    starred = starred_list.find(campaign, starred_list.create(campaign, events[:2], NINE))
    with pytest.raises(Mistake):
        starred_list.add(starred, events[2:], NINE)
    assert starred_list.ids(starred) == events[:2]
    starred_list.add(starred, events[:1], NINE)


def test_a_new_address_ends_the_old_one(campaign):
    event = make_event(campaign)
    old = starred_list.create(campaign, [event.id], NINE)
    new = starred_list.renew(starred_list.find(campaign, old), NINE)
    with pytest.raises(NotFound):
        starred_list.find(campaign, old)
    assert starred_list.ids(starred_list.find(campaign, new)) == [event.id]


def test_a_deleted_list_leaves_nothing(campaign):
    starred = starred_list.find(campaign, starred_list.create(campaign, [make_event(campaign).id], NINE))
    starred_list.forget(starred)
    assert (rows(StarredList), rows(StarredEvent)) == (0, 0)
    with pytest.raises(NotFound):
        starred_list.add(starred, [1], NINE)


def test_the_calendar_keeps_what_is_cancelled_and_drops_what_is_withdrawn(campaign):
    scheduled, off, gone = (make_event(campaign, title) for title in ("讲座", "展览", "撤下"))
    make_event(campaign, "别的")
    starred = starred_list.find(
        campaign, starred_list.create(campaign, [scheduled.id, off.id, gone.id], NINE)
    )
    lifecycle.cancel(off, NINE + minutes(1))
    lifecycle.withdraw(gone, NINE + minutes(1))
    body = starred_list.feed(starred, "http://openweek.test/feed")
    assert titles(body) == ["讲座", "【已取消】展览"]
    assert vobject.readOne(body.decode()).x_wr_calname.value.endswith("我的收藏")


def test_an_entry_that_was_merged_into_another_is_followed(campaign):
    kept, merged = make_event(campaign, "讲座"), make_event(campaign, "专题讲座")
    starred = starred_list.find(campaign, starred_list.create(campaign, [merged.id], NINE))
    lifecycle.merge(kept, merged, NINE + minutes(1))
    assert starred_list.ids(starred) == [kept.id]
    assert titles(starred_list.feed(starred, "http://openweek.test/feed")) == ["讲座"]
    starred_list.remove(starred, [kept.id], NINE + minutes(2))
    assert starred_list.ids(starred) == []
