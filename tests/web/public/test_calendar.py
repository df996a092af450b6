"""The public calendar as a reader sees it: the week, the list under filters, one event, and the reader's language."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from models.db import on_postgresql
from models.events.draft import (
    EventDraft,
    FormatDraft,
    OccurrenceDraft,
    OrganizationDraft,
    ReportDraft,
    VenueDraft,
)
from models.publishing.lifecycle import cancel, create, withdraw
from tests.support.records.week import NINE, load_week

pytest_plugins = ["tests.support.records.queries"]

ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN"}
BEFORE = NINE - timedelta(days=30)


class Page(HTMLParser):
    """What a test asks of a page: its texts by CSS class, its links and its fields."""

    def __init__(self, response):
        super().__init__()
        self.status = response.status_code
        self.text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))
        self.links: list[str] = []
        self.copied: list[str] = []
        self.fields: list[tuple[str, str]] = []
        self._open: list[tuple[int, str]] = []
        self._texts: list[tuple[list[tuple[int, str]], str]] = []
        self._count = 0
        self.feed(response.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href", ""))
            self.copied.append(given.get("data-copy-text", ""))
        if tag == "input" and given.get("type") != "checkbox":
            self.fields.append((given.get("name", ""), given.get("value", "")))
        if tag == "input" and "checked" in given:
            self.fields.append((given["name"], given["value"]))
        if tag == "option" and "selected" in given:
            self.fields.append(("selected", given["value"]))
        if tag not in ("input", "meta", "link", "br", "use", "rect"):
            self._count += 1
            self._open.append((self._count, given.get("class") or ""))

    def handle_endtag(self, tag):
        if tag not in ("use", "rect") and self._open:
            self._open.pop()

    def handle_data(self, data):
        self._texts.append((list(self._open), data))

    def of(self, name: str) -> list[str]:
        """The words inside each element with this class."""
        found: dict[int, str] = {}
        for elements, data in self._texts:
            number = next((number for number, classes in elements if name in classes.split()), None)
            if number is not None:
                found[number] = found.get(number, "") + data
        return [" ".join(text.split()) for text in found.values()]


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def read(client):
    return lambda path, headers=ENGLISH: Page(client.get(path, headers=headers))


def day(number: int, **fields) -> OccurrenceDraft:
    return OccurrenceDraft(date(2024, 4, number), date(2024, 4, number), **fields)


def make(campaign, title: str, *occurrences: OccurrenceDraft, **fields):
    return create(campaign, EventDraft(title=title, occurrences=occurrences, **fields), BEFORE)


@pytest.fixture
def week(campaign):
    """Five events: two on the marked day, one of the whole week, one outside it, one without a date."""
    return {
        "school": make(
            campaign,
            "知识产权进校园",
            day(26, half_day="morning"),
            region_code="340706",
            groups=("youth",),
            mode="onsite",
            formats=(FormatDraft("other", "进校园"), FormatDraft("learning", "课堂")),
            hosts=("铜陵市中级人民法院", "义安区人民法院"),
            lead=OrganizationDraft("铜陵市中级人民法院", "340700", "courts"),
            venues=(VenueDraft("顺安镇中心小学"),),
        ),
        "stream": make(
            campaign,
            "云上讲座",
            day(26, start_at=NINE + timedelta(days=4), end_at=NINE + timedelta(days=4, hours=2)),
            groups=("public", "youth"),
            mode="online",
            online_url="https://live.example.cn/7",
            formats=(FormatDraft("talk", "线上讲座"),),
        ),
        "whole": make(
            campaign, "宣传周", OccurrenceDraft(date(2024, 4, 20), date(2024, 4, 26)), region_code="110101"
        ),
        "early": make(campaign, "嘉年华", day(18), region_code="110000", groups=("public",)),
        "undated": make(
            campaign,
            "广场宣传",
            time_text="宣传周期间",
            region_code="320723",
            report=ReportDraft(
                materials="800余份", consultations="20余次", source_url="https://mirror.example.cn/1"
            ),
        ),
    }


def test_the_front_page_leads_to_the_week_with_its_query(client, campaign):
    answer = client.get("/?region=340000&utm_source=chat")
    assert (answer.status_code, answer.location) == (302, "/ip-2024/?region=340000&utm_source=chat")
    assert client.get("/").location == "/ip-2024/"


def test_the_strip_counts_each_day_on_every_page(read, week):
    counts = ["1", "1", "1", "1", "1", "1", "3"]
    for path in ("/ip-2024/", "/ip-2024/events", f"/ip-2024/events/{week['school'].id}", "/about/figures"):
        assert read(path).of("week-count") == counts, path
    assert read("/ip-2024/").of("week-name") == ["Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"]
    assert read("/ip-2024/", CHINESE).of("week-name") == [
        "周六",
        "周日",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
    ]
    assert read("/ip-2024/").of("week-legend") == ["26 Apr World Intellectual Property Day"]
    assert read("/ip-2024/?region=340000").of("week-count") == ["0", "0", "0", "0", "0", "0", "1"]


def test_the_list_is_in_calendar_order_and_keeps_what_is_outside_or_undated(read, week):
    page = read("/ip-2024/")
    assert page.of("list-count") == ["5 events"]
    assert page.of("event-title") == ["嘉年华", *["宣传周"] * 7, "知识产权进校园", "云上讲座", "广场宣传"]
    assert page.of("day-head") == [
        "Thu 18 April",
        "Sat 20 April",
        "Sun 21 April",
        "Mon 22 April",
        "Tue 23 April",
        "Wed 24 April",
        "Thu 25 April",
        "Fri 26 April World Intellectual Property Day",
        "Date not reported",
    ]
    assert page.of("event-tags") == ["Outside the week", "Online"]
    assert "Date not reported (originally 宣传周期间 )" in page.text


FILTERED = [
    ("region=340000", ["知识产权进校园"]),
    ("region=110000", ["嘉年华", *["宣传周"] * 7]),
    ("day=2024-04-26", ["宣传周", "知识产权进校园", "云上讲座"]),
    ("day=2024-04-18&day=2024-04-21", ["嘉年华", "宣传周"]),
    ("audience=youth", ["知识产权进校园", "云上讲座"]),
    ("audience=unknown", [*["宣传周"] * 7, "广场宣传"]),
    ("format=talk", ["云上讲座"]),
    ("format=other", ["知识产权进校园"]),
    ("line=courts", ["知识产权进校园"]),
    ("mode=online", ["云上讲座"]),
    ("q=顺安镇", ["知识产权进校园"]),
    ("audience=youth&mode=online&utm_source=chat", ["云上讲座"]),
    ("audience=", ["嘉年华", *["宣传周"] * 7, "知识产权进校园", "云上讲座", "广场宣传"]),
    ("region=820000", []),
]


def test_filters(read, week):
    pages = [(query, read(f"/ip-2024/events?{query}")) for query, _titles in FILTERED]
    assert [(query, page.of("event-title")) for query, page in pages] == FILTERED
    assert {page.status for _query, page in pages} == {200}


def test_an_event_of_many_days_stands_under_the_chosen_day(read, week):
    page = read("/ip-2024/?day=2024-04-24")
    assert (page.of("day-head"), page.of("event-title")) == (["Wed 24 April"], ["宣传周"])


def test_any_view_is_a_feed(read, week):
    page = read("/ip-2024/?utm_source=chat&audience=youth&day=2024-04-26")
    feed = "openweek.test/ip-2024/events.ics?day=2024-04-26&audience=youth"
    assert f"webcal://{feed}" in page.links
    assert f"http://{feed}" in page.copied


def test_the_choice_is_shown_and_each_part_can_be_taken_away(read, week):
    page = read("/ip-2024/?region=340000&audience=youth&focus=law")
    assert page.of("chosen-chip")[:3] == [
        "Anhui (remove)",
        "Young people (remove)",
        "Laws, judicial interpretations and basic knowledge (remove)",
    ]
    assert "/ip-2024/?audience=youth&focus=law" in page.links
    assert "/ip-2024/?region=340000&focus=law" in page.links
    # What the form has no control for is carried along, what it has is shown as chosen.
    assert [field for field in page.fields if field[1]][:4] == [
        ("back", "/ip-2024/?region=340000&audience=youth&focus=law"),
        ("focus", "law"),
        ("selected", "340000"),
        ("audience", "youth"),
    ]


def test_a_day_of_the_strip_chooses_and_lets_go(read, week):
    assert "/ip-2024/?region=110000&day=2024-04-20" in read("/ip-2024/?region=110000").links
    chosen = read("/ip-2024/?region=110000&day=2024-04-20")
    assert chosen.links.count("/ip-2024/?region=110000") == 2  # the strip and the chip


CASCADES = [
    ("province=110000&city=&county=", "?region=110000"),
    (
        "province=320000&city=320700&county=320723&q=%E5%B9%BF%E5%9C%BA",
        "?region=320723&q=%E5%B9%BF%E5%9C%BA",
    ),
    ("province=110000&city=110101", "?region=110101"),  # no city stands between Beijing and its districts
    ("province=110000&city=320700&county=320723&audience=youth", "?region=110000&audience=youth"),
    ("province=&city=&county=&format=", ""),
]


def test_the_region_lists_become_one_filter(client, campaign):
    answers = [client.get(f"/ip-2024/events?{fields}") for fields, _query in CASCADES]
    assert [answer.location for answer in answers] == [
        f"/ip-2024/events{query}" for _fields, query in CASCADES
    ]
    assert {answer.status_code for answer in answers} == {302}


def test_the_lists_below_a_region(client, campaign):
    rows = client.get("/ip-2024/regions.json?below=460000").json
    assert rows[0] == {"code": "460100", "name": "海口市"}
    assert {"code": "469001", "name": "五指山市"} in rows
    assert client.get("/ip-2024/regions.json?below=nowhere").json == []


UNKNOWN = [
    ("region=999999", "There is no region with the code “999999”."),
    ("day=tomorrow", "“tomorrow” is not a day. Write it as 2024-04-20."),
    ("audience=everybody", "There is no audience group “everybody” in this week."),
    ("organization=12345", "There is no organization with the number “12345”."),
    ("mode=outdoors", "“outdoors” is not a mode of taking part. Choose onsite, online or mixed."),
]


def test_an_unknown_value_is_told_and_the_others_are_kept(read, week):
    for path in ("/ip-2024/", "/ip-2024/events"):
        for query, sentence in UNKNOWN:
            page = read(f"{path}?{query}&focus=law&q=校园")
            assert page.status == 400, query
            assert page.of("alert-bad") == [f"{sentence} Back to the list, keeping all other filters"]
            assert f"{path}?focus=law&q=%E6%A0%A1%E5%9B%AD" in page.links
            assert ("q", "校园") in page.fields
            assert page.of("event-title") == []


def test_a_search_that_is_too_long_stays_in_its_field(read, week):
    page = read(f"/ip-2024/?q={'a' * 101}")
    assert (page.status, ("q", "a" * 101) in page.fields) == (400, True)


def test_mistakes_speak_the_readers_language(read, week):
    assert "没有代码为“999999”的地区" in read("/ip-2024/?region=999999", CHINESE).text
    assert "There is no public event 9999 here." in read("/ip-2024/events/9999").text
    assert "这里没有编号为 9999 的公开活动" in read("/ip-2024/events/9999", CHINESE).text
    assert read("/ip-2024/events/9999").status == 404


def test_unknown_weeks_and_events_that_are_not_public_are_not_there(read, campaign):
    draft = create(campaign, EventDraft(title="草稿"), BEFORE, publish=False)
    gone = make(campaign, "撤下", day(22))
    withdraw(gone, BEFORE)
    assert [read(f"/ip-2024/events/{event.id}").status for event in (draft, gone)] == [404, 404]
    assert [read(path).status for path in ("/ip-2031/", "/ip-2031/events", "/ip-2024/events/x")] == [404] * 3
    assert read("/ip-2024/").of("list-count") == ["0 events"]
    assert read("/ip-2024/events/x").of("brand") == read("/ip-2024/").of("brand")
    assert read("/ip-2024/events/x").of("brand") != ["Openweek"]


def test_an_event_with_everything_that_was_told(read, week):
    page = read(f"/ip-2024/events/{week['school'].id}")
    for words in (
        "Fri 26 April morning",
        "Yi&#39;an District, Tongling, Anhui",
        "顺安镇中心小学",
        "Young people",
        "义安区人民法院",
        "Other form (originally 进校园 )",
        "Hands-on learning (originally 课堂 )",
        "Courts",
        "First published",
    ):
        assert words in page.text, words
    assert f"/ip-2024/events/{week['school'].id}.ics" in page.links
    assert "Fri 26 April 09:00–11:00" in read(f"/ip-2024/events/{week['stream'].id}").text


def test_reported_numbers_are_quoted_and_their_source_is_not_shown(client, read, week):
    path = f"/ip-2024/events/{week['undated'].id}"
    page = read(path)
    assert page.of("as-reported") == [
        "As reported Word for word from published reports. These numbers are not from "
        "check-in and are in no figure here. Leaflets and "
        "materials800余份Consultations20余次"
    ]
    assert "mirror.example.cn" not in client.get(path).text
    assert "Date not reported" in page.text
    assert path + ".ics" not in page.links  # without a date there is no calendar entry


def test_a_cancelled_event_stays_and_says_so(read, week):
    cancel(week["stream"], BEFORE)
    assert read("/ip-2024/?mode=online").of("event-tags") == ["Cancelled Online"]
    page = read(f"/ip-2024/events/{week['stream'].id}")
    assert (page.status, page.of("alert-bad")) == (
        200,
        ["This event is cancelled. We keep this page so that you do not come in vain."],
    )


def test_a_long_list_comes_in_pages(read, campaign):
    for number in range(52):
        make(campaign, f"活动{number}", day(22))
    first, second = read("/ip-2024/?region="), read("/ip-2024/?page=2")
    assert first.of("list-count") == ["52 events · page 1 of 2"]
    assert (len(first.of("event-title")), second.of("event-title")) == (50, ["活动50", "活动51"])
    assert "/ip-2024/?page=2" in first.links
    assert "/ip-2024/" in second.links
    assert read("/ip-2024/?page=99").of("event-title") == ["活动50", "活动51"]


def test_the_list_asks_no_more_for_thirty_events_than_for_one(client, campaign, count_queries):
    paths = ("/ip-2024/", "/ip-2024/events?audience=youth&q=活动")

    def asked() -> list[int]:
        counts = []
        for path in paths:
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    def events(first: int, last: int) -> None:
        for number in range(first, last):
            make(
                campaign,
                f"活动{number}",
                day(22, venue=VenueDraft(f"会场{number}", "110101")),
                day(23, venue=VenueDraft("大厅", "110101")),
                region_code="340705" if number % 2 else "110101",
                groups=("youth", "public"),
                formats=(FormatDraft("talk", "讲座"),),
                hosts=(f"单位{number}", "法院"),
                lead=OrganizationDraft(f"单位{number}", "110101", None),
            )

    # What cards show travels together on PostgreSQL (models.transactions.round_trip).
    expected = [6, 4] if on_postgresql() else [11, 9]
    client.get("/ip-2024/events?mode=online")  # from here on the process knows the campaign
    events(0, 1)
    assert asked() == expected
    events(1, 30)
    assert asked() == expected
    assert asked() == [0, 0]  # until something moves, nothing is rendered again


def test_the_reader_chooses_the_language(client, campaign):
    answer = client.post("/language", data={"lang": "en", "back": "/ip-2024/?day=2024-04-26"})
    assert (answer.status_code, answer.location) == (303, "/ip-2024/?day=2024-04-26")
    page = Page(client.get("/ip-2024/", headers=CHINESE))
    assert page.of("list-count") == ["0 events"]
    client.post("/language", data={"lang": "tlh", "back": "/"})
    assert Page(client.get("/ip-2024/", headers=CHINESE)).of("list-count") == ["0 events"]
    assert client.get("/ip-2024/").headers["Vary"] == "Accept-Language, Cookie, Accept-Encoding"


def test_the_language_form_leads_nowhere_else(client, campaign):
    foreign = [
        "",
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/x",
        "events",
    ]
    answers = [client.post("/language", data={"lang": "zh", "back": back}) for back in foreign]
    assert [answer.location for answer in answers] == ["/"] * len(foreign)


def test_pages_need_neither_inline_script_nor_inline_style(client, week):
    for path in ("/ip-2024/", f"/ip-2024/events/{week['school'].id}", "/about/figures", "/ip-2024/?region=1"):
        text = client.get(path).text
        assert (
            re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\s(?:src=|type=\"application/ld))", text)
            == []
        ), path
