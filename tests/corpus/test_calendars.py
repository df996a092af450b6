"""Small calendars as makers write them, with what the standard and common sense make of them."""

from datetime import timedelta

import pytest

from models import clock
from models.imports.calendar.to_draft import understand
from models.imports.read_file import read_file

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//ZH\r\n"
DST = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
NINE = "DTSTART;TZID=Asia/Shanghai:20240422T090000\nDTEND;TZID=Asia/Shanghai:20240422T103000\n"


def calendar(*lines: str, zone: str = "") -> bytes:
    body = f"{zone}BEGIN:VEVENT\nUID:a@x\nDTSTAMP:20240401T000000Z\nSUMMARY:专利讲座\n" + "".join(lines)
    return (
        HEAD + body.replace("\r\n", "\n").replace("\n", "\r\n") + "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def read(data: bytes, vocabulary):
    (entry,) = read_file(data, "x.ics")
    return understand(entry, vocabulary)


def hours(read) -> list[str]:
    zone = clock.zone("Asia/Shanghai")
    return [
        f"{each.start_at.astimezone(zone):%m-%d %H:%M}" if each.start_at else f"{each.start_day:%m-%d}"
        for each in read.draft.occurrences
    ]


@pytest.mark.parametrize(
    ("data", "right", "says"),
    [
        (calendar("DTSTART;TZID=Asia/Shanghai:20240422T090000Z\n"), ["04-22 09:00"], "names a zone and says UTC"),
        (calendar("DTSTART;TZID=Customized Time Zone:20240422T090000\n", zone=DST), ["04-22 15:00"], ""),
        (calendar("DTSTART;TZID=Customized Time Zone:20240322T090000\n", zone=DST), ["03-22 16:00"], ""),
        (calendar("DTSTART;TZID=PRC:20240422T090000\n"), ["04-22 09:00"], ""),
        (calendar("DTSTART;TZID=\"(UTC+09:00) Osaka, Sapporo, Tokyo\":20240422T090000\n"), ["04-22 08:00"], ""),
        (
            calendar('DTSTART;TZID="(UTC-08:00) Pacific Time (US & Canada)":20240421T180000\n'),
            ["04-22 09:00"],
            "",
        ),
        (
            calendar(NINE, "RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z;BYDAY=MO\n"),
            ["04-22 09:00", "04-29 09:00", "05-06 09:00", "05-13 09:00", "05-20 09:00"],
            "",
        ),
        (calendar("DTSTART;VALUE=DATE:20240422\nRRULE:\n"), ["04-22"], ""),
        (calendar("DTSTART;VALUE=DATE:20240422\nRDATE:20240424Z\n"), ["04-22"], "RDATE “20240424Z” cannot be read"),
        (calendar(NINE, "EXDATE:soon\n"), ["04-22 09:00"], "EXDATE “soon” cannot be read"),
        (calendar(NINE.split("\n")[0], "\nDURATION:long\n"), ["04-22 09:00"], "DURATION “long” cannot be read"),
        (calendar(NINE, "RRULE:FREQ=SOMETIMES\n"), ["04-22 09:00"], "Only its first date was read."),
        (
            calendar("DTSTART;TZID=Asia/Shanghai:20100104T090000\nRRULE:FREQ=MONTHLY;COUNT=172;BYMONTHDAY=22\n"),
            ["03-22 09:00", "04-22 09:00"],
            "",
        ),
        (
            calendar("DTSTART;TZID=Asia/Shanghai:20000103T090000\nRRULE:FREQ=WEEKLY;COUNT=1269\n"),
            ["03-25 09:00", "04-01 09:00", "04-08 09:00", "04-15 09:00", "04-22 09:00"],
            "",
        ),
    ],
)  # fmt: skip
def test_times_are_read_or_named(vocabulary, data, right, says):
    entry = read(data, vocabulary)
    assert hours(entry) == right
    texts = [finding.message % finding.values for finding in entry.findings]
    assert any(says in text for text in texts) if says else True
    assert not says or len([text for text in texts if says in text]) == 1


def test_a_series_that_ends_before_it_starts_says_so(vocabulary):
    entry = read(calendar(NINE, "RRULE:FREQ=WEEKLY;UNTIL=20240420T000000Z;BYDAY=MO\n"), vocabulary)
    assert (entry.verdict, [finding.message % finding.values for finding in entry.findings]) == (
        "refused",
        ["Its series ends (2024-04-20) before it starts. Please correct one of them."],
    )


def test_texts_broken_without_a_fold_stay_whole(vocabulary):
    raw = calendar(NINE, "DESCRIPTION:第一行\n第二行没有缩进\n\nNote: 带身份证\nLOCATION:市图书馆报告厅\n")
    entry = read(raw, vocabulary)
    assert entry.draft.description == "第一行\n第二行没有缩进\n\nNote: 带身份证"
    assert [venue.name for venue in entry.draft.venues] == ["市图书馆报告厅"]
    folded = calendar(NINE, "LOCATION:市图书馆一楼\r\n 报告厅\n").replace(b"\r\n", b"\r\r\n")
    assert [venue.name for venue in read(folded, vocabulary).draft.venues] == ["市图书馆一楼报告厅"]


DAILY = NINE + "RRULE:FREQ=DAILY;COUNT=4\n"


def overridden(lines: str, series: str = DAILY) -> bytes:
    return calendar(
        series, "END:VEVENT\nBEGIN:VEVENT\nUID:a@x\nDTSTAMP:20240401T000000Z\nSUMMARY:专利讲座\n" + lines
    )


@pytest.mark.parametrize(
    ("lines", "right", "says"),
    [
        (
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Shanghai:20240424T090000\n"
            "DTSTART;TZID=Asia/Shanghai:20240424T143000\nDTEND;TZID=Asia/Shanghai:20240424T160000\n",
            ["04-22 09:00", "04-23 09:00", "04-24 14:30", "04-25 14:30"],
            "",
        ),
        (
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Shanghai:20240424T090000\nSTATUS:CANCELLED\n",
            ["04-22 09:00", "04-23 09:00"],
            "Cancelled in its calendar from",
        ),
        (
            "RECURRENCE-ID;TZID=Asia/Shanghai:20240424T090000\nSTATUS:CANCELLED\n",
            ["04-22 09:00", "04-23 09:00", "04-25 09:00"],
            "Cancelled in its calendar on",
        ),
    ],
)
def test_dates_that_a_calendar_changes_or_cancels(lines, right, says, vocabulary):
    understood = read(overridden(lines), vocabulary)
    assert hours(understood) == right
    sentences = [finding.message for finding in understood.findings]
    assert any(sentence.startswith(says) for sentence in sentences) if says else len(sentences) == 1
    ends = {each.end_at - each.start_at for each in understood.draft.occurrences}
    assert ends == {timedelta(minutes=90)}


FROM_JANUARY = (
    "DTSTART;TZID=Asia/Shanghai:20240101T090000\nDTEND;TZID=Asia/Shanghai:20240101T103000\nLOCATION:市图书馆报告厅\n"
    "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=17\n"
)
SINCE_FEBRUARY = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Shanghai:20240205T090000\n"
AT_TEN = "DTSTART;TZID=Asia/Shanghai:20240205T100000\nDTEND;TZID=Asia/Shanghai:20240205T113000\n"


def texts(understood) -> list[str]:
    return [finding.message % finding.values for finding in understood.findings]


@pytest.mark.parametrize(
    ("place", "places", "says"),
    [
        ("市科技馆", {"市科技馆"}, []),
        (
            "各社区",
            {"市图书馆报告厅"},
            ["From 2024-02-05 on it takes place elsewhere. That place was not kept: 各社区."],
        ),
    ],
)
def test_a_change_of_later_dates_from_before_the_week_changes_the_place_too(place, places, says, vocabulary):
    data = overridden(f"{SINCE_FEBRUARY}{AT_TEN}LOCATION:{place}\n", FROM_JANUARY)
    understood = read(data, vocabulary)
    assert set(hours(understood)) >= {"04-15 10:00", "04-22 10:00"}
    assert {each.venue.name for each in understood.draft.occurrences} == places
    assert [text for text in texts(understood) if text.startswith("From")] == says


def test_a_title_and_a_cancellation_of_later_dates_from_before_the_week_are_named(vocabulary):
    other = overridden(SINCE_FEBRUARY + AT_TEN, FROM_JANUARY)
    other = other[::-1].replace("专利讲座".encode()[::-1], "商标讲座".encode()[::-1], 1)[::-1]
    assert "From 2024-02-05 on it has another title. That title was not kept: 商标讲座." in texts(
        read(other, vocabulary)
    )
    cancelled = read(overridden(SINCE_FEBRUARY + "STATUS:CANCELLED\n", FROM_JANUARY), vocabulary)
    assert cancelled.verdict == "other_year"
    assert texts(cancelled)[1:] == [
        "Cancelled in its calendar from 2024-02-05 on, so not imported from that day."
    ]


def test_a_range_that_is_not_applied_is_named(vocabulary):
    lines = (
        "RECURRENCE-ID;RANGE=THISANDPRIOR;TZID=Asia/Shanghai:20240424T090000\n"
        "DTSTART;TZID=Asia/Shanghai:20240424T143000\nDTEND;TZID=Asia/Shanghai:20240424T160000\n"
    )
    understood = read(overridden(lines), vocabulary)
    assert hours(understood) == ["04-22 09:00", "04-23 09:00", "04-24 14:30", "04-25 09:00"]
    assert texts(understood)[0] == (
        "A change to other dates of the series (RANGE=THISANDPRIOR) was applied to one date only."
    )


def test_a_later_date_that_moves_past_midnight_is_of_the_next_day(vocabulary):
    lines = (
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Shanghai:20240423T090000\n"
        "DTSTART;TZID=Asia/Shanghai:20240423T180000\nDTEND;TZID=Asia/Shanghai:20240423T193000\n"
    )
    series = NINE + "RRULE:FREQ=DAILY;COUNT=2\nRDATE;TZID=Asia/Shanghai:20240424T200000\n"
    understood = read(overridden(lines, series), vocabulary)
    assert hours(understood) == ["04-22 09:00", "04-23 18:00", "04-25 05:00"]
    assert [f"{each.start_day:%m-%d}~{each.end_day:%m-%d}" for each in understood.draft.occurrences] == [
        "04-22~04-22",
        "04-23~04-23",
        "04-25~04-25",
    ]
