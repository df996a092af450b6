"""Calendar entries as bytes, read back by parsers that are not ours: what every subscriber's program has to read."""

import logging
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import ics
import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import Conflict
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, VenueDraft, draft_of
from models.events.tables import Event, Occurrence
from models.ics import entries, vcalendar, vevent
from models.ics import version as calendar_version
from models.ics.entries import EVERYTHING
from models.ics.version import CalendarVersion
from models.publishing import lifecycle
from models.publishing.change import event_transaction
from tests.support.records.week import NINE, load_week, minutes, session

pytest_plugins = ["tests.support.records.queries"]

URL = "http://openweek.test/ip-2024/events.ics"
APRIL_20 = date(2024, 4, 20)
PICTURE = "IMAGE;DISPLAY=BADGE;FMTTYPE=image/png;VALUE=URI"


@pytest.fixture
def campaign(app):
    return load_week()


def add(campaign, title="讲座", *occurrences, now=NINE, **fields) -> Event:
    draft = EventDraft(title=title, occurrences=occurrences or (session(),), **fields)
    return lifecycle.create(campaign, draft, now)


def feed(campaign) -> bytes:
    return entries.feed(campaign, EVERYTHING, URL)


def unfolded(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


def entry(event, number=0) -> dict[str, str]:
    """The properties of an event's entry with their parameters, by name."""
    lines = unfolded(event.occurrences[number].vevent)[1:-2]
    return dict(re.match(r'((?:[^:"]|"[^"]*")+):(.*)', line).groups() for line in lines)


def by_vobject(body: bytes) -> dict[str, tuple]:
    """UID → title, begin, end, status, sequence."""
    calendar = vobject.readOne(body.decode())
    return {
        vevent.uid.value: (
            vevent.summary.value,
            as_utc(vevent.dtstart.value),
            as_utc(vevent.dtend.value),
            vevent.status.value,
        )
        for vevent in calendar.contents.get("vevent", [])
    }


def by_ics(body: bytes) -> dict[str, tuple]:
    by_uid = {}
    for event in ics.Calendar(body.decode()).events:
        begin, end = event.begin.datetime, event.end.datetime
        times = (begin.date(), end.date()) if event.all_day else (as_utc(begin), as_utc(end))
        by_uid[event.uid] = (event.name, *times, event.status)
    return by_uid


def as_utc(value):
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def test_two_foreign_parsers_read_the_same_calendar(campaign):
    timed = add(campaign, "讲座：专利，商标；版权\\入门")
    whole = add(campaign, "展览", OccurrenceDraft(APRIL_20, date(2024, 4, 22)))
    half = add(campaign, "咨询", OccurrenceDraft(APRIL_20, APRIL_20, half_day="afternoon"), time_text="下午")
    two_days = add(campaign, "🎓 两场", session(), session(NINE + timedelta(days=1), day=date(2024, 4, 23)))
    cancelled = add(campaign, "取消的")
    lifecycle.cancel(cancelled, NINE + minutes(5))
    eleven = NINE + timedelta(hours=2)
    rows = [
        (timed, 0, "讲座：专利，商标；版权\\入门", NINE, eleven, "CONFIRMED"),
        (whole, 0, "展览", APRIL_20, date(2024, 4, 23), "CONFIRMED"),
        (half, 0, "咨询（下午）", APRIL_20, date(2024, 4, 21), "CONFIRMED"),
        (two_days, 0, "🎓 两场", NINE, eleven, "CONFIRMED"),
        (two_days, 1, "🎓 两场", NINE + timedelta(days=1), eleven + timedelta(days=1), "CONFIRMED"),
        (cancelled, 0, "【已取消】取消的", NINE, eleven, "CANCELLED"),
    ]
    expected = {f"occ-{event.occurrences[n].id}@openweek.test": tuple(rest) for event, n, *rest in rows}
    assert by_vobject(feed(campaign)) == by_ics(feed(campaign)) == expected
    assert (
        by_vobject(entries.single(two_days))
        == by_ics(entries.single(two_days))
        == dict(list(expected.items())[3:5])
    )


def test_an_entry_says_everything_once(campaign):
    event = add(
        campaign,
        "讲座",
        replace(session(), venue=VenueDraft("报告厅 \"一\"", "320723", "人民路1号, 3楼", 34.2981, 119.2552)),
        groups=("youth", "public"),
        formats=(FormatDraft("talk", "讲座"), FormatDraft("other", "问答")),
        hosts=("甲局", "乙院"),
        description="第一段\r\n第二段\x07",
        mode="mixed",
        online_url="https://live.example.cn/房间?a=1,2;b",
        region_code="320723",
    )  # fmt: skip
    number = event.occurrences[0].id
    place = "报告厅 ＂一＂ 人民路1号, 3楼"
    assert entry(event) == {
        "SUMMARY": "讲座",
        "DTSTART;TZID=Asia/Shanghai": "20240422T090000",
        "DTEND;TZID=Asia/Shanghai": "20240422T110000",
        "DTSTAMP": "20240422T010000Z",
        "LAST-MODIFIED": "20240422T010000Z",
        "UID": f"occ-{number}@openweek.test",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "CATEGORIES": "青少年,社会公众,主题宣讲,问答",
        "CONFERENCE;VALUE=URI": "https://live.example.cn/%E6%88%BF%E9%97%B4?a=1,2;b",
        "DESCRIPTION": "第一段\\n第二段\\n主办：甲局、乙院\\n面向：青少年、社会公众\\n地区：江苏省 连云港市 灌云县\\n"
        "线上参与：https://live.example.cn/%E6%88%BF%E9%97%B4?a=1\\,2\\;b\\n"
        f"详情：http://openweek.test/ip-2024/events/{event.id}",
        "GEO": "34.2981;119.2552",
        "LOCATION": place.replace(",", "\\,"),
        "URL": f"http://openweek.test/ip-2024/events/{event.id}",
        PICTURE: f"http://openweek.test/ip-2024/events/{event.id}/share.png",
        f'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=100;X-TITLE="{place.replace(chr(34), "＂")}"': (
            "geo:34.2981,119.2552"
        ),
    }


def test_what_was_not_told_is_not_there(campaign):
    event = add(campaign, "没说", OccurrenceDraft(APRIL_20, APRIL_20))
    assert entry(event) == {
        "SUMMARY": "没说",
        "DTSTART;VALUE=DATE": "20240420",
        "DTEND;VALUE=DATE": "20240421",
        "TRANSP": "TRANSPARENT",
        "DTSTAMP": "20240422T010000Z",
        "LAST-MODIFIED": "20240422T010000Z",
        "UID": f"occ-{event.occurrences[0].id}@openweek.test",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "DESCRIPTION": f"详情：http://openweek.test/ip-2024/events/{event.id}",
        "URL": f"http://openweek.test/ip-2024/events/{event.id}",
        PICTURE: f"http://openweek.test/ip-2024/events/{event.id}/share.png",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_times_are_told_as_far_as_they_are_known(campaign):
    def written(*occurrences, **fields):
        properties = entry(add(campaign, "活动", *occurrences, **fields))
        starts = next(name + "=" + value for name, value in properties.items() if name.startswith("DTSTART"))
        ends = next((value for name, value in properties.items() if name.startswith("DTEND")), None)
        return (
            starts.partition(";")[2],
            ends,
            properties["SUMMARY"],
            properties["DESCRIPTION"].split("详情")[0],
        )

    first_day, last_day = APRIL_20, date(2024, 4, 21)
    clock = datetime(2024, 4, 20, 1, 30, tzinfo=UTC)
    assert written(OccurrenceDraft(first_day, first_day, half_day="morning"), time_text="4月20日上午") == (
        "VALUE=DATE=20240420", "20240421", "活动（上午）", "时间：4月20日上午\\n",
    )  # fmt: skip
    assert written(OccurrenceDraft(first_day, last_day), time_text="宣传周期间") == (
        "VALUE=DATE=20240420", "20240422", "活动", "时间：宣传周期间\\n",
    )  # fmt: skip
    assert written(OccurrenceDraft(first_day, first_day, open_ended=True)) == (
        "VALUE=DATE=20240420", "20240421", "活动", "时间：4月20日起，结束日期未报告\\n",
    )  # fmt: skip
    assert written(OccurrenceDraft(first_day, first_day, clock)) == (
        "TZID=Asia/Shanghai=20240420T093000",
        None,
        "活动",
        "",
    )
    assert written(OccurrenceDraft(first_day, last_day, clock)) == (
        "VALUE=DATE=20240420", "20240422", "活动", "时间：首日09:30开始\\n",
    )  # fmt: skip
    assert written(OccurrenceDraft(first_day, last_day, clock, clock + timedelta(hours=20)), time_text="09:30") == (
        "TZID=Asia/Shanghai=20240420T093000", "20240421T053000", "活动", "",
    )  # fmt: skip


def test_places_that_cannot_be_on_a_map_are_only_named(campaign):
    def place(**fields):
        properties = entry(add(campaign, "活动", OccurrenceDraft(APRIL_20, APRIL_20), **fields))
        return properties.get("LOCATION"), properties.get("GEO")

    library, park = VenueDraft("图书馆", "320723", "", 34.3, 119.2), VenueDraft("公园", "320723")
    assert place(venues=(library,)) == ("图书馆", "34.3;119.2")
    assert place(venues=(library, park)) == ("图书馆、公园", None)
    assert place(venues=(library, park), venue_text="图书馆和公园") == ("图书馆和公园", None)
    assert place(venues=(park,)) == ("公园", None)
    assert place(venue_text="各社区") == ("各社区", None)
    assert place(mode="online") == (None, None)
    assert vevent.address("https:// 直播间") == ""


def test_the_head_of_a_feed_and_of_a_file_to_keep(campaign):
    event = add(campaign)
    zone = [
        "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZNAME:CST",
        "TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT",
    ]  # fmt: skip
    filters = entries.Filters(
        region=("320000",), day=(APRIL_20,), audience=("unknown", "youth"), format=("other",), q="专利"
    )
    lines = unfolded(entries.feed(campaign, filters, URL + "?region=320000"))
    assert lines[: lines.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Openweek//Openweek//ZH",
        "CALSCALE:GREGORIAN",
        "X-WR-CALDESC:知识产权转化运用促进高质量发展",
        "NAME:2024年全国知识产权宣传周 · 江苏省 · 4月20日 · 受众未报告、青少年 · 其他形式 · “专利”",
        "X-WR-CALNAME:2024年全国知识产权宣传周 · 江苏省 · 4月20日 · 受众未报告、青少年 · 其他形式 · “专利”",
        "COLOR:steelblue",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "SOURCE;VALUE=URI:http://openweek.test/ip-2024/events.ics?region=320000",
        "X-PUBLISHED-TTL:PT1H",
        "X-WR-TIMEZONE:Asia/Shanghai",
    ]
    lines = unfolded(entries.single(event))
    assert lines[:14] == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Openweek//Openweek//ZH", "CALSCALE:GREGORIAN", *zone,
    ]  # fmt: skip
    text = feed(campaign).decode()
    for never in ("METHOD", "ORGANIZER", "ATTENDEE", "RRULE", "VALARM", "DAYLIGHT"):
        assert never not in text


def test_another_zone_has_its_summer_time(campaign):
    campaign.zone = "Europe/Berlin"
    event = add(
        campaign, "Vortrag", OccurrenceDraft(APRIL_20, APRIL_20, datetime(2024, 4, 20, 8, tzinfo=UTC))
    )
    text = entries.single(event).decode()
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert "BEGIN:DAYLIGHT" in text
    assert "DTSTART;TZID=Europe/Berlin:20240420T100000" in text
    assert vobject.readOne(text).vevent.dtstart.value.astimezone(UTC) == datetime(2024, 4, 20, 8, tzinfo=UTC)


def test_a_change_moves_what_calendars_compare_and_nothing_else_does(campaign):
    event, other = add(campaign), add(campaign, "另一个")
    other_entry = other.occurrences[0].vevent

    def compared():
        properties = entry(event)
        return (
            properties["SUMMARY"],
            properties["SEQUENCE"],
            properties["DTSTAMP"],
            properties["LAST-MODIFIED"],
            properties["STATUS"],
        )

    assert compared() == ("讲座", "0", "20240422T010000Z", "20240422T010000Z", "CONFIRMED")
    lifecycle.change(event, replace(draft_of(event), title="新讲座"), NINE + minutes(1))
    assert compared() == ("新讲座", "0", "20240422T010100Z", "20240422T010100Z", "CONFIRMED")
    later = replace(session(NINE + timedelta(hours=3)))
    lifecycle.change(event, replace(draft_of(event), occurrences=(later,)), NINE + minutes(2))
    assert compared() == ("新讲座", "1", "20240422T010200Z", "20240422T010200Z", "CONFIRMED")
    lifecycle.cancel(event, NINE + minutes(3))
    assert compared() == ("【已取消】新讲座", "2", "20240422T010300Z", "20240422T010300Z", "CANCELLED")
    assert feed(campaign) == feed(campaign)
    assert other.occurrences[0].vevent == other_entry


def test_the_version_of_a_calendar_moves_with_every_verb(campaign):
    seen = []

    def moved():
        version, changed_at = calendar_version.version(campaign.id)
        assert version not in seen
        seen.append(version)
        return changed_at

    assert calendar_version.version(campaign.id) is None
    event = add(campaign)
    assert moved() == NINE
    lifecycle.change(event, replace(draft_of(event), title="新"), NINE + minutes(1))
    assert moved() == NINE + minutes(1)
    lifecycle.cancel(event, NINE + minutes(2))
    assert moved() == NINE + minutes(2)
    lifecycle.withdraw(event, NINE + minutes(3))
    assert moved() == NINE + minutes(3)
    add(campaign, "早先", now=NINE - minutes(9))
    assert moved() == NINE + minutes(3)
    assert calendar_version.version("elsewhere") is None


def test_a_change_that_is_taken_back_moves_nothing(campaign):
    event, gone = add(campaign), add(campaign, "撤下")
    lifecycle.withdraw(gone, NINE)
    old_version = calendar_version.version(campaign.id)

    def both():
        with event_transaction():
            lifecycle.write_cancelled(event, NINE + minutes(1))
            lifecycle.write_cancelled(gone, NINE + minutes(1))

    with pytest.raises(Conflict):
        both()
    with event_transaction():
        db.session.get_one(Campaign, campaign.id).figures_released = True
    assert calendar_version.version(campaign.id) == old_version


def test_another_address_of_the_site_makes_every_entry_stale(app, campaign, count_queries):
    event, draft = add(campaign), add(campaign, "草稿")
    assert entries.rerender_stale(NINE + minutes(1)) == 0
    version = calendar_version.version(campaign.id)
    assert version[1] == NINE
    assert entries.rerender_stale(NINE + minutes(2)) == 0
    assert calendar_version.version(campaign.id) == version

    app.extensions.pop("openweek.site")
    app.config["BASE_URL"] = "https://week.example.cn"
    assert b"URL:https://week.example.cn/ip-2024/events/" in feed(campaign)  # before rerender_stale()
    assert b"URL:http://openweek.test/" in event.occurrences[0].vevent
    assert entries.rerender_stale(NINE + minutes(3)) == 2
    assert entry(event)["URL"] == f"https://week.example.cn/ip-2024/events/{event.id}"
    assert entry(draft)["DTSTAMP"] == "20240422T010000Z"  # the event itself did not change
    assert calendar_version.version(campaign.id)[1] == NINE + minutes(3)

    with event_transaction():
        campaign.term("audience", "youth").name_zh = "少年儿童"
    assert entries.rerender_stale(NINE + minutes(4)) == 2
    assert entries.rerender_stale(NINE + minutes(5)) == 0


def test_a_corrected_venue_moves_the_entries_of_every_event_there(campaign):
    hall = VenueDraft("图书馆", "320723")
    corrected, same_venue = (
        add(campaign, "一", venues=(hall,)),
        add(campaign, "二", replace(session(), venue=hall)),
    )
    add(campaign, "三", venue_text="图书馆")
    version = calendar_version.version(campaign.id)
    located = replace(hall, address="人民路1号", latitude=34.3, longitude=119.2)
    lifecycle.change(corrected, replace(draft_of(corrected), venues=(located,)), NINE + minutes(1))
    assert calendar_version.version(campaign.id)[0] != version[0]
    assert feed(campaign).count(b"GEO:34.3;119.2") == 2
    assert entries.rerender_stale(NINE) == 2
    assert entry(corrected)["LOCATION"] == entry(same_venue)["LOCATION"] == "图书馆 人民路1号"
    assert feed(campaign).count(b"GEO:34.3;119.2") == 2


def stored_rows(*events) -> list[tuple]:
    """Per event: when it changed, and SEQUENCE and change of its occurrences as stored; its history, creation left out."""
    db.session.expire_all()
    return [
        (
            event.changed_at,
            [(row.sequence, row.changed_at) for row in event.occurrences],
            [(row.at, row.account_id, row.verb, row.fields) for row in event.changes[1:]],
        )
        for event in events
    ]


def test_a_corrected_venue_changes_every_event_there(campaign):
    hall, park = VenueDraft("图书馆", "320723"), VenueDraft("公园", "320723")
    corrected = add(campaign, "一", venues=(hall,))
    past = OccurrenceDraft(APRIL_20, APRIL_20, venue=hall)
    sits = add(campaign, "二", past, replace(session(), venue=park))
    several = add(campaign, "三", venues=(hall, park))
    elsewhere, cancelled = add(campaign, "四", venues=(park,)), add(campaign, "五", venues=(hall,))
    lifecycle.cancel(cancelled, NINE)
    withdrawn = add(campaign, "六", venues=(hall,))
    lifecycle.withdraw(withdrawn, NINE)
    untouched = stored_rows(elsewhere, withdrawn)

    later = NINE + minutes(1)
    located = replace(hall, address="人民路1号", latitude=34.3, longitude=119.2)
    lifecycle.change(corrected, replace(draft_of(corrected), venues=(located,)), later)
    line = (later, None, "changed", ["venue"])
    assert stored_rows(corrected, sits, several, cancelled) == [
        (later, [(1, later)], [(later, None, "changed", ["venues"])]),
        (later, [(1, later), (0, NINE)], [line]),
        # Its entry names both places and no address: the event tells more than before, the entry does not.
        (later, [(0, NINE)], [line]),
        (later, [(2, later)], [(NINE, None, "cancelled", []), line]),
    ]
    assert stored_rows(elsewhere, withdrawn) == untouched
    entries.rerender_stale(NINE)
    db.session.expire_all()
    assert (entry(corrected)["SEQUENCE"], entry(sits)["SEQUENCE"]) == ("1", "1")
    assert entry(sits)["LOCATION"] == "图书馆 人民路1号"
    assert entry(sits)["LAST-MODIFIED"] == entry(corrected)["DTSTAMP"] == "20240422T010100Z"
    assert calendar_version.version(campaign.id)[1] == later


def test_what_no_entry_tells_of_a_venue_changes_nobody_else(campaign):
    hall = VenueDraft("图书馆", "320723", "人民路1号")
    event, other = add(campaign, "一", venues=(hall,)), add(campaign, "二", venues=(hall,))
    old_rows = stored_rows(other)
    lifecycle.change(
        event, replace(draft_of(event), venues=(replace(hall, address=" 人民路1号 "),)), NINE + minutes(1)
    )
    assert stored_rows(other) == old_rows

    def import_file():
        """Its rows contradict each other; the last one has the address as it was."""
        with event_transaction():
            for address in ("人民路2号", "人民路1号"):
                draft = replace(draft_of(event), venues=(replace(hall, address=address),))
                lifecycle.write_change(event, draft, NINE + minutes(2))

    import_file()
    assert stored_rows(other) == old_rows


def test_an_event_that_was_made_with_the_correction_of_its_venue_is_new_and_not_changed(campaign):
    hall = VenueDraft("图书馆", "320723")
    with event_transaction():
        first = lifecycle.write_new(
            campaign, EventDraft(title="一", occurrences=(session(),), venues=(hall,)), NINE
        )
        located = EventDraft(
            title="二", occurrences=(session(),), venues=(replace(hall, address="人民路1号"),)
        )
        lifecycle.write_new(campaign, located, NINE)
    assert stored_rows(first) == [(NINE, [(0, NINE)], [])]
    assert b"LOCATION:\xe5\x9b\xbe\xe4\xb9\xa6\xe9\xa6\x86 " in entries.single(first)


def test_correcting_a_venue_asks_the_same_however_many_events_are_there(campaign, count_queries):
    hall = VenueDraft("图书馆", "320723")
    event = add(campaign, "一", venues=(hall,))

    def query_count(number):
        db.session.expire_all()
        draft = replace(draft_of(event), venues=(replace(hall, address=f"人民路{number}号"),))
        with count_queries() as queries:
            lifecycle.change(event, draft, NINE + minutes(number))
        return len(queries)

    add(campaign, "二", venues=(hall,))
    few = query_count(1)
    for number in range(30):
        add(campaign, f"第{number}场", venues=(hall,))
    assert query_count(2) == few


def test_rendering_again_asks_the_same_however_many_there_are(campaign, count_queries):
    def query_count():
        with event_transaction():
            db.session.execute(update(Occurrence).values(vevent_stamp=None))
        db.session.expunge_all()
        with count_queries() as queries:
            entries.rerender_stale(NINE)
        return len(queries)

    add(campaign, venues=(VenueDraft("图书馆", "320723"),), region_code="320723")
    entries.rerender_stale(NINE)
    few = query_count()
    for number in range(20):
        add(campaign, f"第{number}场", venues=(VenueDraft(f"{number}号馆", "320723"),), region_code="320723")
    # One UPDATE for each entry at most; what is read does not grow.
    assert query_count() <= few + 20


def test_an_entry_that_cannot_be_written_is_left_out_and_logged(campaign, caplog):
    good, bad = add(campaign, "好"), add(campaign, "坏")
    with event_transaction():
        bad.occurrences[0].end_day = date.max  # no day after it
        entries.render(bad.occurrences)
    number = bad.occurrences[0].id
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == []
    with event_transaction():
        bad.occurrences[0].start_at = None
        entries.render(bad.occurrences)
    assert caplog.messages[-1].startswith(f"Occurrence {number} has no calendar entry: ")
    assert bad.occurrences[0].vevent is None
    assert list(by_vobject(feed(campaign))) == [f"occ-{good.occurrences[0].id}@openweek.test"]


ANY = st.text(st.characters(codec="utf-8"), max_size=120)
HARD = st.lists(
    st.sampled_from(["知识产权", "🧑‍🎓", "é", "a", " ", ",", ";", "\\", '"', ":", "\n", "\r\n", "\t", "\x00", "\x0b",
                     "\x85", "\u2028", "\ufeff", "^", "=", "BEGIN:VEVENT", "\\n", "n", "\u200f", "\ud800"]),
    max_size=60,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=ANY | HARD, description=ANY | HARD, place=ANY | HARD, host=ANY | HARD)
def test_no_text_breaks_a_calendar(campaign, title, description, place, host):
    event = Event(id=7, campaign_id=campaign.id, title=title, description=description, status="published")
    event.campaign, event.venue_text, event.online_url, event.time_text = (
        campaign,
        "",
        "https://" + host,
        place,
    )
    venue = vevent.Venue(name=place, address=title, latitude=34.5, longitude=119.25)
    row = Occurrence(
        id=9, start_day=APRIL_20, end_day=APRIL_20, status="scheduled", sequence=0, changed_at=NINE
    )
    row.event, row.venue = event, venue
    written = vevent.entry(row, entries.site())
    db.session.expunge_all()
    assert written is not None
    body = vcalendar.calendar(campaign, [written], vcalendar.feed_head(campaign, EVERYTHING, URL))
    readable(body)
    lines = unfolded(body)
    assert [line.partition(":")[0].partition(";")[0] for line in lines].count("SUMMARY") == 1
    assert not [line for line in lines if re.fullmatch('[A-Z-]+(;[^":]*)?:', line)]
    name = vevent.line(title) or "活动 7"
    assert list(by_vobject(body)) == ["occ-9@openweek.test"]
    assert by_vobject(body)["occ-9@openweek.test"][0] == name
    if "\\" not in name:  # a backslash before a letter is lost in that parser
        assert by_ics(body)["occ-9@openweek.test"][0].strip() == name.strip()


def readable(body: bytes) -> None:
    """What RFC 5545 asks of the bytes."""
    assert not body.startswith(b"\xef\xbb\xbf")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\r" not in body.replace(b"\r\n", b"")
    assert b"\n" not in body.replace(b"\r\n", b"")
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # a fold never splits a character
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", body)


def test_the_bytes_of_a_long_chinese_feed(campaign):
    for number in range(5):
        add(campaign, "知识产权" * 20 + "🎓" * number, description="创新，" * 300)
    readable(feed(campaign))
    assert feed(campaign) == feed(campaign)
    assert db.session.get(CalendarVersion, campaign.id).changed_at == NINE
