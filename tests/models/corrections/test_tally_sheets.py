"""Printed tally sheets: a sheet counts once, whoever enters it and how often."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models.corrections import tally_sheets
from models.corrections.paper_counts import PaperCount
from models.db import db
from models.errors import Conflict, Mistake, NotFound
from models.events.draft import OccurrenceDraft
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.ledger.tables import Scan
from tests.support.records.people import make_people
from tests.support.records.week import DAY, NINE, load_week, make_event, session

EVENING = NINE + timedelta(hours=11)
CELLS = {(9, "public"): 40, (9, "youth"): 12, (10, "public"): 5}


@pytest.fixture
def people(app):
    return make_people(load_week())


def sheet_of(event, people, count: int = 1):
    return tally_sheets.make(event, event.occurrences[0].id, DAY, count, people.gu, NINE)[0]


def enter(sheet, people, cells=CELLS, counter="王一", account=None) -> int:
    return tally_sheets.enter(sheet, account or people.gu, counter, cells, EVENING)


def counted(people) -> tuple[int, int]:
    whole = figures(people.lecture.campaign, EVENING)
    return whole.visits, whole.methods["tally"]


def test_its_rows_are_tallies_by_hour_and_group_with_the_counters_name(people):
    sheet = sheet_of(people.lecture, people)
    assert (sheet.hours, enter(sheet, people)) == ([9, 10], 57)
    rows = db.session.execute(
        select(
            Scan.hour,
            Scan.group,
            Scan.headcount,
            Scan.method,
            Scan.at,
            PaperCount.counter,
            PaperCount.sheet_id,
        )
        .join(PaperCount, PaperCount.scan_id == Scan.id)
        .order_by(Scan.hour, Scan.group)
    ).all()
    assert [tuple(row) for row in rows] == [
        (9, "public", 40, "tally", NINE, "王一", sheet.id),
        (9, "youth", 12, "tally", NINE, "王一", sheet.id),
        (10, "public", 5, "tally", NINE + timedelta(hours=1), "王一", sheet.id),
    ]
    hours = figures(people.lecture.campaign, EVENING, ("hour",)).rows
    assert [(row["hour"], row["visits"]) for row in hours] == [(9, 52), (10, 5)]
    assert verify(people.lecture.campaign).differences == []


def test_the_same_sheet_again_is_said_and_not_counted_twice(people):
    sheet = sheet_of(people.lecture, people)
    enter(sheet, people)
    assert enter(sheet, people) == 57  # the same form, sent again
    for cells, counter in (({(9, "public"): 41}, "王一"), ({(10, "unknown"): 3}, "王一"), (CELLS, "李二")):
        with pytest.raises(Conflict) as refused:
            enter(sheet, people, cells, counter, people.he)
        assert str(refused.value) == (
            "This sheet was entered before, with 57 people in all. It is not counted twice."
        )
    assert counted(people) == (57, 57)
    assert verify(people.lecture.campaign).differences == []


def test_a_wrong_entry_is_taken_out_and_the_sheet_entered_again(people):
    sheet = sheet_of(people.lecture, people)
    enter(sheet, people)
    tally_sheets.take_out(sheet, "少记了一行", people.he, EVENING)
    assert (counted(people), tally_sheets.state_of(sheet).people) == ((0, 0), 0)
    assert enter(sheet, people, {(9, "public"): 45}) == 45
    assert (counted(people), tally_sheets.state_of(sheet).cells) == ((45, 45), {(9, "public"): 45})
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 4  # nothing is lost
    assert verify(people.lecture.campaign).differences == []


def test_an_entry_whose_rows_were_never_added_does_not_block_the_sheet(people, monkeypatch):
    sheet = sheet_of(people.lecture, people)
    with monkeypatch.context() as patched:
        patched.setattr(tally_sheets.paper_counts, "add", lambda *args, **fields: None)
        enter(sheet, people)
    assert enter(sheet, people) == 57
    other = sheet_of(people.lecture, people)
    with monkeypatch.context() as patched:
        patched.setattr(tally_sheets.paper_counts, "add", lambda *args, **fields: None)
        enter(other, people)
    with pytest.raises(Conflict):
        enter(other, people, {(9, "youth"): 1})
    late = EVENING + timedelta(minutes=2)
    assert tally_sheets.enter(other, people.gu, "王一", {(9, "youth"): 1}, late) == 1
    assert counted(people) == (58, 58)


def test_numbers_have_a_check_digit(people):
    sheet = sheet_of(people.lecture, people)
    assert tally_sheets.sheet_by_number(f" No. {sheet.number} ") is sheet
    wrong = sheet.number[:-1] + str((int(sheet.number[-1]) + 1) % 10)
    for number in (wrong, "", "7", "99999999999", "x" * 50):
        with pytest.raises(NotFound):
            tally_sheets.sheet_by_number(number)


@pytest.mark.parametrize(
    ("cells", "counter"),
    [({}, "王一"), ({(9, "public"): 0}, "王一"), ({(8, "public"): 3}, "王一"), ({(9, "martians"): 3}, "王一"),
     ({(9, "public"): 10_000}, "王一"), (CELLS, " "), (CELLS, "王" * 61)],
)  # fmt: skip
def test_what_is_no_entry_is_refused(people, cells, counter):
    with pytest.raises(Mistake):
        enter(sheet_of(people.lecture, people), people, cells, counter)
    assert counted(people) == (0, 0)


def test_the_hours_of_a_sheet_are_those_of_the_session(people):
    def hours(occurrence, day=DAY) -> list[int]:
        event = make_event(people.lecture.campaign, "场次", occurrences=(occurrence,))
        (sheet,) = tally_sheets.make(event, event.occurrences[0].id, day, 1, people.gu, NINE)
        return sheet.hours

    tomorrow = DAY + timedelta(days=1)
    assert hours(session(NINE, 2.5)) == [9, 10, 11]
    assert hours(OccurrenceDraft(DAY, DAY, NINE)) == list(range(9, 24))
    assert hours(OccurrenceDraft(DAY, DAY, half_day="morning")) == [8, 9, 10, 11]
    assert hours(OccurrenceDraft(DAY, DAY)) == list(range(8, 19))
    night = OccurrenceDraft(DAY, tomorrow, NINE + timedelta(hours=13), NINE + timedelta(hours=17))
    assert (hours(night), hours(night, tomorrow)) == ([22, 23], [0, 1])
    with pytest.raises(Mistake):
        hours(session(), date(2024, 4, 23))
    with pytest.raises(Mistake):
        tally_sheets.make(people.lecture, people.nanjing.occurrences[0].id, DAY, 1, people.gu, NINE)
    with pytest.raises(Mistake):
        tally_sheets.make(people.lecture, people.lecture.occurrences[0].id, DAY, 41, people.gu, NINE)


def test_a_day_of_many_hours_has_several_sheets(people):
    whole_day = OccurrenceDraft(
        DAY, DAY + timedelta(days=1), NINE - timedelta(hours=9), NINE + timedelta(hours=15)
    )
    event = make_event(people.lecture.campaign, "体验站", occurrences=(whole_day,))
    made = tally_sheets.make(event, event.occurrences[0].id, DAY, 2, people.gu, NINE)
    assert [(sheet.hours[0], sheet.hours[-1]) for sheet in made] == [(0, 11), (12, 23)] * 2
    with pytest.raises(Mistake):
        tally_sheets.make(event, event.occurrences[0].id, DAY, 21, people.gu, NINE)


def test_an_hour_that_has_not_begun_is_not_entered(people):
    sheet = sheet_of(people.lecture, people)
    with pytest.raises(Mistake):
        tally_sheets.enter(sheet, people.gu, "王一", CELLS, NINE + timedelta(minutes=30))
    assert tally_sheets.enter(sheet, people.gu, "王一", {(9, "public"): 4}, NINE + timedelta(minutes=30)) == 4
