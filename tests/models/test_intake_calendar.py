"""Calendar files from everywhere: what is read of each kind, what is refused, and that none of them takes long."""

import time as clocks
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import publishing
from models.base import db
from models.errors import Mistake
from models.events import Event
from models.intake import Outcome, counts, markup, plan, read_file, recurrence, take_in
from models.intake import entry as entries
from models.intake.reading import Reading
from tests.support.week import NINE, load_week

READING = Reading(
    date(2024, 4, 20), date(2024, 4, 26), "Asia/Shanghai", {"社会公众": "public"}, {"主题宣讲": "lecture"}, ()
)
BEFORE = NINE - timedelta(days=10)


def calendar(*events: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head.split("\n")]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().split("\n"), "END:VEVENT"]
    return "\r\n".join([*filter(None, lines), "END:VCALENDAR", ""]).encode()


def one(data: bytes):
    (row,) = read_file(data, "a.ics")
    return entries.understand(row, READING)


def sittings(data: bytes) -> list[tuple[str, str | None]]:
    """Start and end of each sitting: days, or UTC instants to the minute."""
    found = []
    for draft in one(data).draft.occurrences:
        if draft.start_at is None:
            found.append((f"{draft.start_day}", f"{draft.end_day}"))
        else:
            found.append((_minute(draft.start_at), draft.end_at and _minute(draft.end_at)))
    return found


def _minute(at: datetime) -> str:
    return at.strftime("%m-%d %H:%M")


def said(read) -> list[str]:
    return [finding.message % finding.values for finding in read.findings]


NINE_TO_ELEVEN = [("04-22 01:00", "04-22 03:00")]
CUSTOM = """BEGIN:VTIMEZONE
TZID:(UTC+08:00) Beijing
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("times", "head", "expected"),
    [
        (
            "DTSTART;TZID=Asia/Shanghai:20240422T090000\nDTEND;TZID=Asia/Shanghai:20240422T110000",
            "",
            NINE_TO_ELEVEN,
        ),
        (
            "DTSTART;TZID=China Standard Time:20240422T090000\nDTEND;TZID=China Standard Time:20240422T110000",
            "",
            NINE_TO_ELEVEN,
        ),
        ('DTSTART;TZID="(UTC+08:00) Beijing":20240422T090000\nDURATION:PT2H', CUSTOM, NINE_TO_ELEVEN),
        (
            "DTSTART;TZID=/example.org/20240101/Asia/Shanghai:20240422T090000\nDURATION:PT120M",
            "",
            NINE_TO_ELEVEN,
        ),
        *(
            (f'DTSTART;TZID="{name}":20240422T090000\nDURATION:PT2H', "", NINE_TO_ELEVEN)
            for name in (
                "(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi",
                "(GMT+08:00) 北京，重庆，香港特别行政区，乌鲁木齐",
                "中国标准时间",
                "GMT+0800",
                "UTC+8",
            )
        ),
        ("DTSTART:20240422T010000Z\nDTEND:20240422T030000Z", "", NINE_TO_ELEVEN),
        ("DTSTART:20240422T090000\nDTEND:20240422T110000", "X-WR-TIMEZONE:Asia/Shanghai", NINE_TO_ELEVEN),
        ("DTSTART:20240422T100000\nDTEND:20240422T120000", "X-WR-TIMEZONE:Asia/Tokyo", NINE_TO_ELEVEN),
        ("DTSTART:20240422T010000Z", "", [("04-22 01:00", None)]),
        ("DTSTART:20240422T010000Z\nDTEND:20240422T010000Z", "", [("04-22 01:00", None)]),
        ("DTSTART;VALUE=DATE:20240422", "", [("2024-04-22", "2024-04-22")]),
        ("DTSTART;VALUE=DATE:20240420\nDTEND;VALUE=DATE:20240427", "", [("2024-04-20", "2024-04-26")]),
        ("DTSTART;VALUE=DATE:20240422\nDTEND;VALUE=DATE:20240422", "", [("2024-04-22", "2024-04-22")]),
        ("DTSTART;VALUE=DATE:20240422\nDURATION:P2D", "", [("2024-04-22", "2024-04-23")]),
        (
            "DTSTART;TZID=Asia/Shanghai:20240422T000000\nDTEND;TZID=Asia/Shanghai:20240424T000000\n"
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            "",
            [("2024-04-22", "2024-04-23")],
        ),
    ],
)
def test_times_as_every_maker_writes_them(times, head, expected):
    assert sittings(calendar(f"UID:1\nSUMMARY:讲座\n{times}", head=head)) == expected


@pytest.mark.parametrize("length", ["-PT90M", "P9999999999D", "PT", "90"])
def test_a_length_that_is_none_is_not_passed_over(length):
    read = one(calendar(f"UID:1\nSUMMARY:讲座\nDTSTART:20240422T010000Z\nDURATION:{length}"))
    assert said(read) == [f"How long it lasts is not understood ({length}). Enter it by hand."]
    assert read.draft is None


def test_a_calendar_in_utf_16_is_read():
    data = calendar("UID:1\nSUMMARY:讲座\nDTSTART:20240422T010000Z").decode().encode("utf-16")
    assert one(data).title == "讲座"


def test_a_floating_time_without_any_zone_is_the_campaigns_and_said():
    read = one(calendar("UID:1\nSUMMARY:讲座\nDTSTART:20240422T090000"))
    assert read.draft.occurrences[0].start_at == datetime(2024, 4, 22, 1, tzinfo=UTC)
    assert said(read) == ["No time zone is told: read as Asia/Shanghai."]


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
    found = sittings(calendar(AT_NINE + rule))
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
    assert [day for day, _ in sittings(calendar(ALL_DAY + out))] == ["2024-04-20", "2024-04-22"]


def test_a_moved_date_may_be_told_as_a_day():
    moved = "UID:1\nSUMMARY:讲座\nDTSTART;TZID=Asia/Shanghai:20240421T140000\nRECURRENCE-ID"
    data = calendar(AT_NINE + "RRULE:FREQ=DAILY;COUNT=4", f"{moved};VALUE=DATE:20240421")
    assert [start for start, _ in sittings(data)] == [
        "04-19 01:00", "04-20 01:00", "04-21 06:00", "04-22 01:00",
    ]  # fmt: skip
    data = calendar(ALL_DAY, f"{moved}:20240421T000000")
    told = [draft.start_at and _minute(draft.start_at) for draft in one(data).draft.occurrences]
    assert told == [None, "04-21 06:00", None]


@pytest.mark.parametrize("end", ["PT3H", "20240423T040000Z"])
def test_a_period_is_read_with_its_end(end):
    data = calendar(AT_NINE + f"RDATE;VALUE=PERIOD:20240423T010000Z/{end}")
    assert sittings(data) == [("04-19 01:00", "04-19 02:00"), ("04-23 01:00", "04-23 04:00")]


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("PT", "How long it lasts is not understood (PT). Enter it by hand."),
        ("20240423T000000Z", "An event ends before it begins. Change its end."),
        ("soon", "“soon” is no date or time of a calendar."),
    ],
)
def test_a_period_without_a_certain_end_is_refused(end, sentence):
    assert said(one(calendar(AT_NINE + f"RDATE;VALUE=PERIOD:20240423T010000Z/{end}"))) == [sentence]


def test_a_beginning_that_its_rule_leaves_out_is_said():
    read = one(calendar(AT_NINE + "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=2"))
    assert [draft.start_day.day for draft in read.draft.occurrences] == [22, 24]
    assert said(read)[0] == (
        "It begins on 2024-04-19, which is none of the days that it repeats on: that day was not read. "
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
    assert [start for start, _ in sittings(data)] == ["04-19 01:00", "04-22 01:00", "04-25 06:00"]
    assert one(data).draft.occurrences[2].venue.name == "县文化馆报告厅"


BOMBS = [
    "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=2", "FREQ=HOURLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYSETPOS=2", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=DAILY;INTERVAL=999999999999999",
    "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6,7,8", "FREQ=DAILY;COUNT=1000000000", "FREQ=WEEKLY;BYDAY=XX",
]  # fmt: skip


@pytest.mark.parametrize("rule", BOMBS)
def test_rules_made_to_hurt_end_at_once(rule):
    began = clocks.monotonic()
    read = one(calendar(f"UID:1\nSUMMARY:x\nDTSTART:20240101T010000Z\nRRULE:{rule}"))
    assert read.verdict in ("refused", "other_year")
    assert clocks.monotonic() - began < 2


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
    monkeypatch.setattr(plan, "Steps", partial(recurrence.Steps, 30_000))
    many = [f"UID:{n}\nSUMMARY:{n}\n{rule}" for n in range(40)]
    plain = "UID:p\nSUMMARY:p\nDTSTART:20240422T010000Z"
    outcomes = take_in(load_week(), read_file(calendar(*many, plain)), BEFORE, dry_run=True)
    assert said(outcomes[-2])[0].startswith("The series of this file are too many or too long")
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


def test_a_mark_bare_line_feeds_and_a_fold_inside_a_character():
    data = calendar("UID:1\nSUMMARY:知识产权讲座\nDTSTART:20240422T010000Z").replace(b"\r\n", b"\n")
    title = "知识产权讲座".encode()
    data = b"\xef\xbb\xbf" + data.replace(title, title[:4] + b"\n " + title[4:])
    assert one(data).title == "知识产权讲座"


def test_gb18030_and_html_and_a_long_uid():
    html = "DESCRIPTION:<p>欢迎<br>参加&amp;提问</p><script>alert(1)</script><style>p{}</style>"
    data = calendar(f"UID:{'u' * 300}\nSUMMARY:讲座<b>一</b>\nDTSTART:20240422T010000Z\n{html}")
    read = one(data.decode().encode("gb18030"))
    assert (read.title, read.draft.description) == ("讲座一", "欢迎\n参加&提问")
    assert read.draft.origin_ref.startswith("sha256:")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("<p>报名</p>&lt;script&gt;alert(1)&lt;/script&gt;", "报名"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;报名", "报名"),
        ("<p>报名&amp;amp;amp;lt;img src=x onerror=alert(1)&amp;amp;amp;gt;</p>", "报名"),
        ("&" + "amp;" * 4000 + "lt;b&gt;报名", "报名"),
        ("<\x01script>alert(1)</\x01script>报名", "报名"),
        ("A &amp; B &nbsp; C&#39;s &quot;D&quot;", 'A & B C\'s "D"'),
        ("https://week.example/?a=1&copy=2&lt=3", "https://week.example/?a=1&copy=2&lt=3"),
        ("<br>5 &lt; 6 &amp;&amp; 7 &gt; 3", "5 < 6 && 7 > 3"),
        ("&#x202e;报名&#1;&#99999999;", "报名&#99999999;"),
    ],
)
def test_what_was_escaped_does_not_come_back_as_markup(told, kept):
    assert markup.plain(told) == kept
    assert markup.line(told) == kept


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<", ">", "&", "lt;", "gt;", "amp;", "#60;", "script", "/", "b", "\n", " ", "\x00"])
    )
)
def test_a_text_without_markup_stays_so(parts):
    kept = markup.plain("".join(parts))
    assert markup.plain(kept) == kept


@pytest.mark.parametrize("between", [b"", b"\r\n", b"\r\n\xef\xbb\xbf", b"\xef\xbb\xbf", b" \n \n"])
def test_calendars_put_behind_one_another_are_all_read(between):
    one_day = "UID:{0}\nSUMMARY:{0}\nDTSTART;VALUE=DATE:20240422"
    files = [calendar(one_day.format(name)).strip() for name in ("a", "b", "c")]
    rows = read_file(b"\xef\xbb\xbf" + between.join(files), "a.ics")
    assert [entries.understand(row, READING).draft.title for row in rows] == ["a", "b", "c"]


def test_several_calendars_and_copies_of_one_event():
    first = calendar("UID:1\nSUMMARY:旧\nSEQUENCE:1\nDTSTART:20240422T010000Z")
    second = calendar(
        "UID:1\nSUMMARY:新\nSEQUENCE:2\nDTSTART:20240422T020000Z",
        "UID:2\nSUMMARY:另\nDTSTART:20240423T010000Z",
    )
    rows = read_file(first + second, "a.ics")
    assert [entries.understand(row, READING).title for row in rows] == ["新", "另"]
    twins = calendar(
        "UID:1\nSUMMARY:甲\nDTSTART:20240422T010000Z", "UID:1\nSUMMARY:乙\nDTSTART:20240423T010000Z"
    )
    assert [entries.understand(row, READING).title for row in read_file(twins)] == ["甲", "乙"]


def test_events_of_one_uid_at_one_hour_are_told_apart_and_known_again():
    hall = "UID:1\nSUMMARY:讲座{0}\nLOCATION:{0}号大厅\nDTSTART:20240422T010000Z"
    first, second = hall.format("一"), hall.format("二")
    before = entries.understand(read_file(calendar(first, second))[-1], READING)
    assert before.draft.origin_ref == "1"  # as it was known when the last of them was read alone
    rows = read_file(calendar(first, second, first.replace("0422", "0423"), first))
    read = [entries.understand(row, READING) for row in rows]
    assert [(each.title, each.draft.occurrences[0].start_day.day) for each in read] == [
        ("讲座二", 22), ("讲座一", 22), ("讲座一", 23),
    ]  # fmt: skip
    assert [each.ref.count("#") for each in read] == [2, 0, 1]
    assert said(read[0]) == ["3 events of the file share one UID: told apart by beginning, title and place."]


@pytest.mark.parametrize(
    ("event", "verdict", "sentence"),
    [
        ("UID:1\nDTSTART:20240422T010000Z", "refused", "The event has no title (SUMMARY)."),
        ("UID:1\nSUMMARY:x", "refused", "The event does not say when it begins (DTSTART)."),
        ("UID:1\nSUMMARY:x\nDTSTART:soon", "refused", "“soon” is no date or time of a calendar."),
        (
            "UID:1\nSUMMARY:x\nCLASS:PRIVATE\nDTSTART:20240422T010000Z",
            "refused",
            "It is marked as private in its source. Not taken in.",
        ),
        (
            "UID:1\nSUMMARY:x\nDTSTART;TZID=Atlantis:20240422T010000",
            "refused",
            "The time zone “Atlantis” is not known here, so its time is not certain. Enter this event by hand.",
        ),
        (
            "UID:1\nSUMMARY:x\nDTSTART:20240922T010000Z",
            "other_year",
            "Not between 2024-03-21 and 2024-05-26. Not taken in.",
        ),
    ],
)
def test_events_that_are_not_taken_in(event, verdict, sentence):
    read = one(calendar(event))
    assert (read.verdict, said(read)) == (verdict, [sentence])


_CUT = "The calendar breaks off before its end. Export or fetch it once more."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (calendar(), "There is no event in this calendar."),
        (calendar("UID:1")[:-20], _CUT),
        *(
            (calendar("UID:1\nSUMMARY:讲座").decode().encode(coding).partition(b"\r\nEND:VE")[0][:-1], _CUT)
            for coding in ("utf-8", "gb18030")
        ),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff\xff\r\nEND:VCALENDAR\r\n", "This calendar is written neither in"),
        (b"\n<html><title>Sign in</title>", "This is a web page"),
        (b"nothing", "This is not a calendar: it does not begin with BEGIN:VCALENDAR."),
        (
            calendar("UID:1\nSUMMARY:" + "x" * 6_000_000),
            "The calendar is larger than 5 MB. Export a shorter time.",
        ),
    ],
)
def test_what_is_no_calendar(data, sentence):
    with pytest.raises(Mistake) as refused:
        read_file(data, "a.ics")
    assert str(refused.value).startswith(sentence)


def test_a_megabyte_within_seconds():
    began = clocks.monotonic()
    event = "UID:{0}\nSUMMARY:讲座{0}\nDTSTART;TZID=Asia/Shanghai:20240422T090000\nDESCRIPTION:" + "介绍" * 20
    data = calendar(*(event.format(n) for n in range(5000)))
    assert len(data) > 1024 * 1024
    assert sum(bool(entries.understand(row, READING).draft) for row in read_file(data)) == 5000
    assert clocks.monotonic() - began < 20


@settings(max_examples=150, deadline=2000)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data),
        st.lists(
            st.one_of(
                st.sampled_from(
                    ["DTSTART:20240422T010000Z", "RRULE:FREQ=DAILY", "BEGIN:VALARM", "END:VALARM"]
                ),
                st.from_regex(
                    r"(SUMMARY|DTSTART|DTEND|RRULE|EXDATE|DURATION|GEO|UID|RDATE|RECURRENCE-ID)[;:].{0,30}"
                ),
                st.text(max_size=30),
            ),
            max_size=8,
        ).map(lambda lines: calendar("SUMMARY:x\n" + "\n".join(lines)) if lines else b""),
    ),
    st.sampled_from(["a.ics", "a.csv", "a.xlsx"]),
)
@example(calendar("SUMMARY:x\nRECURRENCE-ID:"), "a.ics")
def test_any_bytes_are_read_or_refused_with_a_sentence(data, name):
    try:
        rows = read_file(data, name)
    except Mistake:
        return
    for row in rows:
        if hasattr(row, "uid"):
            entries.understand(row, READING)


# ---------------------------------------------------------------- again


def taken(outcomes: list[Outcome]) -> list[tuple[str, bool]]:
    return [(outcome.verdict, outcome.written) for outcome in outcomes]


@pytest.fixture
def campaign(app):
    return load_week()


LECTURE = "UID:a\nSUMMARY:讲座\nDTSTART:20240422T010000Z\nDTEND:20240422T030000Z"
FAIR = "UID:b\nSUMMARY:市集\nDTSTART:20240423T010000Z"


def test_the_same_calendar_again_a_change_a_cancellation_and_what_is_missing(campaign):
    def hand_in(*events: str, **options) -> list[Outcome]:
        return take_in(campaign, read_file(calendar(*events)), BEFORE, origin="feed:1", **options)

    assert taken(hand_in(LECTURE, FAIR)) == [("new", True), ("new", True)]
    assert taken(hand_in(LECTURE, FAIR, whole=True)) == [("same", False), ("same", False)]
    later = LECTURE.replace("T0", "T1")
    assert taken(hand_in(later, FAIR)) == [("changed", True), ("same", False)]
    called_off = FAIR + "\nSTATUS:CANCELLED"
    assert taken(hand_in(later, called_off, cancel=False)) == [("same", False), ("cancelled", False)]
    assert taken(hand_in(called_off)) == [("cancelled", True)]
    offered = hand_in(called_off, whole=True, cancel=())
    assert taken(offered) == [("cancelled", False), ("cancelled", False)]
    missing = offered[1]
    assert (missing.row, missing.title) == (None, "讲座")
    assert db.session.get(Event, missing.event).status == "published"
    assert taken(hand_in(called_off, whole=True, cancel=[missing.event]))[1] == ("cancelled", True)
    states = db.session.execute(select(Event.origin_ref, Event.status).order_by(Event.origin_ref)).all()
    assert [tuple(state) for state in states] == [("a", "cancelled"), ("b", "cancelled")]


UNREADABLE = LECTURE.replace("DTSTART:20240422T010000Z", "DTSTART;TZID=Atlantis:20240422T010000")
STAYS = "What was taken in of it before stays as it is."
MAY_BE = "It may be one of the rows that were not read, and stays as it is. Mend those and import again."


def words(outcomes: list[Outcome]) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.verdict, (said(one) or [""])[-1]) for one in outcomes]


@pytest.mark.parametrize("cancel", [True, ()])
def test_what_could_not_be_read_is_not_missing(campaign, cancel):
    def again(*events: str) -> list[Outcome]:
        return take_in(campaign, read_file(calendar(*events)), BEFORE, origin="o", whole=True, cancel=cancel)

    twin = FAIR.replace("0423", "0424")  # shares the UID, and is known by its beginning as well
    take_in(campaign, read_file(calendar(LECTURE, FAIR, twin)), BEFORE, origin="o")
    assert words(again(UNREADABLE, FAIR, twin))[0] == (1, "refused", STAYS)
    broken = FAIR.replace("DTSTART:", "DTSTART:soon")
    assert words(again(LECTURE, broken))[1:] == [(2, "refused", STAYS), (None, "refused", MAY_BE)]
    told = [(one.row, one.verdict) for one in again(LECTURE, FAIR, broken)]
    assert told == [(1, "same"), (2, "same"), (3, "refused"), (None, "refused")]
    nameless = "SUMMARY:讲座\nDTSTART:soon"
    assert words(again(nameless, FAIR, twin))[-1] == (None, "refused", MAY_BE)
    assert set(db.session.scalars(select(Event.status))) == {"published"}


def test_a_row_of_a_table_that_could_not_be_read_is_not_missing(campaign):
    head = "id,year,title,start_date\n"
    lines = ["1,2024,讲座,2024-04-22", "2,2024,市集,2024-04-23"]

    def again(*rows: str) -> list[Outcome]:
        table = (head + "\n".join(rows)).encode()
        return take_in(campaign, read_file(table, "a.csv"), BEFORE, origin="o", whole=True)

    again(*lines)
    assert words(again("1,2024,,2024-04-22", lines[1]))[0] == (2, "refused", STAYS)
    assert words(again(",2024,,2024-04-22", lines[1]))[-1] == (None, "refused", MAY_BE)
    assert set(db.session.scalars(select(Event.status))) == {"published"}


def test_an_event_that_its_source_moves_out_of_the_week_is_offered_as_cancelled(campaign):
    def again(**options) -> list[tuple[str, str, bool]]:
        rows = read_file(calendar(LECTURE.replace("0422", "0922")))
        return [
            (one.verdict, said(one)[0 if one.verdict == "cancelled" else -1], one.written)
            for one in take_in(campaign, rows, options.pop("now", BEFORE), origin="o", **options)
        ]

    take_in(campaign, read_file(calendar(LECTURE)), BEFORE, origin="o")
    moved = "Its source has moved it out of the campaign's time."
    left = "It is still published here at its old date. Cancel it at the desk if that is right."
    assert again() == [("other_year", left, False)]
    assert again(cancel=()) == [("cancelled", moved, False)]
    assert again(whole=True, now=BEFORE + timedelta(days=40)) == [("other_year", STAYS, False)]
    assert db.session.scalar(select(Event.status)) == "published"
    assert again(whole=True) == [("cancelled", moved, True)]
    assert db.session.scalar(select(Event.status)) == "cancelled"


def test_another_origin_has_its_own_ids(campaign):
    take_in(campaign, read_file(calendar(LECTURE)), BEFORE, origin="feed:1")
    outcomes = take_in(campaign, read_file(calendar(LECTURE)), BEFORE, origin="feed:2", dry_run=True)
    assert counts(outcomes)["new"] == 1


def test_a_cancelled_event_that_was_never_here_is_left_out(campaign):
    outcomes = take_in(campaign, read_file(calendar(LECTURE + "\nSTATUS:CANCELLED")), BEFORE)
    assert (taken(outcomes), db.session.scalar(select(Event.id))) == ([("cancelled", False)], None)


def test_what_was_merged_here_stays_merged(campaign):
    first, second = (
        take_in(campaign, read_file(calendar(event)), BEFORE, origin="feed:1")[0].event
        for event in (LECTURE, FAIR)
    )
    publishing.merge(db.session.get(Event, first), db.session.get(Event, second), BEFORE)
    (again,) = take_in(campaign, read_file(calendar(FAIR)), BEFORE, origin="feed:1")
    assert (again.verdict, again.event, again.written) == ("same", first, False)


def test_what_was_merged_into_another_calendars_event_does_not_call_that_off(campaign):
    """Both calendars know it by one UID, as where one of them was copied from the other."""
    data = read_file(calendar(LECTURE))
    kept, other = (take_in(campaign, data, BEFORE, origin=name)[0].event for name in ("feed:1", "feed:2"))
    publishing.merge(db.session.get(Event, kept), db.session.get(Event, other), BEFORE)
    moved = read_file(calendar(LECTURE.replace("0422", "0922")))
    (again,) = take_in(campaign, moved, BEFORE, origin="feed:2", whole=True)
    assert (again.verdict, again.event, again.written) == ("other_year", kept, False)
    assert db.session.get(Event, kept, populate_existing=True).status == "published"
