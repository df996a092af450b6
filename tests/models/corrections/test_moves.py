"""Attendance that is moved: the figures of both sides follow, `verify` agrees, and undos reach what was moved."""

import random
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from tests.support.cast import make_cast

from models.codes import passes
from models.corrections import estimates, moves, paper_counts, scan_review
from models.corrections.moves import Target
from models.db import db
from models.errors import Conflict, Mistake, NotFound
from models.events.draft import OccurrenceDraft
from models.figures.count import figures
from models.figures.recount import verify
from models.ledger.tables import Scan
from tests.support.week import DAY, NINE, load_week, make_door, make_event, minutes

LATER = NINE + timedelta(days=2)


@pytest.fixture
def cast(app):
    return make_cast(load_week())


def by_event(cast) -> dict[str, int]:
    rows = figures(cast.lecture.campaign, LATER, ("event",)).rows
    titles = {event.id: event.title for event in cast.everything}
    return {titles.get(row["event"], row["event"]): row["visits"] for row in rows}


def move(cast, ids, to=None, **fields) -> int:
    target = Target((to or cast.nanjing).occurrences[0], fields.pop("day", None))
    return moves.move(fields.pop("event", cast.lecture), ids, target, "错放", cast.cui, LATER)


def agrees(cast) -> bool:
    assert verify(cast.lecture.campaign).differences == []
    return True


def test_scans_count_where_they_are_moved_and_the_first_rows_stay(cast):
    door, ids = make_door(cast.lecture), [uuid4() for _ in range(3)]
    token = passes.issue(cast.lecture.campaign, "youth", NINE, headcount=45)[0].token
    door.scan(token, headcount=43, id=ids[0])
    door.touch("public", id=ids[1])
    door.tally("public", headcount=9, id=ids[2])
    assert (move(cast, ids[:2]), by_event(cast)) == (2, {"专题讲座": 9, "南京宣传": 44})
    assert figures(cast.lecture.campaign, LATER).participants == 43
    first = {row.id: row for row in db.session.scalars(select(Scan).where(Scan.id.in_(ids)))}
    assert [first[id].occurrence_id for id in ids] == [cast.lecture.occurrences[0].id] * 3
    assert agrees(cast)
    (entry,) = moves.moves_of(cast.lecture)
    assert moves.undo(cast.lecture, entry.id, "没错", cast.cui, LATER) == 2
    assert (by_event(cast), moves.moves_of(cast.lecture)) == ({"专题讲座": 53}, [])
    with pytest.raises(NotFound):
        moves.undo(cast.lecture, entry.id, "没错", cast.cui, LATER)
    assert agrees(cast)


def test_a_pass_that_was_at_both_is_one_visit_there(cast):
    token = passes.issue(cast.lecture.campaign, "youth", NINE)[0].token
    make_door(cast.nanjing).scan(token, NINE + minutes(5))
    booked = uuid4()
    make_door(cast.lecture).scan(token, id=booked)
    assert by_event(cast) == {"专题讲座": 1, "南京宣传": 1}
    move(cast, [booked])
    assert (by_event(cast), figures(cast.lecture.campaign, LATER).participants) == ({"南京宣传": 1}, 1)
    assert agrees(cast)


def test_an_undo_that_arrives_later_reaches_the_moved_row(cast):
    door, id = make_door(cast.lecture), uuid4()
    door.touch("public", id=id)
    move(cast, [id])
    assert door.undo(id, NINE + minutes(1), now=LATER).verdict == "stored"
    assert by_event(cast) == {}
    assert agrees(cast)
    other = uuid4()
    door.touch("public", id=other)
    move(cast, [other])
    late = make_door(cast.nanjing).undo(
        other, NINE + minutes(1), now=LATER
    )  # another device: out of its reach
    assert (late.verdict, late.reason, by_event(cast)) == ("refused", "not_allowed", {"南京宣传": 1})
    assert agrees(cast)


def test_the_same_scan_again_stays_moved(cast):
    door, id = make_door(cast.lecture), uuid4()
    door.touch("public", id=id)
    move(cast, [id])
    assert door.touch("public", id=id).again
    assert by_event(cast) == {"南京宣传": 1}
    assert agrees(cast)


def test_what_is_moved_twice_counts_at_the_last_session(cast):
    door, id = make_door(cast.lecture), uuid4()
    door.touch("public", id=id)
    move(cast, [id])
    copy = db.session.scalars(select(Scan.id).where(Scan.moved_from == id)).one()
    move(cast, [copy], cast.urumqi, event=cast.nanjing)
    assert by_event(cast) == {"乌鲁木齐宣传": 1}
    (first,) = moves.moves_of(cast.lecture)
    assert moves.undo(cast.lecture, first.id, "x", cast.cui, LATER) == 0
    assert by_event(cast) == {"乌鲁木齐宣传": 1}
    door.undo(id, NINE + minutes(1), now=LATER)
    assert by_event(cast) == {}
    assert agrees(cast)


def test_a_row_that_counts_elsewhere_is_not_accepted_here_too(cast):
    id = uuid4()
    make_door(cast.lecture).touch("public", id=id)
    move(cast, [id])
    with pytest.raises(Conflict):
        scan_review.decide(id, "accept", "x", cast.cui.id, LATER)
    assert by_event(cast) == {"南京宣传": 1}


def test_to_another_day_the_clock_time_stays(cast):
    campaign = cast.lecture.campaign
    days = OccurrenceDraft(DAY, DAY + timedelta(days=1))
    event, id = make_event(campaign, "两天", occurrences=(days,)), uuid4()
    make_door(event).touch("public", NINE + minutes(30), id=id)
    moves.move(event, [id], Target(event.occurrences[0], date(2024, 4, 23)), "错日", cast.cui, LATER)
    row = db.session.scalars(select(Scan).where(Scan.moved_from == id)).one()
    assert (row.at, row.day, row.hour) == (NINE + timedelta(days=1, minutes=30), date(2024, 4, 23), 9)
    assert [(one["day"], one["visits"]) for one in figures(campaign, LATER, ("day",)).rows] == [
        (date(2024, 4, 23), 1)
    ]
    assert agrees(cast)


def test_a_moved_paper_count_is_still_entered_and_taken_out_as_one(cast):
    paper_counts.enter(cast.lecture, cast.gu, uuid4(), NINE, "王一", {"public": 20}, LATER)
    (count,) = paper_counts.entered(cast.lecture)
    move(cast, [count.scan.id])
    assert [row.out for row in paper_counts.entered(cast.lecture)] == [False]
    paper_counts.take_out(cast.lecture, count.scan.id, "错", cast.gu, LATER)
    assert ([row.out for row in paper_counts.entered(cast.lecture)], by_event(cast)) == ([True], {})
    assert agrees(cast)


def test_estimates_of_both_sides_follow(cast):
    id = uuid4()
    make_door(cast.lecture).tally("public", headcount=30, id=id)
    for event, heads in ((cast.lecture, 50), (cast.nanjing, 40)):
        estimates.state(event, event.occurrences[0].id, "public", heads, "目测", cast.cui, LATER)
    assert by_event(cast) == {"专题讲座": 50, "南京宣传": 40}
    move(cast, [id])
    methods = figures(cast.lecture.campaign, LATER).methods
    assert (by_event(cast), methods["estimate"]) == ({"专题讲座": 50, "南京宣传": 40}, 60)
    assert agrees(cast)


def test_what_cannot_be_moved_is_refused(cast):
    id = uuid4()
    make_door(cast.lecture).touch("public", id=id)
    with pytest.raises(Mistake):
        moves.move(cast.lecture, [id], Target(cast.nanjing.occurrences[0]), " ", cast.cui, LATER)
    for ids, event in (([uuid4()], cast.lecture), ([id], cast.court_day)):
        with pytest.raises(Conflict):
            move(cast, ids, event=event)
    with pytest.raises(NotFound):  # out of reach
        moves.target_for(cast.gu, cast.nanjing.occurrences[0].id, None, LATER)
    with pytest.raises(Mistake):  # not begun
        moves.target_for(cast.gu, cast.lecture.occurrences[0].id, None, NINE - timedelta(days=1))
    assert by_event(cast) == {"专题讲座": 1}


@pytest.mark.parametrize("seed", range(3))
def test_random_seasons_agree_with_the_recount(cast, seed):
    dice, campaign = random.Random(seed), cast.lecture.campaign
    events = [cast.lecture, cast.court_day, cast.nanjing]
    doors = [make_door(event) for event in events]
    tokens = [made.token for made in passes.issue(campaign, "youth", NINE, count=4)]
    for event in events[:2]:
        estimates.state(event, event.occurrences[0].id, "public", 15, "目测", cast.cui, LATER)
    for step in range(24):
        door = dice.choice(doors)
        at = NINE + minutes(dice.choice([0, 10, 30]))
        if dice.random() < 0.5:
            door.scan(dice.choice(tokens), at, now=LATER, direction=dice.choice(["in", "in", "out"]))
        else:
            door.touch(dice.choice(["public", "youth"]), at, now=LATER, headcount=dice.choice([1, 4]))
        _correct(cast, events, doors, dice)
        if step % 6 == 5:
            assert agrees(cast)
    assert db.session.scalar(select(func.count()).select_from(Scan).where(Scan.moved_from.is_not(None))) > 0


def _correct(cast, events, doors, dice) -> None:
    ids: list[UUID] = list(
        db.session.scalars(select(Scan.id).where(Scan.presence_id.is_not(None)).order_by(Scan.id))
    )
    kind, event, other = dice.choice(["move", "move", "undo move", "undo", "decide"]), *dice.sample(events, 2)
    try:
        if kind == "move":
            move(cast, dice.sample(ids, min(3, len(ids))), other, event=event)
        elif kind == "undo move" and (entries := moves.moves_of(event)):
            moves.undo(event, dice.choice(entries).id, "x", cast.cui, LATER)
        elif kind == "undo":
            dice.choice(doors).undo(dice.choice(ids), NINE + minutes(12), now=LATER)
        elif kind == "decide":
            scan_review.decide(
                dice.choice(ids), dice.choice(["accept", "set_aside"]), "x", cast.cui.id, LATER
            )
    except Conflict:
        pass  # nothing to move, or it counts elsewhere
