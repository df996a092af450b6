"""A draw repeats from its seed, and takes in whoever's check-in counts at its moment."""

import hashlib
from uuid import uuid4

import pytest

from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes, short_codes
from models.errors import Conflict, Mistake
from models.visitors import draws
from tests.support.records.week import A_MINUTE_PAST, DAY, NINE, load_week, make_device, make_event


@pytest.fixture
def week(app):
    return load_week()


def test_it_repeats_from_its_seed_and_the_seed_was_fixed_before(week):
    event, held = make_event(week), passes.issue(week, "youth", NINE, count=9)
    device = make_device(event)
    for row in held:
        device.scan(row.token)
    draw = draws.prepare(event, DAY, 3, NINE)
    published = draws.commitment(draw.seed)
    drawn = draws.carry_out(draw, A_MINUTE_PAST)
    assert hashlib.sha256(drawn.seed.encode()).hexdigest() == published
    assert drawn.entries == [str(row.id) for row in sorted(held, key=lambda row: row.id)]
    by_hand = sorted(
        (hashlib.sha256(f"{drawn.seed}:{number}".encode()).hexdigest(), number) for number in drawn.entries
    )
    assert draws.winners_of(drawn.seed, reversed(drawn.entries), 3) == [
        number for _hash, number in by_hand[:3]
    ]
    with pytest.raises(Conflict, match="already"):
        draws.carry_out(draw, A_MINUTE_PAST)


def test_who_takes_part(week):
    event, other = make_event(week), make_event(week)
    device, first = make_device(event), uuid4()
    held = passes.issue(week, "youth", NINE, count=4)
    device.scan(held[0].token, id=first)
    device.undo(first)
    device.scan(held[1].token)
    new = passes.replace(held[1].id, A_MINUTE_PAST)
    device.scan(held[2].token)
    device.touch("public")
    make_device(other).scan(held[3].token)
    phone = f"b:{uuid4().hex}"
    admit(
        [Attempt(uuid4(), "venue", NINE, group="youth", holder=phone, method="printed")],
        ScanSource(week, lambda at: [event.id]),
        NINE,
    )
    assert draws.numbers_of(event, DAY) == [
        *map(str, sorted((held[2].id, new.id))), short_codes.of_browser(phone),
    ]  # fmt: skip
    first_holder, last_holder = short_codes.browsers_of(short_codes.read(short_codes.of_browser(phone)))
    assert first_holder <= phone <= last_holder


def test_a_draw_without_anybody_waits(week):
    event = make_event(week)
    draw = draws.prepare(event, DAY, 1, NINE)
    with pytest.raises(Conflict, match="Nobody"):
        draws.carry_out(draw, NINE)
    for winners in (0, 101):
        with pytest.raises(Mistake, match="1 to 100"):
            draws.prepare(event, DAY, winners, NINE)
