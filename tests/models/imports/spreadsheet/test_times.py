"""Days and hours as tables tell them: in one text, in one cell, in several columns."""

from datetime import date, datetime, timedelta

import pytest

from models import clock
from models.imports.apply import counts
from models.imports.findings import RowVerdict
from models.imports.read_file import read_file
from models.imports.spreadsheet.times import time_words
from models.imports.spreadsheet.to_draft import understand
from tests.support.records.importing import import_rows
from tests.support.records.tables import said, xlsx
from tests.support.records.week import NINE

SPAN = (date(2024, 4, 20), date(2024, 4, 26))


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("4月26日上午9:00", [(26, 26, "09:00", None)]),
        ("4月26日9:00-11:30", [(26, 26, "09:00", "11:30")]),
        ("４月２６日（星期五）９：００—１１：３０", [(26, 26, "09:00", "11:30")]),
        ("4月26日下午2:00-4:00", [(26, 26, "14:00", "16:00")]),
        ("2024/4/26 14:00至16:00", [(26, 26, "14:00", "16:00")]),
        ("4/2 16:00", [(2, 2, "16:00", None)]),
        ("4月22日9:00-11:00、4月24日晚7点半", [(22, 22, "09:00", "11:00"), (24, 24, "19:30", None)]),
        ("4月22日9:00-11:00，14:00-16:00", [(22, 22, "09:00", "11:00"), (22, 22, "14:00", "16:00")]),
        ("每天9:00-17:00（周一闭馆）", [(day, day, "09:00", "17:00") for day in (20, 21, 23, 24, 25, 26)]),
        (
            "4月20日-4月23日，每天9:00~17:00（周一、周二闭馆）",
            [(day, day, "09:00", "17:00") for day in (20, 21)],
        ),
        ("四月二十日上午九点至十一点", [(20, 20, "09:00", "11:00")]),
        ("二〇二四年四月二十三日下午两点半", [(23, 23, "14:30", None)]),
        ("四月二十六日（星期五）十九点三十分", [(26, 26, "19:30", None)]),
        ("2024-04-25 09:00/2024-04-25 12:00", [(25, 25, "09:00", "12:00")]),
        ("2024-04-25 22:00/2024-04-26 02:00", [(25, 25, "22:00", "02:00")]),
        ("4月20日9:00-4月22日17:00", [(20, 22, None, None)]),  # once, its hours stay words
        ("4/20~4/22 9:00～17:00", [(day, day, "09:00", "17:00") for day in (20, 21, 22)]),
        ("4月20日至22日（9:00—17:00）", [(day, day, "09:00", "17:00") for day in (20, 21, 22)]),
        ("4月20日-22日19:00-次日1:00", [(day, day, "19:00", "01:00") for day in (20, 21, 22)]),
        ("4月20日-21日20:00-2:00", [(20, 21, None, None)]),  # two nights, or one?
        ("4月20-26日", [(20, 26, None, None)]),
        ("4月26日（星期四）9:00", []),  # it was a Friday
        ("4月20日至26日9:00", [(20, 26, None, None)]),  # each day, or once? Its hours stay words
        ("4月26日9:00开始", [(26, 26, "09:00", None)]),
        ("4月26日9:00左右", []),
        ("暂定4月26日上午9:00（预计2小时）", [(26, 26, "09:00", None)]),
        ("4月20日至26日，共7天", [(20, 26, None, None)]),
        ("4月26日14-16时", [(26, 26, "14:00", "16:00")]),
        ("4月26日下午2-4点", [(26, 26, "14:00", "16:00")]),
        ("4月26日10:00—12:00 14:00—16:00", [(26, 26, "10:00", "12:00"), (26, 26, "14:00", "16:00")]),
        ("4月26日10:00-12:00\n14:00-16:00", [(26, 26, "10:00", "12:00"), (26, 26, "14:00", "16:00")]),
        ("4月26日\n（星期五）上午\n9:00", [(26, 26, "09:00", None)]),
        ("20240426 9:00", [(26, 26, "09:00", None)]),
        ("工作日9:00-17:00", [(day, day, "09:00", "17:00") for day in (22, 23, 24, 25, 26)]),
        ("周二至周日9:00-17:00", [(day, day, "09:00", "17:00") for day in (20, 21, 23, 24, 25, 26)]),
        ("每周三、五14:00-16:00", [(day, day, "14:00", "16:00") for day in (24, 26)]),
        ("4月20日至23日 周末9:00-17:00", [(day, day, "09:00", "17:00") for day in (20, 21)]),
        ("4月22日周一至周五9:00-17:00", []),  # of one day, or of the week?
        ("工作日", []),
        ("9:00-17:00（节假日除外）", []),
        ("10:00 4月20日", []),
        ("April 20, 2024", [(20, 20, None, None)]),
        ("20 Apr", [(20, 20, None, None)]),
        ("20-Apr-24", [(20, 20, None, None)]),
        ("Sat 20 April 2024, 9:00 to 11:30 a.m.", [(20, 20, "09:00", "11:30")]),
        ("April 26 (Friday) 2 pm - 4 pm", [(26, 26, "14:00", "16:00")]),
        ("April 20th and April 22nd at 9:00", [(20, 20, "09:00", None), (22, 22, "09:00", None)]),
        ("20-22 April, daily 9:00-17:00", [(day, day, "09:00", "17:00") for day in (20, 21, 22)]),
        ("Apr 20 – Apr 26", [(20, 26, None, None)]),
        ("April 20 14:00", [(20, 20, "14:00", None)]),
        ("Fri 20 April", []),  # it was a Saturday
        ("April 31", []),
        ("Maybe 20", []),
        ("4月26日晚上12点", []),  # the midnight at its end
        ("4月26日晚上8点至晚上12点", [(26, 26, "20:00", "00:00")]),
        ("4月26日21:00-03:00", [(26, 26, "21:00", "03:00")]),
        ("4月26日中午1点", [(26, 26, "13:00", None)]),
        ("4月26日中午3:00", []),  # no such noon, and not the night's
        ("4月31日9:00", []),
        ("上午25:00", []),
        ("宣传周期间", []),
        ("4月26日11:00-9:00", []),
    ],
)
def test_days_and_hours_in_one_text(text, slots):
    found = [
        (
            slot.first.day,
            slot.last.day,
            slot.start and f"{slot.start:%H:%M}",
            slot.end and f"{slot.end:%H:%M}",
        )
        for slot in time_words.read(text, 2024, SPAN)
    ]
    assert found == slots


def test_a_day_without_its_month_is_of_the_only_one():
    assert [slot.first for slot in time_words.read("22日上午9点", 2024, months=(4,))] == [date(2024, 4, 22)]
    assert time_words.read("22日上午9点", 2024, months=(4, 5)) == ()


def test_every_day_needs_to_be_told_which_days():
    assert time_words.read("每天9:00-17:00", 2024) == ()


def plan(vocabulary, **cells):
    """One row of a plan, its columns as they stand in cells."""
    names = {
        "words": "活动时间",
        "start": "开始日期",
        "end": "结束日期",
        "begins": "开始时间",
        "ends": "结束时间",
    }
    header, line = ["活动名称", *(names[key] for key in cells)], ["讲座", *cells.values()]
    (row,) = read_file(xlsx(header, line))
    return understand(row, vocabulary)


def test_a_time_that_may_change_is_read_and_said(vocabulary):
    read = plan(vocabulary, start="4月22日（暂定）", begins="9:00")
    assert [one.start_at for one in read.draft.occurrences] == [NINE]
    assert ("B2", "Its source says it is not certain yet (暂定).") in said(read)


def test_a_day_that_its_month_does_not_have(vocabulary):
    read = plan(vocabulary, words="4月31日上午9:00")
    assert (read.draft.occurrences, read.draft.time_text) == ((), "4月31日上午9:00")
    why = "“4月31日上午9:00” is not a day: that month has 30 days. Please correct it."
    assert ("B2", why) in said(read)


def test_working_days_are_of_the_calendar_and_said(vocabulary):
    read = plan(vocabulary, start="2024-04-20", end="2024-04-26", words="工作日9:00-17:00")
    assert [one.start_day.day for one in read.draft.occurrences] == [22, 23, 24, 25, 26]
    why = "Working days: read as Monday to Friday, 5 sessions. Please correct public holidays and moved working days."
    assert ("D2", why) in said(read)


@pytest.mark.parametrize(
    "cells",
    [
        {"start": "4月22日起"},
        {"words": "自4月22日起"},
        {"words": "From 22 April onwards"},
        {"start": "22 April onwards"},
    ],
)
def test_a_day_from_which_on_has_no_end(vocabulary, cells):
    read = plan(vocabulary, **cells)
    (one,) = read.draft.occurrences
    assert (one.start_day, one.open_ended, one.start_at) == (date(2024, 4, 22), True, None)
    assert "No end date was given: entered on its first day." in [why for _, why in said(read)]


def test_an_english_day_of_another_year_or_weekday_is_said(vocabulary):
    assert plan(vocabulary, words="April 22, 2023 9 am").verdict == RowVerdict.OTHER_YEAR
    read = plan(vocabulary, start="Tuesday, April 22, 2024")
    assert read.verdict == RowVerdict.REFUSED
    assert "another day of the week" in said(read)[0][1]


@pytest.mark.parametrize("words", ["宣传周期间", "2024年全国知识产权宣传周活动期间"])
def test_the_time_of_the_week_in_a_plan_is_its_days_and_said(vocabulary, words):
    read = plan(vocabulary, words=words)
    (occurrence,) = read.draft.occurrences
    assert (occurrence.start_day, occurrence.end_day) == (date(2024, 4, 20), date(2024, 4, 26))
    why = "The words for the time of the week were read as its days, 2024-04-20 to 2024-04-26."
    assert ("B2", why) in said(read)


@pytest.mark.parametrize("words", ["4月22日22:00-当天1:00", "宣传周前后", "每周三14:00"])
def test_words_of_a_plan_that_give_no_date_are_named_by_their_cell(vocabulary, words):
    read = plan(vocabulary, words=words)
    why = f"“{words}” was not recognised as days and hours; kept in these words, without a date."
    assert ("B2", why) in said(read)
    assert (read.draft.occurrences, read.draft.time_text) == ((), words)


@pytest.mark.parametrize(
    ("words", "named"), [("看天气再定", True), ("周三、周五14:00-16:00", True), ("上午", False)]
)
def test_words_beside_a_date_are_named_unless_they_tell_a_part_of_the_day(vocabulary, words, named):
    read = plan(vocabulary, start="2024-04-22", words=words)
    why = f"“{words}” was not recognised as hours; kept in these words."
    assert (("C2", why) in said(read)) is named
    assert (len(read.draft.occurrences), read.draft.time_text) == (1, words)


def test_the_year_in_words_that_are_not_understood_is_still_seen(vocabulary):
    assert plan(vocabulary, words="2023年4月22日22:00-次日1:00").verdict == RowVerdict.OTHER_YEAR


@pytest.mark.parametrize(
    "cells",
    [
        {"start": datetime(2024, 4, 22, 9), "end": datetime(2024, 4, 22, 11)},
        {"begins": datetime(2024, 4, 22, 9), "ends": datetime(2024, 4, 22, 11)},
        {"begins": "2024/4/22 9:00", "ends": "2024/4/22 11:00"},
        {"start": "2024年4月22日上午9时", "ends": "11:00"},
    ],
)
def test_day_and_hour_in_one_cell_at_both_ends(vocabulary, cells):
    (occurrence,) = plan(vocabulary, **cells).draft.occurrences
    assert (occurrence.start_at, (occurrence.end_at - occurrence.start_at).seconds) == (NINE, 7200)


@pytest.mark.parametrize(
    "cells",
    [
        {"start": "4/20~4/22", "words": "9:00～17:00"},
        {"words": "4月20日-22日9:00-17:00"},
        {"start": "4月20日", "end": "4月22日", "begins": "9:00", "ends": "17:00"},
        {"start": "4月20日", "end": "4月22日", "begins": "9:00-17:00"},
    ],
)
def test_hours_beside_several_days_are_those_of_each(vocabulary, cells):
    read = plan(vocabulary, **cells)
    assert [(one.start_day.day, one.start_at.hour, one.end_at.hour) for one in read.draft.occurrences] == [
        (day, 1, 9) for day in (20, 21, 22)
    ]
    assert "Several days with these hours: read as the hours of each day, 3 sessions." in {
        text for _, text in said(read)
    }


def test_a_night_told_by_both_its_days(vocabulary):
    read = plan(vocabulary, start=datetime(2024, 4, 22, 22), end=datetime(2024, 4, 23, 2))
    (occurrence,) = read.draft.occurrences
    assert (occurrence.start_day.day, occurrence.start_at.hour, occurrence.end_at.hour) == (22, 14, 18)


@pytest.mark.parametrize(("begins", "ends"), [("start", "end"), ("begins", "ends")])
def test_day_and_hour_at_both_ends_of_several_days_are_those_days_and_their_hours_in_words(
    vocabulary, begins, ends
):
    read = plan(vocabulary, **{begins: datetime(2024, 4, 22, 9), ends: datetime(2024, 4, 24, 17)})
    (occurrence,) = read.draft.occurrences
    words = "2024-04-22 09:00–2024-04-24 17:00"
    assert (occurrence.start_day.day, occurrence.end_day.day, occurrence.start_at) == (22, 24, None)
    assert read.draft.time_text == words
    assert said(read)[0] == ("B2", f"“{words}” does not give hours within one day; kept in these words.")


def test_a_time_of_a_whole_page_is_not_searched(monkeypatch):
    monkeypatch.setattr(time_words, "_signs", None)
    assert time_words.read("、" * 64_000, 2024) == ()


def test_an_exhibition_open_daily_but_mondays(campaign, vocabulary):
    data = xlsx(
        ("活动名称", "开始日期", "结束日期", "时间", "活动地点"),
        ("展览", date(2024, 4, 20), date(2024, 4, 26), "每天9:00-17:00（周一闭馆）", "县博物馆"),
    )
    rows = read_file(data)
    days = [occurrence.start_day.day for occurrence in understand(rows[0], vocabulary).draft.occurrences]
    assert days == [20, 21, 23, 24, 25, 26]
    assert counts(import_rows(campaign, rows, NINE))["new"] == 1
    assert counts(import_rows(campaign, read_file(data), NINE))["same"] == 1


def test_a_contradiction_is_left_for_the_person(vocabulary):
    (row,) = read_file(xlsx(("活动名称", "日期", "时间"), ("讲座", "4月22日", "4月23日9:00")))
    read = understand(row, vocabulary)
    assert read.draft.occurrences[0].start_at is None
    assert ("C2", "“4月23日9:00” does not match the date beside it; kept in these words.") in said(read)


def test_sessions_named_by_half_day_keep_it(vocabulary):
    rows = "活动名称,时间\n讲座,4月22日上午场：9:00-11:00；下午场：2:00-4:00\n".encode()
    (row,) = read_file(rows, "x.csv")
    zone = clock.zone("Asia/Shanghai")
    starts = [one.start_at.astimezone(zone).hour for one in understand(row, vocabulary).draft.occurrences]
    assert starts == [9, 14]


APRIL = (4,)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("4-22", [(22, 22, None)]),
        ("4-22 14:00", [(22, 22, "14:00")]),
        ("4-20至4-26", [(20, 26, None)]),
        ("0422", [(22, 22, None)]),
        ("0422 14:00", [(22, 22, "14:00")]),
        ("0420-0426", [(20, 26, None)]),
        ("22/4", [(22, 22, None)]),
        ("22/4 14:00", [(22, 22, "14:00")]),
        ("20/4-26/4", [(20, 26, None)]),
        ("24.4.25", [(25, 25, None)]),
        ("24-4-23 19:30", [(23, 23, "19:30")]),
        ("24-4-20至24-4-26", [(20, 26, None)]),
        # of another month, of two months, of another year
        ("9-11", []),
        ("10-12", []),
        ("0930", []),
        ("22/9", []),
        ("24.4.24", []),
        ("23.4.25", []),
        ("4-20日", []),
    ],
)
def test_days_in_numbers_alone_are_of_a_month_of_the_week(text, slots):
    found = time_words.read(text, 2024, None, APRIL)
    assert [(slot.first.day, slot.last.day, slot.start and f"{slot.start:%H:%M}") for slot in found] == slots


@pytest.mark.parametrize("day", ["9-11", "10-12", "0930", "22/9"])
def test_numbers_that_are_no_day_of_the_week_give_no_date(vocabulary, day):
    read = plan(vocabulary, start=day)
    assert read.draft is None or read.draft.occurrences == ()
    assert any(day in text for _, text in said(read))


def test_days_in_four_digits_beside_a_day_are_no_hours(vocabulary):
    read = plan(vocabulary, start="4月22日", words="0420-0426")
    (one,) = read.draft.occurrences
    assert (one.start_day, one.start_at, read.draft.time_text) == (date(2024, 4, 22), None, "0420-0426")
    assert ("C2", "“0420-0426” was not recognised as hours; kept in these words.") in said(read)
    (one,) = plan(vocabulary, start="4月22日", words="0930-1130").draft.occurrences
    assert one.start_at == NINE + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("words", "days"),
    [("4.22之后", []), ("4.22后", []), ("4.20起", ["04-20"]), ("4.22 15:00后", ["04-22"]), ("4.22下午3点半开始", ["04-22"])],
)  # fmt: skip
def test_after_a_day_is_not_that_day(vocabulary, words, days):
    read = plan(vocabulary, words=words)
    assert [f"{each.start_day:%m-%d}" for each in read.draft.occurrences] == days


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("4月22日（具体时间另行通知）", "另行通知"),
        ("4月22日（时间另定）", "另定"),
        ("4月22日（时间待通知）", "待通知"),
    ],
)
def test_hours_that_are_still_to_come_are_named(vocabulary, words, named):
    read = plan(vocabulary, words=words)
    assert [each.start_day for each in read.draft.occurrences] == [date(2024, 4, 22)]
    assert f"Its source says it is not certain yet ({named})." in [text for _, text in said(read)]


@pytest.mark.parametrize(
    ("text", "alone"), [("9:00-11:00", True), ("上午", True), ("4月22日9:00", False), ("看天气再定", False)]
)
def test_hours_alone_have_no_day(text, alone):
    assert time_words.has_hours(text) is alone
