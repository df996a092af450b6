"""Calendar files from everywhere: what is read of each kind, what is refused, and that none of them takes long."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.errors import Mistake
from models.imports import plain_text
from models.imports.calendar import to_draft as entries
from models.imports.read_file import read_file
from tests.support.files.calendar_files import READING, calendar, occurrences, one, said

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
    assert occurrences(calendar(f"UID:1\nSUMMARY:讲座\n{times}", head=head)) == expected


@pytest.mark.parametrize("length", ["-PT90M", "P9999999999D", "PT", "90"])
def test_a_length_that_is_none_is_not_passed_over(length):
    read = one(calendar(f"UID:1\nSUMMARY:讲座\nDTSTART:20240422T010000Z\nDURATION:{length}"))
    assert said(read) == [f"DURATION “{length}” cannot be read and was left out."]
    assert [(one.start_at is None, one.end_at) for one in read.draft.occurrences] == [(False, None)]


def test_a_calendar_in_utf_16_is_read():
    data = calendar("UID:1\nSUMMARY:讲座\nDTSTART:20240422T010000Z").decode().encode("utf-16")
    assert one(data).title == "讲座"


def test_a_floating_time_without_any_zone_is_the_campaigns_and_said():
    read = one(calendar("UID:1\nSUMMARY:讲座\nDTSTART:20240422T090000"))
    assert read.draft.occurrences[0].start_at == datetime(2024, 4, 22, 1, tzinfo=UTC)
    assert said(read) == ["No time zone is given; read as Asia/Shanghai."]


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
    assert plain_text.plain(told) == kept
    assert plain_text.line(told) == kept


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<", ">", "&", "lt;", "gt;", "amp;", "#60;", "script", "/", "b", "\n", " ", "\x00"])
    )
)
def test_a_text_without_markup_stays_so(parts):
    kept = plain_text.plain("".join(parts))
    assert plain_text.plain(kept) == kept


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
    assert said(read[0]) == [
        "3 events in the file share one UID. They were distinguished by start, title and place."
    ]


@pytest.mark.parametrize(
    ("event", "verdict", "sentence"),
    [
        ("UID:1\nDTSTART:20240422T010000Z", "refused", "The event has no title (SUMMARY)."),
        ("UID:1\nSUMMARY:x", "refused", "The event has no start time (DTSTART)."),
        ("UID:1\nSUMMARY:x\nDTSTART:soon", "refused", "“soon” is not a calendar date or time."),
        (
            "UID:1\nSUMMARY:x\nCLASS:PRIVATE\nDTSTART:20240422T010000Z",
            "refused",
            "It is marked as private in its calendar. Not imported.",
        ),
        (
            "UID:1\nSUMMARY:x\nDTSTART;TZID=Atlantis:20240422T010000",
            "refused",
            "The time zone “Atlantis” is unknown, so the time is not certain. Enter this event by hand.",
        ),
        (
            "UID:1\nSUMMARY:x\nDTSTART:20240922T010000Z",
            "other_year",
            "Not between 2024-03-21 and 2024-05-26. Not imported.",
        ),
    ],
)
def test_events_that_are_not_taken_in(event, verdict, sentence):
    read = one(calendar(event))
    assert (read.verdict, said(read)) == (verdict, [sentence])


_CUT = "The calendar ends before it is complete. Export or download it again."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (calendar(), "There is no event in this calendar."),
        (calendar("UID:1")[:-20], _CUT),
        *(
            (calendar("UID:1\nSUMMARY:讲座").decode().encode(coding).partition(b"\r\nEND:VE")[0][:-1], _CUT)
            for coding in ("utf-8", "gb18030")
        ),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff\xff\r\nEND:VCALENDAR\r\n", "This calendar is neither in"),
        (b"\n<html><title>Sign in</title>", "This is a web page"),
        (b"nothing", "This is not a calendar: it does not start with BEGIN:VCALENDAR."),
        (
            calendar("UID:1\nSUMMARY:" + "x" * 6_000_000),
            "The calendar is larger than 5 MB. Export a shorter period.",
        ),
    ],
)
def test_what_is_no_calendar(data, sentence):
    with pytest.raises(Mistake) as refused:
        read_file(data, "a.ics")
    assert str(refused.value).startswith(sentence)


def test_a_megabyte_is_read_whole():
    event = "UID:{0}\nSUMMARY:讲座{0}\nDTSTART;TZID=Asia/Shanghai:20240422T090000\nDESCRIPTION:" + "介绍" * 20
    data = calendar(*(event.format(n) for n in range(5000)))
    assert len(data) > 1024 * 1024
    assert sum(bool(entries.understand(row, READING).draft) for row in read_file(data)) == 5000


@settings(max_examples=150, deadline=None)
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
