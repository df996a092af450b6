"""Visits by kiosk, venue code and the desk: they add up to the scanned visits."""

from datetime import timedelta
from uuid import uuid4

import pytest

from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import venue_codes
from models.corrections import paper_counts
from models.figures.by_source import visits_by_source
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_device, minutes

EVENING = NINE + timedelta(hours=11)


@pytest.fixture
def people(app):
    return make_people(load_week())


def test_each_source_has_its_visits_by_hour(people):
    event = people.lecture
    first, second = make_device(event), make_device(event)
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
    paper_counts.enter(event, people.gu, uuid4(), NINE, "王一", {"public": 20}, EVENING)
    make_device(people.court_day).touch("public")
    assert [(row.kiosk, row.code, row.visits, row.hours) for row in visits_by_source(event.id)] == [
        (None, None, 20, {(DAY, 9): 20}),
        (first.kiosk.name, None, 4, {(DAY, 9): 3, (DAY, 10): 1}),
        (second.kiosk.name, None, 2, {(DAY, 9): 2}),
        (None, code.number, 1, {(DAY, 9): 1}),
    ]
