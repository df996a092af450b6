"""Near the place: asked only where it makes sense, kept as yes, no or not told, and counted beside the visits."""

from uuid import uuid4

import pytest

from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.phone import nearness
from models.checkin.scan_source import ScanSource
from models.codes import venue_codes
from models.codes.venue_codes import CodeMethod
from models.db import db
from models.errors import Mistake
from models.events.draft import VenueDraft
from models.figures import live
from models.places.gcj02 import to_gcj02
from tests.support.records.week import A_MINUTE_PAST, NINE, load_week, make_event

SQUARE = (34.3, 119.25)


@pytest.fixture
def event(app):
    return make_event(
        load_week(), venues=(VenueDraft("九龙港广场", latitude=SQUARE[0], longitude=SQUARE[1]),)
    )


@pytest.fixture
def code(event):
    return venue_codes.code_for_event(event, NINE)


def ask_within(event, metres):
    event.near_metres = metres
    db.session.commit()


def test_nobody_is_asked_unless_the_organizer_wants_it(event, code):
    assert nearness.area_of(code) is None


def test_a_poster_asks_with_its_place_in_both_readings_of_a_position(event, code):
    ask_within(event, 300)
    assert nearness.area_of(code) == nearness.Area(300, tuple(sorted((SQUARE, to_gcj02(*SQUARE)))))


def test_a_screen_proves_presence_by_itself_and_asks_nothing(event):
    ask_within(event, 300)
    assert nearness.area_of(venue_codes.code_for_event(event, NINE, CodeMethod.ROTATING)) is None


def test_without_coordinates_there_is_nothing_to_compare_with(event):
    bare = make_event(event.campaign, "无坐标", venues=(VenueDraft("某广场"),))
    ask_within(bare, 300)
    assert nearness.area_of(venue_codes.code_for_event(bare, NINE)) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [("yes", "yes"), ("no", "no"), ("", "not_told"), (None, "not_told"), ("39.9,116.4", "not_told")],
)
def test_nothing_but_the_three_answers_is_kept(text, answer):
    area = nearness.Area(300, (SQUARE,))
    assert nearness.parse_answer(area, text) == answer
    assert nearness.parse_answer(None, text) is None


@pytest.mark.parametrize("metres", [None, 100, 5000])
def test_a_distance_that_can_be_asked_for(metres):
    nearness.check_metres(metres)


@pytest.mark.parametrize("metres", [0, 99, 5001, -300])
def test_a_distance_that_says_nothing_is_refused(metres):
    with pytest.raises(Mistake, match="Choose a distance"):
        nearness.check_metres(metres)


def test_visits_are_counted_by_the_answer_of_the_scan_that_is_the_visit(event):
    source = ScanSource(event.campaign, lambda at: [event.id])

    def phone(holder, near, at=NINE):
        attempt = Attempt(uuid4(), "venue", at, group="youth", holder=holder, method="printed", near=near)
        return admit.admit([attempt], source, at)[0].verdict

    assert live.visits_by_nearness(event.id) == {}
    verdicts = [
        phone("b:1", "yes"),
        phone("b:2", "yes"),
        phone("b:2", "no", A_MINUTE_PAST),
        phone("b:3", "not_told"),
    ]
    assert verdicts == ["stored", "stored", "repeat", "stored"]
    assert live.visits_by_nearness(event.id) == {"yes": 2, "no": 0, "not_told": 1}
