"""Attendance that is moved: the figures of both sides follow, `verify` agrees, and undos reach what was moved."""

import random
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from models.codes import passes
from models.corrections import estimates, moves, paper_counts, scan_review
from models.corrections.moves import Target
from models.db import db
from models.errors import Conflict, Mistake, NotFound
from models.events.draft import OccurrenceDraft
from models.figures.count import figures
from models.figures.evidence import evidence_of
from models.figures.filters import FiguresFilter
from models.figures.recount.comparison import verify
from models.ledger.tables import Scan
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, minutes

LATER = NINE + timedelta(days=2)


@pytest.fixture
def people(app):
    return make_people(load_week())


def by_event(people) -> dict[str, int]:
    rows = figures(people.lecture.campaign, LATER, ("event",)).rows
    titles = {event.id: event.title for event in people.everything}
    return {titles.get(row["event"], row["event"]): row["visits"] for row in rows}


def move(people, ids, to=None, **fields) -> int:
    target = Target((to or people.nanjing).occurrences[0], fields.pop("day", None))
    return moves.move(fields.pop("event", people.lecture), ids, target, "错放", people.cui, LATER)


def agrees(people) -> bool:
    assert verify(people.lecture.campaign).differences == []
    return True


def test_scans_count_where_they_are_moved_and_the_first_rows_stay(people):
    device, ids = make_device(people.lecture), [uuid4() for _ in range(3)]
    token = passes.issue(people.lecture.campaign, "youth", NINE, headcount=45)[0].token
    device.scan(token, headcount=43, id=ids[0])
    device.touch("public", id=ids[1])
    device.tally("public", headcount=9, id=ids[2])
    assert (move(people, ids[:2]), by_event(people)) == (2, {"专题讲座": 9, "南京宣传": 44})
    assert figures(people.lecture.campaign, LATER).participants == 43
    first = {row.id: row for row in db.session.scalars(select(Scan).where(Scan.id.in_(ids)))}
    assert [first[id].occurrence_id for id in ids] == [people.lecture.occurrences[0].id] * 3
    assert agrees(people)
    (entry,) = moves.moves_of(people.lecture)
    assert moves.undo(people.lecture, entry.id, "没错", people.cui, LATER) == 2
    assert (by_event(people), moves.moves_of(people.lecture)) == ({"专题讲座": 53}, [])
    with pytest.raises(NotFound):
        moves.undo(people.lecture, entry.id, "没错", people.cui, LATER)
    assert agrees(people)


def test_evidence_tells_a_move_as_a_move_until_it_is_undone(people):
    device, ids = make_device(people.lecture), [uuid4() for _ in range(4)]
    for id in ids:
        device.touch("public", id=id)
    campaign, by = people.lecture.campaign, people.cui.id

    def told() -> tuple[int, int, int]:
        rows = evidence_of(campaign, FiguresFilter()).corrections
        return rows.set_aside, rows.accepted, rows.moved

    scan_review.decide_on_rows(people.lecture, ids[3:], "set_aside", "重复", by, LATER)
    move(people, ids[:2])
    assert told() == (1, 0, 2)
    move(people, [copy.id for copy in copies(people)], to=people.court_day, event=people.nanjing)
    assert told() == (1, 0, 2)
    for event in (people.nanjing, people.lecture):
        (entry,) = moves.moves_of(event)
        moves.undo(event, entry.id, "没错", people.cui, LATER)
    assert (told(), by_event(people)) == ((1, 0, 0), {"专题讲座": 3})


def copies(people) -> list[Scan]:
    return list(db.session.scalars(select(Scan).where(Scan.event_id == people.nanjing.id)))


def test_a_pass_that_was_at_both_is_one_visit_there(people):
    token = passes.issue(people.lecture.campaign, "youth", NINE)[0].token
    make_device(people.nanjing).scan(token, NINE + minutes(5))
    booked = uuid4()
    make_device(people.lecture).scan(token, id=booked)
    assert by_event(people) == {"专题讲座": 1, "南京宣传": 1}
    move(people, [booked])
    assert (by_event(people), figures(people.lecture.campaign, LATER).participants) == ({"南京宣传": 1}, 1)
    assert agrees(people)


def test_an_undo_that_arrives_later_reaches_the_moved_row(people):
    device, id = make_device(people.lecture), uuid4()
    device.touch("public", id=id)
    move(people, [id])
    assert device.undo(id, NINE + minutes(1), now=LATER).verdict == "stored"
    assert by_event(people) == {}
    assert agrees(people)
    other = uuid4()
    device.touch("public", id=other)
    move(people, [other])
    late = make_device(people.nanjing).undo(
        other, NINE + minutes(1), now=LATER
    )  # another device: out of its reach
    assert (late.verdict, late.reason, by_event(people)) == ("refused", "not_allowed", {"南京宣传": 1})
    assert agrees(people)


def test_the_same_scan_again_stays_moved(people):
    device, id = make_device(people.lecture), uuid4()
    device.touch("public", id=id)
    move(people, [id])
    assert device.touch("public", id=id).again
    assert by_event(people) == {"南京宣传": 1}
    assert agrees(people)


def test_what_is_moved_twice_counts_at_the_last_session(people):
    device, id = make_device(people.lecture), uuid4()
    device.touch("public", id=id)
    move(people, [id])
    copy = db.session.scalars(select(Scan.id).where(Scan.moved_from == id)).one()
    move(people, [copy], people.urumqi, event=people.nanjing)
    assert by_event(people) == {"乌鲁木齐宣传": 1}
    (first,) = moves.moves_of(people.lecture)
    assert moves.undo(people.lecture, first.id, "x", people.cui, LATER) == 0
    assert by_event(people) == {"乌鲁木齐宣传": 1}
    device.undo(id, NINE + minutes(1), now=LATER)
    assert by_event(people) == {}
    assert agrees(people)


def test_a_row_that_counts_elsewhere_is_not_accepted_here_too(people):
    id = uuid4()
    make_device(people.lecture).touch("public", id=id)
    move(people, [id])
    with pytest.raises(Conflict):
        scan_review.decide(id, "accept", "x", people.cui.id, LATER)
    assert by_event(people) == {"南京宣传": 1}


def test_to_another_day_the_clock_time_stays(people):
    campaign = people.lecture.campaign
    days = OccurrenceDraft(DAY, DAY + timedelta(days=1))
    event, id = make_event(campaign, "两天", occurrences=(days,)), uuid4()
    make_device(event).touch("public", NINE + minutes(30), id=id)
    moves.move(event, [id], Target(event.occurrences[0], date(2024, 4, 23)), "错日", people.cui, LATER)
    row = db.session.scalars(select(Scan).where(Scan.moved_from == id)).one()
    assert (row.at, row.day, row.hour) == (NINE + timedelta(days=1, minutes=30), date(2024, 4, 23), 9)
    assert [(one["day"], one["visits"]) for one in figures(campaign, LATER, ("day",)).rows] == [
        (date(2024, 4, 23), 1)
    ]
    assert agrees(people)


def test_a_moved_paper_count_is_still_entered_and_taken_out_as_one(people):
    paper_counts.enter(people.lecture, people.gu, uuid4(), NINE, "王一", {"public": 20}, LATER)
    (count,) = paper_counts.entered(people.lecture)
    move(people, [count.scan.id])
    assert [row.out for row in paper_counts.entered(people.lecture)] == [False]
    paper_counts.take_out(people.lecture, count.scan.id, "错", people.gu, LATER)
    assert ([row.out for row in paper_counts.entered(people.lecture)], by_event(people)) == ([True], {})
    assert agrees(people)


def test_estimates_of_both_sides_follow(people):
    id = uuid4()
    make_device(people.lecture).tally("public", headcount=30, id=id)
    for event, heads in ((people.lecture, 50), (people.nanjing, 40)):
        estimates.state(event, event.occurrences[0].id, "public", heads, "目测", people.cui, LATER)
    assert by_event(people) == {"专题讲座": 50, "南京宣传": 40}
    move(people, [id])
    methods = figures(people.lecture.campaign, LATER).methods
    assert (by_event(people), methods["estimate"]) == ({"专题讲座": 50, "南京宣传": 40}, 60)
    assert agrees(people)


def test_what_cannot_be_moved_is_refused(people):
    id = uuid4()
    make_device(people.lecture).touch("public", id=id)
    with pytest.raises(Mistake):
        moves.move(people.lecture, [id], Target(people.nanjing.occurrences[0]), " ", people.cui, LATER)
    for ids, event in (([uuid4()], people.lecture), ([id], people.court_day)):
        with pytest.raises(Conflict):
            move(people, ids, event=event)
    with pytest.raises(NotFound):  # out of reach
        moves.target_for(people.gu, people.nanjing.occurrences[0].id, None, LATER)
    with pytest.raises(Mistake):  # not begun
        moves.target_for(people.gu, people.lecture.occurrences[0].id, None, NINE - timedelta(days=1))
    assert by_event(people) == {"专题讲座": 1}


@pytest.mark.parametrize("seed", range(3))
def test_random_seasons_agree_with_the_recount(people, seed):
    dice, campaign = random.Random(seed), people.lecture.campaign
    events = [people.lecture, people.court_day, people.nanjing]
    devices = [make_device(event) for event in events]
    tokens = [made.token for made in passes.issue(campaign, "youth", NINE, count=4)]
    for event in events[:2]:
        estimates.state(event, event.occurrences[0].id, "public", 15, "目测", people.cui, LATER)
    for step in range(24):
        device = dice.choice(devices)
        at = NINE + minutes(dice.choice([0, 10, 30]))
        if dice.random() < 0.5:
            device.scan(dice.choice(tokens), at, now=LATER, direction=dice.choice(["in", "in", "out"]))
        else:
            device.touch(dice.choice(["public", "youth"]), at, now=LATER, headcount=dice.choice([1, 4]))
        _correct(people, events, devices, dice)
        if step % 6 == 5:
            assert agrees(people)
    assert db.session.scalar(select(func.count()).select_from(Scan).where(Scan.moved_from.is_not(None))) > 0


def _correct(people, events, devices, dice) -> None:
    ids: list[UUID] = list(
        db.session.scalars(select(Scan.id).where(Scan.presence_id.is_not(None)).order_by(Scan.id))
    )
    kind, event, other = dice.choice(["move", "move", "undo move", "undo", "decide"]), *dice.sample(events, 2)
    try:
        if kind == "move":
            move(people, dice.sample(ids, min(3, len(ids))), other, event=event)
        elif kind == "undo move" and (entries := moves.moves_of(event)):
            moves.undo(event, dice.choice(entries).id, "x", people.cui, LATER)
        elif kind == "undo":
            dice.choice(devices).undo(dice.choice(ids), NINE + minutes(12), now=LATER)
        elif kind == "decide":
            scan_review.decide(
                dice.choice(ids), dice.choice(["accept", "set_aside"]), "x", people.cui.id, LATER
            )
    except Conflict:
        pass  # nothing to move, or it counts elsewhere
