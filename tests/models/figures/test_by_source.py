"""Visits by kiosk, venue code and the desk: they add up to the scanned visits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.support.cast import make_cast

from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import venue_codes
from models.corrections import paper_counts
from models.figures.by_source import visits_by_source
from tests.support.week import DAY, NINE, load_week, make_door, minutes

EVENING = NINE + timedelta(hours=11)


@pytest.fixture
def cast(app):
    return make_cast(load_week())


def test_each_source_has_its_visits_by_hour(cast):
    event = cast.lecture
    first, second = make_door(event), make_door(event)
    first.touch("public", headcount=3)
    first.touch("public", NINE + minutes(61))
    gone = uuid4()
    second.touch("youth", id=gone)
    second.undo(gone)
    second.touch("youth", headcount=2)
    code = venue_codes.code_for_event(event, NINE)
    phone = Attempt(
        uuid4(),
        "venue",
        NINE,
        group="public",
        holder="b:" + "1" * 32,
        method="printed",
        code_number=code.number,
    )
    admit([phone], ScanSource(event.campaign, lambda at: [event.id]), NINE)
    paper_counts.enter(event, cast.gu, uuid4(), NINE, "王一", {"public": 20}, EVENING)
    make_door(cast.court_day).touch("public")
    assert [(row.kiosk, row.code, row.visits, row.hours) for row in visits_by_source(event.id)] == [
        (None, None, 20, {(DAY, 9): 20}),
        (first.kiosk.name, None, 4, {(DAY, 9): 3, (DAY, 10): 1}),
        (second.kiosk.name, None, 2, {(DAY, 9): 2}),
        (None, code.number, 1, {(DAY, 9): 1}),
    ]
