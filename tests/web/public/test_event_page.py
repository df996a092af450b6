"""One event for people and machines: maps, neighbours, JSON-LD, what chats show of it, and its picture."""

import json
import re
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from models.events.draft import EventDraft, OccurrenceDraft, VenueDraft
from models.publishing.lifecycle import cancel, change, create, draft_of, merge, withdraw
from tests.support.records.week import NINE, load_week, make_event, session

ENGLISH = {"Accept-Language": "en"}
POINT = VenueDraft("文化广场", "320723", "人民路 1 号", 39.911954, 116.377817)


@pytest.fixture
def event(app):
    return make_event(
        load_week(),
        "讲座</script><b>",
        description="讲解 & 咨询",
        venues=(POINT, VenueDraft("图书馆")),
        mode="mixed",
        online_url="https://live.example.cn/7",
    )


@pytest.fixture
def read(client):
    return lambda event: client.get(f"/ip-2024/events/{event.id}", headers=ENGLISH).text


def linked(text: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])


def maps(text: str) -> list[tuple[str, dict[str, str]]]:
    found = re.findall(r'href="(https://(?:uri\.amap|api\.map\.baidu|maps\.apple)[^"]+)"', text)
    parts = [urlsplit(unescape(url)) for url in found]
    return [(one.netloc + one.path, {k: v[0] for k, v in parse_qs(one.query).items()}) for one in parts]


def test_a_venue_with_a_point_is_shifted_only_where_the_map_wants_it(read, event):
    amap, baidu, apple = maps(read(event))[:3]
    assert amap[0] == "uri.amap.com/marker"
    assert (amap[1]["position"], amap[1]["coordinate"]) == ("116.384047,39.913345", "gaode")
    assert baidu[0] == "api.map.baidu.com/marker"
    assert (baidu[1]["location"], baidu[1]["coord_type"]) == ("39.911954,116.377817", "wgs84")
    assert apple == ("maps.apple.com/", {"ll": "39.913345,116.384047", "q": "文化广场"})


def test_a_venue_without_a_point_is_looked_for_by_name_and_region(read, event):
    amap, baidu, apple = maps(read(event))[3:]
    assert (amap[1]["keyword"], amap[1]["city"]) == ("江苏省 连云港市 灌云县 图书馆", "连云港市")
    assert (baidu[1]["query"], baidu[1]["region"]) == ("图书馆", "连云港市")
    assert apple[1] == {"q": "江苏省 连云港市 灌云县 图书馆"}


def test_a_place_told_in_words_alone_is_looked_for_too(read, event):
    told = make_event(event.campaign, "广场宣传", venue_text="县政府广场")
    assert [one["q"] for _host, one in maps(read(told))[2:]] == ["江苏省 连云港市 灌云县 县政府广场"]


def test_for_search_engines(client, read, event):
    text = read(event)
    told = linked(text)
    assert told["name"] == "讲座</script><b>"
    assert (told["startDate"], told["endDate"]) == ("2024-04-22T09:00:00+08:00", "2024-04-22T11:00:00+08:00")
    assert told["eventStatus"] == "https://schema.org/EventScheduled"
    assert told["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [one["@type"] for one in told["location"]] == ["Place", "Place", "VirtualLocation"]
    assert told["location"][0]["geo"]["latitude"] == 39.911954
    assert told["location"][0]["address"]["streetAddress"] == "人民路 1 号"
    assert told["organizer"] == [{"@type": "Organization", "name": "灌云县知识产权局"}]
    assert told["image"] == [f"http://openweek.test/ip-2024/events/{event.id}/share.png"]
    assert "subEvent" not in told


def test_cancelled_and_several_occurrences_for_search_engines(read, event):
    more = make_event(event.campaign, "两场", occurrences=(session(), session(NINE + timedelta(hours=5))))
    cancel(more, NINE)
    told = linked(read(more))
    assert told["eventStatus"] == "https://schema.org/EventCancelled"
    starts = ["2024-04-22T09:00:00+08:00", "2024-04-22T14:00:00+08:00"]
    assert [one["startDate"] for one in told["subEvent"]] == starts
    assert {one["eventStatus"] for one in told["subEvent"]} == {"https://schema.org/EventCancelled"}


def test_the_end_for_search_engines_is_that_of_the_last_occurrence_and_never_invented(read, event):
    def ends(*occurrences):
        told = linked(read(make_event(event.campaign, "活动", occurrences=occurrences)))
        return told["startDate"], told.get("endDate")

    def day(first, last=None, **fields):
        return OccurrenceDraft(date(2024, 4, first), date(2024, 4, last or first), **fields)

    nine, two = "2024-04-22T09:00:00+08:00", NINE + timedelta(hours=5)
    begins_at_two = day(22, start_at=two)
    assert ends(session(), session(two)) == (nine, "2024-04-22T16:00:00+08:00")
    assert ends(session(two), session()) == (nine, "2024-04-22T16:00:00+08:00")
    assert ends(day(22, start_at=NINE)) == (nine, None)
    assert ends(session(), begins_at_two) == (nine, None)
    assert ends(day(22, 24, start_at=NINE)) == (nine, "2024-04-24")
    assert ends(day(22)) == ("2024-04-22", "2024-04-22")
    assert ends(day(22), session()) == ("2024-04-22", "2024-04-22")
    assert ends(day(24, open_ended=True)) == ("2024-04-24", None)


def test_online_addresses_for_search_engines_are_encoded(read, event):
    def online(url):
        told = linked(read(make_event(event.campaign, "直播", mode="online", online_url=url)))
        return told.get("location")

    assert online('https://live.example/房间 "1"') == {
        "@type": "VirtualLocation",
        "url": "https://live.example/%E6%88%BF%E9%97%B4%20%221%22",
    }


def test_the_address_of_a_merged_event_leads_to_the_one_that_is_kept(client, event):
    other, unknown = make_event(event.campaign, "讲座"), 999_999
    draft = create(event.campaign, EventDraft(title="讲座", occurrences=(session(),)), NINE, publish=False)
    merge(event, other, NINE)
    merge(event, draft, NINE)

    def onward(rest, number=other.id):
        answer = client.get(f"/ip-2024/events/{number}{rest}")
        return answer.status_code, answer.headers.get("Location")

    for rest in ("", "?from=chat", ".ics", ".ics?alarm=30", ".json", "/share.png"):
        assert onward(rest) == (301, f"/ip-2024/events/{event.id}{rest}")
    # What was never public has no address that could lead on.
    assert onward("", draft.id) == onward("", unknown) == (404, None)
    withdraw(event, NINE)
    assert onward("") == onward(".ics") == (404, None)


def test_what_a_chat_shows_of_the_link(read, event):
    told = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', read(event)))
    assert unescape(told["og:title"]) == "讲座</script><b>"
    described = unescape(told["og:description"]).split(" · ")
    assert described == ["Mon 22 April 09:00–11:00", "Guanyun County, Lianyungang, Jiangsu", "讲解 & 咨询"]
    assert told["og:url"] == f"http://openweek.test/ip-2024/events/{event.id}"
    assert told["og:image"].endswith("/share.png")
    assert told["twitter:card"] == "summary_large_image"
    assert f'<link rel="canonical" href="http://openweek.test/ip-2024/events/{event.id}">' in read(event)


def test_an_apostrophe_is_escaped_once(client, event):
    xian = make_event(event.campaign, "开放日", region_code="610100")
    told = client.get(f"/ip-2024/events/{xian.id}", headers=ENGLISH).text
    described = re.search(r'<meta property="og:description" content="([^"]*)">', told)[1]
    assert unescape(described) == "Mon 22 April 09:00–11:00 · Xi'an, Shaanxi"


def test_a_list_has_one_address_and_four_formats(client, event):
    text = client.get("/ip-2024/?utm_source=chat&mode=mixed", headers=ENGLISH).text
    assert '<link rel="canonical" href="http://openweek.test/ip-2024/?mode=mixed">' in text
    alternates = re.findall(r'<link rel="alternate" type="[^"]+" href="([^"]+)"', text)
    assert alternates == [
        f"http://openweek.test/ip-2024/events.{kind}?mode=mixed" for kind in ("ics", "json", "csv", "atom")
    ]


def test_the_events_before_and_after(read, event):
    later = make_event(event.campaign, "后一场", occurrences=(session(NINE + timedelta(hours=3)),))
    last = make_event(event.campaign, "最后一场", occurrences=(session(NINE + timedelta(hours=6)),))
    ways = {
        one.title: re.findall(r'<a rel="(prev|next)" href="([^"]+)"', read(one))
        for one in (event, later, last)
    }
    base = "/ip-2024/events/"
    assert list(ways.values()) == [
        [("next", f"{base}{later.id}")],
        [("prev", f"{base}{event.id}"), ("next", f"{base}{last.id}")],
        [("prev", f"{base}{later.id}")],
    ]


def test_the_picture_to_share(client, event):
    path = f"/ip-2024/events/{event.id}/share.png"
    first = client.get(path)
    with Image.open(BytesIO(first.data)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
    assert (first.content_type, len(first.data) < 100_000) == ("image/png", True)
    etag = first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    changed = draft_of(event)
    change(
        event,
        type(changed)(**{**{n: getattr(changed, n) for n in changed.__slots__}, "title": "另一场"}),
        NINE,
    )
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
    assert client.get("/ip-2024/events/9999/share.png").status_code == 404


def test_an_introduction_in_markdown_is_markup_here_and_text_in_the_feeds(client, app):
    campaign = load_week()
    text = "**现场**咨询\n请带证件\n\n- [报名](https://example.org/a)\n<script>x()</script>"
    event = create(campaign, EventDraft(title="讲座", description=text, occurrences=(session(),)), NINE)
    page = client.get(f"/ip-2024/events/{event.id}").text
    assert "<strong>现场</strong>咨询<br>\n请带证件</p>" in page
    assert '<a href="https://example.org/a" rel="noopener noreferrer nofollow">报名</a>' in page
    assert "<script>x()" not in page
    readable = "现场咨询\n请带证件\n\n- 报名 (https://example.org/a)\n<script>x()</script>"
    assert client.get(f"/ip-2024/events/{event.id}.json").json["description"] == readable
    calendar = client.get("/ip-2024/events.ics").text.replace("\r\n ", "")
    assert "DESCRIPTION:现场咨询\\n请带证件\\n\\n- 报名 (https://example.org/a)" in calendar
    assert "现场咨询\n请带证件" in client.get("/ip-2024/events.atom").text
    assert "**现场**咨询" in client.get("/ip-2024/events.csv").text  # a table is read again with its marks
