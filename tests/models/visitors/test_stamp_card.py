"""Stamps are the visits of a pass or a phone, whatever was undone, repeated, set aside or handed in late."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import pass_lookup, passes
from models.corrections import scan_review
from models.errors import Conflict
from models.events.draft import OccurrenceDraft
from models.ledger.tables import Decision
from models.visitors.stamp_card import card_of, redeem
from tests.support.records.week import A_MINUTE_PAST, DAY, NINE, load_week, make_device, make_event, minutes

PHONE = "b:" + "5" * 32


@pytest.fixture
def week(app):
    return load_week()


def event_ids(card) -> list[int]:
    return [stamp.event.id for stamp in card.stamps]


def test_a_pass_has_a_stamp_for_each_event_in_the_order_of_its_visits(week):
    first, second = make_event(week, main_focus="law"), make_event(week, main_focus="progress")
    held = passes.issue(week, "youth", NINE)[0]
    make_device(second).scan(held.token, NINE)
    make_device(first).scan(held.token, NINE + minutes(30))
    make_device(first).scan(held.token, NINE + minutes(40))  # a repeat
    card = card_of(week, held.holder)
    assert (event_ids(card), card.focus_points, card.places_left) == ([second.id, first.id], 2, 3)
    assert [stamp.at for stamp in card.stamps] == [NINE, NINE + minutes(30)]


def test_a_replaced_pass_keeps_its_card(week):
    event, old = make_event(week), passes.issue(week, "youth", NINE)[0]
    make_device(event).scan(old.token)
    new = passes.replace(old.id, A_MINUTE_PAST)
    assert pass_lookup.read_pass(new.token).holder == old.holder
    assert event_ids(card_of(week, pass_lookup.read_pass(new.token).holder)) == [event.id]


def test_a_visit_that_is_set_aside_has_no_stamp_until_it_is_accepted_again(week):
    event, scan_id = make_event(week), uuid4()
    held = passes.issue(week, "youth", NINE)[0]
    make_device(event).scan(held.token, id=scan_id)
    scan_review.decide(scan_id, Decision.SET_ASIDE, "Not there", None, NINE)
    assert event_ids(card_of(week, held.holder)) == []
    scan_review.decide(scan_id, Decision.ACCEPT, "Was there", None, NINE)
    assert event_ids(card_of(week, held.holder)) == [event.id]


steps = st.lists(
    st.tuples(
        st.integers(0, 2),  # event
        st.sampled_from(["pass", "phone", "undo", "again"]),
        st.integers(0, 50),  # minutes after nine
        st.integers(0, 9),  # which earlier scan an undo or a resend names
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, late=st.booleans())
def test_whatever_happens_the_stamps_are_the_visits_that_count(week, steps, late):
    """The attempts are handed in after the morning, in the order in which they are drawn: mostly not that of their times."""
    morning = OccurrenceDraft(DAY, DAY)
    events = [make_event(week, occurrences=(morning,)) for _ in range(3)]
    devices = [make_device(event, supervisor=True) for event in events]
    held, phone = passes.issue(week, "youth", NINE)[0], f"b:{uuid4().hex}"
    sent: list[tuple[Attempt, int]] = []
    undone: set[UUID] = set()
    for place, kind, minute, target in steps:
        at = NINE + minutes(minute)
        if kind in ("undo", "again") and sent:
            attempt, place = sent[target % len(sent)]
            if kind == "undo":
                undone.add(attempt.id)
                attempt = Attempt(uuid4(), "undo", attempt.at + minutes(1), undoes=attempt.id)
        elif kind == "phone":
            attempt = Attempt(uuid4(), "venue", at, group="youth", holder=phone, method="printed")
        else:
            attempt = Attempt(uuid4(), "pass", at, code=held.token)
        if attempt.kind != "undo":
            sent.append((attempt, place))
        source = devices[place].source()
        if attempt.kind == "venue":
            source = ScanSource(week, lambda _at, id=events[place].id: [id])
        admit([attempt], source, NINE + timedelta(hours=2 if late else 1))
    wanted = defaultdict(dict)
    for attempt, place in sent:
        if attempt.id not in undone:
            holder = attempt.holder or held.holder
            known = wanted[holder].get(events[place].id)
            wanted[holder][events[place].id] = min(known or attempt.at, attempt.at)
    for holder in (held.holder, phone):
        card = card_of(week, holder)
        assert {stamp.event.id: stamp.at for stamp in card.stamps} == wanted[holder]


def test_a_reward_is_given_once(week):
    focus = ["law", "progress", "achievements", "law", "law"]
    events = [make_event(week, main_focus=key) for key in focus]
    held = passes.issue(week, "youth", NINE)[0]
    for event in events[:4]:
        make_device(event).scan(held.token)
    with pytest.raises(Conflict, match="enough stamps"):
        redeem(week, held.holder, "souvenir", events[0], NINE)
    make_device(events[4]).scan(held.token)
    [reward] = card_of(week, held.holder).rewards
    assert (reward.reached, reward.redeemed_at) == (True, None)
    assert redeem(week, held.holder, "souvenir", events[0], NINE).redeemed_at == NINE
    with pytest.raises(Conflict, match="already"):
        redeem(week, held.holder, "souvenir", events[1], A_MINUTE_PAST)
    assert [one.redeemed_at for one in card_of(week, held.holder).rewards] == [NINE]
    assert card_of(week, PHONE).rewards[0].reached is False
