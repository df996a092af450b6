"""The same choice as table and as Atom: complete, safe to open, right for the programs that read them."""

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime
from xml.etree import ElementTree

import pytest

from models.db import db, transaction
from models.events.draft import (
    EventDraft,
    FormatDraft,
    OccurrenceDraft,
    OrganizationDraft,
    VenueDraft,
    draft_of,
)
from models.events.tables import Event
from models.ics import entries as ical
from models.public.filters import Filters
from models.publishing import lifecycle
from tests.support.records.week import NINE, load_week, minutes, session

TABLE, NEWS = "/ip-2024/events.csv", "/ip-2024/events.atom"
A = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def campaign(app):
    return load_week()


def add(campaign, title="讲座", *occurrences, now=NINE, **fields):
    fields = {"region_code": "320723"} | fields
    return lifecycle.create(campaign, EventDraft(title=title, occurrences=occurrences, **fields), now)


def day(first, last=None, **fields):
    return OccurrenceDraft(date(2024, 4, first), date(2024, 4, last or first), **fields)


@pytest.fixture
def lecture(campaign):
    lead = OrganizationDraft("灌云县知识产权局", "320723", "ip-offices")
    return add(
        campaign,
        "讲座",
        replace(session(), venue=VenueDraft("图书馆", "320723", "人民路1号", 34.3, 119.2)),
        groups=("youth", "public"),
        lead=lead,
        hosts=(lead.name, "灌云县人民法院"),
        formats=(FormatDraft("other", "问答"),),
        description="第一段\r\n第二段\x07",
        mode="onsite",
    )


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def entries(body: bytes) -> dict[str, ElementTree.Element]:
    """Title → entry."""
    return {entry.findtext(f"{A}title"): entry for entry in ElementTree.fromstring(body).iter(f"{A}entry")}


def test_a_table_has_a_line_for_each_occurrence(client, campaign, lecture):
    add(campaign, "展览", day(20, 22, half_day="morning"), day(24, open_ended=True), time_text="宣传周期间")
    add(campaign, "无日期", venue_text="各乡镇")
    lifecycle.cancel(add(campaign, "取消", day(26)), NINE + minutes(1))
    answer = client.get(TABLE)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ip-2024.csv"'
    assert answer.data.startswith(b"\xef\xbb\xbf" + "活动编号,场次编号,活动名称,状态,".encode())
    told = rows(answer.data)
    picked = ("活动名称", "状态", "开始日期", "开始时间", "结束日期", "结束时间", "时间说明")
    assert [tuple(row[name] for name in picked) for row in told] == [
        ("展览", "正常", "2024-04-20", "", "2024-04-22", "", "宣传周期间，上午"),
        ("展览", "正常", "2024-04-24", "", "", "", "宣传周期间"),
        ("讲座", "正常", "2024-04-22", "09:00", "2024-04-22", "11:00", ""),
        ("取消", "已取消", "2024-04-26", "", "2024-04-26", "", ""),
        ("无日期", "正常", "", "", "", "", ""),
    ]
    assert told[2] == {
        "活动编号": str(lecture.id), "场次编号": str(lecture.occurrences[0].id), "活动名称": "讲座", "状态": "正常",
        "开始日期": "2024-04-22", "开始时间": "09:00", "结束日期": "2024-04-22", "结束时间": "11:00", "时间说明": "",
        "地区代码": "320723", "地区": "江苏省 连云港市 灌云县", "地点": "图书馆", "地址": "人民路1号", "纬度": "34.3",
        "经度": "119.2", "主办单位": "灌云县知识产权局；灌云县人民法院", "牵头单位": "灌云县知识产权局",
        "条线": campaign.term("line", "ip-offices").name_zh, "受众群体": "社会公众；青少年", "宣传重点": "", "活动形式": "问答",
        "举办方式": "现场", "线上参与": "", "活动简介": "第一段\n第二段",
        "详情": f"http://openweek.test/ip-2024/events/{lecture.id}", "更新时间": "2024-04-22 09:00:00",
    }  # fmt: skip
    assert told[4]["地点"] == "各乡镇"


@pytest.mark.parametrize(
    "title", ["=1+1", "+86", "-2", "@SUM(A1)", "＝1", "\t=1+1", "\r\n=cmd|' /C calc'!A0"]
)
def test_no_cell_is_a_formula(client, campaign, title):
    event = add(campaign, "讲座", session(), description=title, venue_text=title, hosts=(title,))
    with transaction():  # forms do not take all of these
        db.session.get_one(Event, event.id).title = title
    row = rows(client.get(TABLE).data)[0]
    for cell in ("活动名称", "活动简介", "地点", "主办单位"):
        assert row[cell].startswith("'")
        assert row[cell].lstrip("'").strip() == " ".join(title.split())


def test_atom_is_what_its_standard_asks_for(client, campaign, lecture):
    gone = add(campaign, "取消", day(24), now=NINE + minutes(1))
    lifecycle.cancel(gone, NINE + minutes(5))
    add(campaign, "<b>标题</b> & “引号”\x0b\ufffe", day(20), region_code="110101", now=NINE + minutes(2))
    answer = client.get(NEWS)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.data)
    assert feed.findtext(f"{A}id") == "tag:openweek.test,2024:ip-2024/events"
    assert feed.findtext(f"{A}title") == "2024年全国知识产权宣传周"
    assert feed.findtext(f"{A}updated") == "2024-04-22T09:05:00.000+08:00"
    assert feed.findtext(f"{A}author/{A}name")
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{A}link")} == {
        "self": "http://openweek.test/ip-2024/events.atom",
        "alternate": "http://openweek.test/ip-2024/events",
    }
    found = entries(answer.data)
    assert list(found) == ["【已取消】取消", "<b>标题</b> & “引号”", "讲座"]  # changed last, first
    entry = found["讲座"]
    assert entry.findtext(f"{A}id") == f"tag:openweek.test,2024:event-{lecture.id}"
    assert datetime.fromisoformat(entry.findtext(f"{A}updated")) == NINE
    assert datetime.fromisoformat(entry.findtext(f"{A}published")) == NINE
    assert [author.text for author in entry.iter(f"{A}name")] == ["灌云县知识产权局", "灌云县人民法院"]
    assert {term.get("term"): term.get("label") for term in entry.findall(f"{A}category")} == {
        "public": "社会公众",
        "youth": "青少年",
    }
    assert entry.find(f"{A}link").get("href") == f"http://openweek.test/ip-2024/events/{lecture.id}"
    content = entry.find(f"{A}content")
    assert content.get("type") == "text"
    assert content.text == (
        "4月22日 09:00–11:00 图书馆\n地区：灌云县\n主办：灌云县知识产权局、灌云县人民法院\n第一段\n第二段"
    )
    assert [term.get("term") for term in found["【已取消】取消"].findall(f"{A}category")] == ["cancelled"]
    assert found["【已取消】取消"].findtext(f"{A}content").startswith("【已取消】4月24日")


def test_atom_keeps_its_names_and_tells_its_own_changes_only(client, campaign, lecture):
    path = NEWS + "?region=320000&utm_source=chat"
    before = client.get(path)
    feed = ElementTree.fromstring(before.data)
    assert feed.findtext(f"{A}id") == "tag:openweek.test,2024:ip-2024/events?region=320000"
    assert feed.find(f"{A}link").get("href") == "http://openweek.test/ip-2024/events.atom?region=320000"
    add(campaign, "别处", day(20), region_code="110101", now=NINE + minutes(3))
    assert client.get(path).data == before.data
    lifecycle.change(lecture, replace(draft_of(lecture), title="讲座二"), NINE + minutes(4))
    entry = entries(client.get(path).data)["讲座二"]
    assert entry.findtext(f"{A}id") == f"tag:openweek.test,2024:event-{lecture.id}"
    assert datetime.fromisoformat(entry.findtext(f"{A}updated")) == NINE + minutes(4)


def test_a_week_where_nothing_happened_yet(client, campaign):
    assert rows(client.get(TABLE).data) == []
    feed = ElementTree.fromstring(client.get(NEWS).data)
    assert (feed.findall(f"{A}entry"), feed.findtext(f"{A}updated")) == ([], "2024-04-20T00:00:00.000+08:00")


def test_all_formats_tell_of_the_same_occurrences_and_ask_the_same_however_many(
    client, campaign, count_queries
):
    add(campaign, "两场", session(), day(23), groups=("youth",), venues=(VenueDraft("1号馆", "320723"),))
    add(campaign, "别处", session(), region_code="110101")
    paths = [path + query for path in (TABLE, NEWS) for query in ("", "?day=2024-04-22", "?region=320000")]

    def asked():
        found = []
        for path in paths:
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    client.get("/ip-2024/events.ics?mode=online")  # from here on the process knows the campaign
    few = asked()
    for query, occurrences, events in (("", 3, 2), ("?day=2024-04-22", 2, 2), ("?region=320000", 2, 1)):
        assert len(rows(client.get(TABLE + query).data)) == occurrences
        assert len(entries(client.get(NEWS + query).data)) == events
    for number in range(20):
        add(
            campaign,
            f"第{number}场",
            session(),
            groups=("youth",),
            venues=(VenueDraft(f"{number}号馆", "320723"),),
        )
    assert asked() == few


def test_a_reminder_for_those_who_ask(client, campaign, lecture):
    add(campaign, "展览", day(20, 22))
    lifecycle.cancel(add(campaign, "取消", session()), NINE + minutes(1))
    plain = client.get("/ip-2024/events.ics")
    answer = client.get("/ip-2024/events.ics?alarm=30&region=320000")
    text = answer.text.replace("\r\n ", "")
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:活动即将开始\r\nTRIGGER:-PT30M\r\nEND:VALARM\r\n"
    assert (text.count("BEGIN:VALARM"), plain.text.count("VALARM")) == (1, 0)
    assert (
        f"UID:occ-{lecture.occurrences[0].id}@"
        in text.partition(alarm + "END:VEVENT\r\n")[0].rpartition("BEGIN:VEVENT")[2]
    )
    assert "SOURCE;VALUE=URI:http://openweek.test/ip-2024/events.ics?region=320000&alarm=30\r\n" in text
    assert answer.headers["ETag"] != client.get("/ip-2024/events.ics?alarm=60&region=320000").headers["ETag"]
    one = client.get(f"/ip-2024/events/{lecture.id}.ics?alarm=10080")
    assert re.findall("TRIGGER.*", one.text) == ["TRIGGER:-PT10080M\r"]
    assert client.get("/ip-2024/events.ics?alarm=").data == plain.data
    assert client.get("/ip-2024/events.json?alarm=x").status_code == 200


@pytest.mark.parametrize("value", ["0", "10081", "-5", "1.5", "thirty", "三十", "999999"])
def test_a_reminder_that_cannot_be_is_told(client, campaign, lecture, value):
    for path in ("/ip-2024/events.ics", f"/ip-2024/events/{lecture.id}.ics"):
        answer = client.get(path, query_string={"alarm": value}, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert answer.text == (
            "A reminder can be set 1 to 10080 minutes before: write alarm=30 for half an hour.\n"
        )


def test_the_weight_of_a_feed_is_known_without_building_it(client, campaign, lecture):
    add(campaign, "别处", session(), region_code="110101")
    for query, region in (("", ()), ("?region=320000", ("320000",)), ("?region=330000", ("330000",))):
        body = client.get("/ip-2024/events.ics" + query).data
        assert 0 < len(body) - ical.feed_size(campaign, Filters(region=region)) < 2000
