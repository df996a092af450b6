"""Series of a calendar: which dates they have, and what writing them out may cost."""

from datetime import date, datetime
from functools import partial

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from models.imports import understand
from models.imports.calendar import recurrence
from models.imports.calendar import to_draft as entries
from models.imports.read_file import read_file
from tests.support.files.calendar_files import BEFORE, READING, calendar, minute, occurrences, one, said
from tests.support.records.importing import import_rows
from tests.support.records.week import load_week

AT_NINE = "UID:1\nSUMMARY:讲座\nDTSTART;TZID=Asia/Shanghai:20240419T090000\nDURATION:PT1H\n"


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("RRULE:FREQ=DAILY;COUNT=3", "19 20 21"),
        ("RRULE:FREQ=DAILY;UNTIL=20240421T010000Z", "19 20 21"),
        ("RRULE:FREQ=DAILY;UNTIL=20240421", "19 20 21"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20240425T000000Z", "22 24"),
        ("RRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Asia/Shanghai:20240420T090000,20240422T090000", "19 21"),
        ("RRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20240420", "19 21"),
        ("RDATE;TZID=Asia/Shanghai:20240423T090000,20240425T090000", "19 23 25"),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=1", "26"),
        ("RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=4FR;COUNT=1", "26"),
    ],
)
def test_series_are_written_out(rule, days):
    found = occurrences(calendar(AT_NINE + rule))
    assert [start for start, _ in found] == [f"04-{day} 01:00" for day in days.split()]


ALL_DAY = "UID:1\nSUMMARY:讲座\nDTSTART;VALUE=DATE:20240420\nRRULE:FREQ=DAILY;COUNT=3\n"


@pytest.mark.parametrize(
    "out",
    [
        "EXDATE:20240421T000000",
        "EXDATE:20240421T000000Z",
        "EXDATE:20240420T160000Z",
        "EXDATE;TZID=Asia/Shanghai:20240421T090000",
    ],
)
def test_an_hour_takes_a_day_out_of_a_series_of_days(out):
    assert [day for day, _ in occurrences(calendar(ALL_DAY + out))] == ["2024-04-20", "2024-04-22"]


def test_a_moved_date_may_be_told_as_a_day():
    moved = "UID:1\nSUMMARY:讲座\nDTSTART;TZID=Asia/Shanghai:20240421T140000\nRECURRENCE-ID"
    data = calendar(AT_NINE + "RRULE:FREQ=DAILY;COUNT=4", f"{moved};VALUE=DATE:20240421")
    assert [start for start, _ in occurrences(data)] == [
        "04-19 01:00", "04-20 01:00", "04-21 06:00", "04-22 01:00",
    ]  # fmt: skip
    data = calendar(ALL_DAY, f"{moved}:20240421T000000")
    told = [draft.start_at and minute(draft.start_at) for draft in one(data).draft.occurrences]
    assert told == [None, "04-21 06:00", None]


@pytest.mark.parametrize("end", ["PT3H", "20240423T040000Z"])
def test_a_period_is_read_with_its_end(end):
    data = calendar(AT_NINE + f"RDATE;VALUE=PERIOD:20240423T010000Z/{end}")
    assert occurrences(data) == [("04-19 01:00", "04-19 02:00"), ("04-23 01:00", "04-23 04:00")]


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("PT", "RDATE “20240423T010000Z/PT” cannot be read and was left out."),
        ("20240423T000000Z", "The event ends before it starts. Please correct the end."),
        ("soon", "RDATE “20240423T010000Z/soon” cannot be read and was left out."),
    ],
)
def test_a_period_without_a_certain_end_is_left_out_or_refused(end, sentence):
    assert said(one(calendar(AT_NINE + f"RDATE;VALUE=PERIOD:20240423T010000Z/{end}")))[0] == sentence


def test_a_beginning_that_its_rule_leaves_out_is_said():
    read = one(calendar(AT_NINE + "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=2"))
    assert [draft.start_day.day for draft in read.draft.occurrences] == [22, 24]
    assert said(read)[0] == (
        "It starts on 2024-04-19, but its repeat rule does not include that day, so that day was not imported. "
        "Enter it by hand if it takes place."
    )
    left_out = "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=2\nEXDATE;TZID=Asia/Shanghai:20240419T090000"
    assert len(said(one(calendar(AT_NINE + left_out)))) == 1


def test_a_moved_and_a_cancelled_date_of_a_series():
    data = calendar(
        AT_NINE + "RRULE:FREQ=DAILY;COUNT=4",
        "UID:1\nSUMMARY:讲座\nRECURRENCE-ID;TZID=Asia/Shanghai:20240420T090000\n"
        "DTSTART;TZID=Asia/Shanghai:20240425T140000\nDURATION:PT1H\nLOCATION:县文化馆报告厅",
        "UID:1\nSUMMARY:讲座\nRECURRENCE-ID;TZID=Asia/Shanghai:20240421T090000\nSTATUS:CANCELLED",
    )
    assert [start for start, _ in occurrences(data)] == ["04-19 01:00", "04-22 01:00", "04-25 06:00"]
    assert one(data).draft.occurrences[2].venue.name == "县文化馆报告厅"


BOMBS = [
    "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=2", "FREQ=HOURLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYSETPOS=2", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=DAILY;INTERVAL=999999999999999",
    "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6,7,8", "FREQ=DAILY;COUNT=1000000000", "FREQ=WEEKLY;BYDAY=XX",
]  # fmt: skip


@pytest.mark.parametrize("rule", BOMBS)
def test_rules_made_to_hurt_end_at_once(rule):
    steps = recurrence.Steps()
    (row,) = read_file(calendar(f"UID:1\nSUMMARY:x\nDTSTART:20240101T010000Z\nRRULE:{rule}"))
    assert entries.understand(row, READING, steps).verdict in ("refused", "other_year")
    assert recurrence.MOST_STEPS - steps.left < 5_000


COUNTS = (
    "DTSTART:20210601T010000Z\nRRULE:FREQ=DAILY;COUNT=1000000;BYHOUR=1,2,3,4;BYMINUTE=0,10,20,30,40,50",
    "DTSTART:20210601T010000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=77;BYDAY=MO,WE,SU",
)


@pytest.mark.parametrize(("rule", "most"), [(rule, 4_000) for rule in COUNTS])
def test_a_plain_rule_that_counts_is_not_walked_from_its_beginning(rule, most):
    steps = recurrence.Steps()
    (row,) = read_file(calendar(f"UID:1\nSUMMARY:x\n{rule}"))
    entries.understand(row, READING, steps)
    assert recurrence.MOST_STEPS - steps.left < most


@pytest.mark.parametrize(
    "rule",
    [
        "DTSTART:20210601T010000Z\nRRULE:FREQ=DAILY;COUNT=1000000;BYSETPOS=1;BYMINUTE=0,10,20,30,40,50",
        "DTSTART:19500601T010000Z\nDURATION:P27000D\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20230101T010000Z\nRRULE:FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2;BYDAY="
        + ",".join(f"{n}{day}" for n in range(1, 54) for day in ("MO", "TU", "WE")),
    ],
)
def test_what_all_series_of_a_file_may_cost_is_bounded(app, monkeypatch, rule):
    monkeypatch.setattr(understand, "Steps", partial(recurrence.Steps, 30_000))
    many = [f"UID:{n}\nSUMMARY:{n}\n{rule}" for n in range(40)]
    plain = "UID:p\nSUMMARY:p\nDTSTART:20240422T010000Z"
    outcomes = import_rows(load_week(), read_file(calendar(*many, plain)), BEFORE, dry_run=True)
    assert said(outcomes[-2])[0].startswith("This file has too many or too long series")
    assert (outcomes[-2].verdict, outcomes[-1].verdict) == ("refused", "new")


def test_a_series_without_an_end_is_read_around_the_campaign_only():
    read = one(calendar("UID:1\nSUMMARY:x\nDTSTART:19700101T010000Z\nRRULE:FREQ=DAILY"))
    days = [draft.start_day for draft in read.draft.occurrences]
    assert (days[0], days[-1], len(days)) == (date(2024, 3, 21), date(2024, 5, 26), 67)


@settings(max_examples=60, deadline=None)
@given(
    freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    interval=st.integers(1, 4),
    days=st.lists(st.sampled_from(["MO", "TU", "SU"]), max_size=2, unique=True),
    months=st.lists(st.sampled_from([3, 4, 5]), max_size=2, unique=True),
    month_days=st.lists(st.sampled_from([1, 15, 22, -1]), max_size=2, unique=True),
    count=st.one_of(st.none(), st.integers(1, 200)),
    begins=st.dates(date(2023, 10, 1), date(2024, 4, 24)),
)
def test_series_as_another_reader_writes_them_out(freq, interval, days, months, month_days, count, begins):
    text = f"FREQ={freq};INTERVAL={interval}"
    for name, values in (("BYDAY", days), ("BYMONTH", months), ("BYMONTHDAY", month_days)):
        if values and not (name == "BYMONTHDAY" and freq == "WEEKLY"):
            text += f";{name}=" + ",".join(map(str, values))
    text += f";COUNT={count}" if count else ";UNTIL=20250101T000000"
    start = datetime(begins.year, begins.month, begins.day, 9)
    first, last = date(2024, 3, 21), date(2024, 5, 26)
    until = None if count else datetime(2025, 1, 1)
    steps = recurrence.Steps()
    ours = list(recurrence.dates(recurrence.parse(text, start), start, first, last, until, steps))
    theirs = rrulestr(text, dtstart=start).between(
        datetime(2024, 3, 21), datetime(2024, 5, 26, 23, 59), inc=True
    )
    assert ours == theirs
