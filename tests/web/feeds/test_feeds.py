"""Feeds over HTTP: the same choice as the page, the same bytes for everyone, and the answers that spare a million refreshes."""

import gzip
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from email.utils import format_datetime
from urllib.robotparser import RobotFileParser

import ics
import pytest
import vobject

from models import clock
from models.campaigns.tables import find_campaign
from models.events.draft import (
    EventDraft,
    OccurrenceDraft,
    OrganizationDraft,
    ReportDraft,
    VenueDraft,
    draft_of,
)
from models.publishing import lifecycle
from tests.support.records.week import NINE, load_week, minutes, session
from web.feeds.http_cache import HttpCache, Representation

pytest_plugins = ["tests.support.records.queries"]

FEED, LIST = "/ip-2024/events.ics", "/ip-2024/events.json"
TABLE, NEWS = "/ip-2024/events.csv", "/ip-2024/events.atom"


@pytest.fixture
def campaign(app):
    return load_week()


def add(campaign, title="讲座", *occurrences, now=NINE, **fields):
    fields = {"region_code": "320723"} | fields
    return lifecycle.create(campaign, EventDraft(title=title, occurrences=occurrences, **fields), now)


def day(first, last=None, **fields):
    return OccurrenceDraft(date(2024, 4, first), date(2024, 4, last or first), **fields)


@pytest.fixture
def events(campaign):
    hall = VenueDraft("图书馆", "320723", "人民路1号", 34.3, 119.2)
    lead = OrganizationDraft("灌云县知识产权局", "320723", "ip-offices")
    lecture = add(
        campaign,
        "讲座",
        session(),
        groups=("youth",),
        lead=lead,
        hosts=(lead.name,),
        venues=(hall,),
        mode="onsite",
    )
    fair = add(
        campaign,
        "展览",
        day(19, 21),
        day(26),
        region_code="110101",
        groups=("public",),
        time_text="宣传周期间",
    )
    undated = add(
        campaign, "无日期", report=ReportDraft(materials="800余份", source_url="https://mirror.example.cn/1")
    )
    gone = add(campaign, "取消", day(24))
    lifecycle.cancel(gone, NINE + minutes(1))
    add(campaign, "其他周", day(1))
    lifecycle.create(campaign, EventDraft(title="草稿", occurrences=(session(),)), NINE, publish=False)
    return {"lecture": lecture, "fair": fair, "undated": undated, "gone": gone}


def uids(body: bytes) -> list[str]:
    return [
        found.uid.value.partition("@")[0]
        for found in vobject.readOne(body.decode()).contents.get("vevent", [])
    ]


def occ(*occurrences) -> list[str]:
    return [f"occ-{occurrence.id}" for occurrence in occurrences]


def test_a_feed_is_what_it_says(client, events):
    answer = client.get(FEED)
    assert answer.status_code == 200
    told = {
        name: answer.headers[name]
        for name in (
            "Content-Type",
            "Cache-Control",
            "Content-Disposition",
            "Vary",
            "Access-Control-Allow-Origin",
        )
    }
    assert told == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": 'inline; filename="ip-2024.ics"',
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
    }
    assert answer.headers["Last-Modified"] == "Mon, 22 Apr 2024 01:01:00 GMT"
    assert "Set-Cookie" not in answer.headers
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    calendar = ics.Calendar(answer.data.decode())
    assert {event.name for event in calendar.events} == {"讲座", "展览", "【已取消】取消", "其他周"}
    assert answer.data.count(b"BEGIN:VEVENT") == 5


def test_any_choice_of_the_page_is_a_feed(client, events):
    lecture, fair, gone = (events[name] for name in ("lecture", "fair", "gone"))
    table = {
        "?region=320000&audience=youth": occ(*lecture.occurrences),
        "?region=110000": occ(*fair.occurrences),
        "?day=2024-04-20": occ(fair.occurrences[0]),
        "?day=2024-04-22&day=2024-04-26": [*occ(*lecture.occurrences), *occ(fair.occurrences[1])],
        "?q=取消&utm_source=chat": occ(*gone.occurrences),
        "?venue=1": occ(*lecture.occurrences),
        "?organization=1": occ(*lecture.occurrences),
        "?mode=online": [],
    }
    assert {query: uids(client.get(FEED + query).data) for query in table} == table
    for query, wanted in table.items():
        told = client.get(LIST + query).get_json()["events"]
        listed = sorted(
            (row for event in told for row in event["occurrences"]), key=lambda row: row["start"][:10]
        )
        assert [row["uid"].partition("@")[0] for row in listed] == wanted
    text = client.get(FEED + "?audience=youth&utm_source=chat&region=320000&q=").text.replace("\r\n ", "")
    assert "SOURCE;VALUE=URI:http://openweek.test/ip-2024/events.ics?region=320000&audience=youth\r\n" in text
    assert "X-WR-CALNAME:2024年全国知识产权宣传周 · 江苏省 · 青少年\r\n" in text


def test_events_as_json(client, events):
    answer = client.get(LIST)
    assert (answer.content_type, answer.headers["Vary"]) == ("application/json", "Accept-Encoding")
    told = answer.get_json()
    assert told["campaign"] == {
        "id": "ip-2024", "name": "2024年全国知识产权宣传周", "zone": "Asia/Shanghai",
        "starts": "2024-04-20", "ends": "2024-04-26",
    }  # fmt: skip
    assert [(event["title"], event["status"]) for event in told["events"]] == [
        ("其他周", "published"), ("展览", "published"), ("讲座", "published"), ("取消", "cancelled"), ("无日期", "published"),
    ]  # fmt: skip
    lecture, fair = told["events"][2], told["events"][1]
    number = events["lecture"].occurrences[0].id
    hall = {"id": 1, "name": "图书馆", "address": "人民路1号", "latitude": 34.3, "longitude": 119.2}
    assert lecture == {
        "id": events["lecture"].id,
        "uid": f"event-{events['lecture'].id}@openweek.test",
        "title": "讲座",
        "status": "published",
        "occurrences": [
            {
                "id": number,
                "uid": f"occ-{number}@openweek.test",
                "start": "2024-04-22T09:00:00+08:00",
                "end": "2024-04-22T11:00:00+08:00",
                "all_day": False,
                "status": "scheduled",
                "half_day": None,
                "open_ended": False,
                "venue": None,
            }
        ],
        "url": f"http://openweek.test/ip-2024/events/{events['lecture'].id}",
        "description": "",
        "region": {"code": "320723", "name": "灌云县"},
        "lead": {"id": 1, "name": "灌云县知识产权局", "line": "ip-offices"},
        "hosts": ["灌云县知识产权局"],
        "audience": ["youth"],
        "focus": None,
        "format": None,
        "formats": [],
        "mode": "onsite",
        "online_url": None,
        "venues": [hall],
        "time_text": "",
        "venue_text": "",
        "reported": {},
        "changed_at": "2024-04-22T09:00:00.000+08:00",
    }
    assert [(row["start"], row["end"], row["all_day"]) for row in fair["occurrences"]] == [
        ("2024-04-19", "2024-04-21", True), ("2024-04-26", "2024-04-26", True),
    ]  # fmt: skip
    assert told["events"][4]["reported"] == {"materials": "800余份"}
    assert "mirror.example.cn" not in answer.text
    assert client.get(f"/ip-2024/events/{lecture['id']}.json").get_json() == lecture


def test_one_event_is_a_file_to_keep(client, events):
    fair = events["fair"]
    answer = client.get(f"/ip-2024/events/{fair.id}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"event-{fair.id}.ics\"; filename*=UTF-8''%E5%B1%95%E8%A7%88.ics"
    )
    assert uids(answer.data) == occ(*fair.occurrences)
    assert b"NAME:2024" not in answer.data
    gone = client.get(f"/ip-2024/events/{events['gone'].id}.ics")
    assert vobject.readOne(gone.text).vevent.status.value == "CANCELLED"
    lifecycle.change(fair, replace(draft_of(fair), title='a/b"; 展\n览' + "长" * 100), NINE + minutes(2))
    name = client.get(f"/ip-2024/events/{fair.id}.ics").headers["Content-Disposition"].partition("''")[2]
    assert name == "a_b_%3B%20%E5%B1%95%E8%A7%88" + "%E9%95%BF" * 72 + ".ics"


def test_what_is_not_there_says_so_in_one_sentence(client, events):
    chinese, english = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en"}
    undated = events["undated"].id
    table = {
        "/ip-2024/events.ics?region=999999": (400, "There is no region with the code “999999”."),
        "/ip-2024/events/99999.ics": (404, "There is no public event 99999 here."),
        f"/ip-2024/events/{undated}.ics": (
            404,
            "This event has no date, so there is nothing to add to a calendar.",
        ),
        "/nowhere/events.ics": (404, "There is no campaign “nowhere”."),
    }
    for path, (status, sentence) in table.items():
        answer = client.get(path, headers=english)
        assert (answer.status_code, answer.text) == (status, sentence + "\n")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert client.get(path, headers=chinese).status_code == status
    answer = client.get(LIST + "?audience=nobody", headers=english)
    assert answer.content_type.startswith("application/problem+json")
    assert answer.get_json()["detail"] == "There is no audience group “nobody” in this week."
    assert client.get(f"/ip-2024/events/{undated}.json").status_code == 200


def test_withdrawing_moves_the_time_of_change(client, events, campaign):
    before = client.get(FEED)
    lifecycle.withdraw(events["fair"], NINE + minutes(9))
    after = client.get(FEED, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.headers["Last-Modified"]) == (200, "Mon, 22 Apr 2024 01:09:00 GMT")
    since = client.get(FEED, headers={"If-Modified-Since": before.headers["Last-Modified"]})
    assert (since.status_code, since.data) == (200, after.data)
    lifecycle.cancel(events["lecture"], NINE + minutes(10))
    assert client.get(FEED).headers["Last-Modified"] == "Mon, 22 Apr 2024 01:10:00 GMT"
    assert b"SUMMARY:\xe3\x80\x90" in client.get(FEED + "?q=讲座").data


@pytest.mark.parametrize(
    "path",
    [
        FEED,
        LIST,
        TABLE,
        NEWS,
        FEED + "?region=320000",
        "/ip-2024/events/{id}.ics",
        "/ip-2024/events/{id}.json",
    ],
)
def test_an_asker_who_has_it_is_told_so(client, events, path):
    path = path.format(id=events["gone"].id)
    full = client.get(path)
    etag, changed = full.headers["ETag"], full.headers["Last-Modified"]
    assert etag.startswith('"')
    future = format_datetime(clock.now() + timedelta(days=1), usegmt=True)
    recent = format_datetime(clock.now() - timedelta(days=1), usegmt=True)
    old = format_datetime(NINE, usegmt=True)
    table = [
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": f"W/{etag}"}, 304),
        ({"If-None-Match": f'"x", {etag}, "y"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-None-Match": ""}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": changed}, 200),
        ({"If-None-Match": etag, "If-Modified-Since": old}, 304),
        ({"If-Modified-Since": changed}, 304),
        ({"If-Modified-Since": recent}, 304),
        ({"If-Modified-Since": old}, 200),
        ({"If-Modified-Since": future}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
    ]
    for headers, status in table:
        answer = client.get(path, headers=headers)
        assert (headers, answer.status_code) == (headers, status)
        kept = ("ETag", "Cache-Control", "Vary")
        assert [answer.headers[name] for name in kept] == [full.headers[name] for name in kept]
        assert answer.data == (full.data if status == 200 else b"")
        assert ("Content-Type" in answer.headers) == (status == 200)
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("form", ["ics", "json"])
def test_a_corrected_venue_is_told_to_who_asks_by_the_date(client, events, form):
    hall = VenueDraft("图书馆", "320723")
    path = f"/ip-2024/events/{add(find_campaign('ip-2024'), '读书', session(), venues=(hall,)).id}.{form}"
    old = client.get(path).headers["Last-Modified"]
    draft = replace(draft_of(events["lecture"]), venues=(replace(hall, address="人民路2号"),))
    lifecycle.change(events["lecture"], draft, NINE + minutes(2))
    answer = client.get(path, headers={"If-Modified-Since": old})
    assert (answer.status_code, answer.headers["Last-Modified"]) == (200, "Mon, 22 Apr 2024 01:02:00 GMT")


def test_head_and_packed_bytes(client, events):
    full = client.get(FEED)
    head = client.head(FEED)
    assert (head.status_code, head.data) == (200, b"")
    names = (
        "Content-Type",
        "Content-Length",
        "ETag",
        "Last-Modified",
        "Cache-Control",
        "Content-Disposition",
    )
    assert [head.headers[name] for name in names] == [full.headers[name] for name in names]
    packed = client.get(FEED, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.data) == full.data
    assert len(packed.data) < len(full.data)
    assert packed.headers["ETag"] != full.headers["ETag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    answer = client.get(FEED, headers=again)
    assert (answer.status_code, answer.headers["ETag"]) == (304, packed.headers["ETag"])
    assert "Content-Encoding" not in answer.headers
    for plain in ("identity", "gzip;q=0", "br"):
        assert client.get(FEED, headers={"Accept-Encoding": plain}).data == full.data


def test_nobody_is_told_apart(client, events):
    """Not by a cookie, a language, an Accept header or a program's name."""
    full = client.get(FEED)
    client.set_cookie("lang", "en")
    client.set_cookie("session", "stale")
    for headers in (
        {"Accept": "text/html"},
        {"Accept-Language": "en"},
        {"User-Agent": "Google-Calendar-Importer"},
    ):
        answer = client.get(FEED, headers=headers)
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (
            200,
            full.data,
            full.headers["ETag"],
        )
        assert (answer.headers["Vary"], answer.headers.get("Set-Cookie")) == ("Accept-Encoding", None)


def test_when_nothing_moved_the_database_is_asked_once(client, events, campaign, count_queries):
    etag = client.get(FEED + "?day=2024-04-20&region=110000").headers["ETag"]
    with count_queries() as queries:
        answer = client.get(FEED + "?region=110000&day=2024-04-20", headers={"If-None-Match": etag})
    assert (answer.status_code, len(queries)) == (304, 1)
    add(campaign, "别处", day(20), now=NINE + minutes(3))
    answer = client.get(FEED + "?region=110000&day=2024-04-20", headers={"If-None-Match": etag})
    assert answer.status_code == 304  # put together anew, and the same bytes again
    add(campaign, "这里", day(20), region_code="110101", now=NINE + minutes(4))
    answer = client.get(FEED + "?region=110000&day=2024-04-20", headers={"If-None-Match": etag})
    assert answer.status_code == 200


def test_building_a_feed_asks_the_same_however_many_events(app, client, events, campaign, count_queries):
    def asked(path):
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    client.get("/ip-2024/events.ics?mode=online")  # from here on the process knows the campaign
    few = asked(FEED), asked(LIST)
    for number in range(30):
        add(campaign, f"第{number}场", session(), session(NINE + timedelta(days=1), day=date(2024, 4, 23)),
            groups=("youth",), venues=(VenueDraft(f"{number}号馆", "320723"),))  # fmt: skip
    assert (asked(FEED), asked(LIST)) == few
    assert client.get(FEED).data.count(b"BEGIN:VEVENT") == 65


def test_a_week_where_nothing_happened_yet_is_an_empty_calendar(client, campaign):
    answer = client.get(FEED)
    assert (answer.status_code, uids(answer.data)) == (200, [])
    assert client.get(LIST).get_json()["events"] == []
    again = client.get(FEED, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_robots_may_read_the_feeds(client):
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    for path in (
        "/",
        FEED,
        FEED + "?region=320000",
        "/ip-2024/events/1.ics",
        "/ip-2024/",
        "/ip-2024/figures",
    ):
        assert rules.can_fetch("Googlebot", "http://openweek.test" + path)
    assert rules.site_maps() == ["http://openweek.test/sitemap.xml"]
    for path in ("/desk/", "/C/ABC", "/v/abc", "/kiosk/", "/api/v1/scans"):
        assert not rules.can_fetch("Googlebot", "http://openweek.test" + path)


def test_robots_may_read_the_calendar_of_a_list_and_not_its_page(client):
    """Google takes a subscribed calendar for a page like others. By RFC 9309 the longest rule that fits decides."""
    rules = re.findall("^(Allow|Disallow): (.+)$", client.get("/robots.txt").text, re.MULTILINE)

    def may_read(path):
        fitting = [
            (len(rule), word) for word, rule in rules if re.match(re.escape(rule).replace(r"\*", ".*"), path)
        ]
        return max(fitting)[1] == "Allow"

    secret = "/ip-2024/my/Jx3-bT_yAAAAAAAAAAAAAAAA"
    told = {path: may_read(secret + path) for path in (".ics", ".ics?alarm=30", "/", "/events", ".json")}
    assert told == {".ics": True, ".ics?alarm=30": True, "/": False, "/events": False, ".json": False}


def test_the_command_lists_events_for_scripts_and_for_people(runner, events):
    told = runner.invoke(args=["event", "list", "--campaign", "ip-2024", "--json"])
    assert told.exit_code == 0
    rows = {row["title"]: row for row in json.loads(told.stdout)}
    assert {title: row["status"] for title, row in rows.items()} == {
        "讲座": "published", "展览": "published", "无日期": "published", "取消": "cancelled", "其他周": "published",
        "草稿": "draft",
    }  # fmt: skip
    lecture = events["lecture"]
    assert rows["讲座"]["uid"] == f"event-{lecture.id}@openweek.test"
    assert [(row["id"], row["start"], row["end"]) for row in rows["讲座"]["occurrences"]] == [
        (lecture.occurrences[0].id, "2024-04-22T09:00:00+08:00", "2024-04-22T11:00:00+08:00")
    ]
    read = runner.invoke(args=["event", "list", "--campaign", "ip-2024"]).stdout.splitlines()
    assert f"{lecture.id}\tpublished\t2024-04-22\t讲座" in read
    assert len(read) == 6
    unknown = runner.invoke(args=["event", "list", "--campaign", "nowhere"])
    assert (unknown.exit_code, unknown.stderr.strip()) == (2, "There is no campaign “nowhere”.")


def test_a_process_keeps_only_so_much():
    def build(size):
        return Representation.of(bytes(range(256)) * size, "text/calendar", None)

    kept = HttpCache(most_bytes=20_000)
    first = kept.get("a", "1", lambda: build(10))
    assert kept.get("a", "1", lambda: build(1)) is first
    assert kept.get("a", "2", lambda: build(1)) is not first
    kept.get("a", "3", lambda: first)
    for key in "bcdefgh":
        kept.get(key, "1", lambda: build(10))
    assert kept.get("a", "3", lambda: build(2)) is not first
    huge = kept.get("z", "1", lambda: build(1000))
    assert kept.get("z", "1", lambda: build(1)) is huge


def test_of_many_who_ask_after_a_change_one_builds():
    kept, built, started, go_on = HttpCache(), [], threading.Event(), threading.Event()

    def build():
        built.append(1)
        started.set()
        assert go_on.wait(20)
        return Representation.of(b"new", "text/calendar", None)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(kept.get, "feed", "2", build)
        assert started.wait(20)
        others = [pool.submit(kept.get, "feed", "2", build) for _ in range(7)]
        other = kept.get(
            "another", "2", lambda: Representation.of(b"x", "text/calendar", None)
        )  # is not held up
        go_on.set()
        assert {id(answer.result(20)) for answer in [first, *others]} == {id(first.result())}
    assert (other.body, len(built)) == (b"x", 1)
