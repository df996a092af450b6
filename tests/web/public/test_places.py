"""Near me without a map: places as plain links with their counts, and pages packed on their way."""

import gzip
import re
from datetime import timedelta

import pytest

from models.events.draft import EventDraft
from models.publishing.lifecycle import create
from tests.support.records.week import NINE, load_week, make_event

ENGLISH = {"Accept-Language": "en"}
PLACE = re.compile(r'<a class="card place" href="([^"]+)">.*?>([^<]+)</span>\s*<span[^>]*>(\d+)<', re.DOTALL)


@pytest.fixture
def week(app):
    campaign = load_week()
    for code in ("320723", "320723", "320102", "110105", "320000", "660000"):
        make_event(campaign, "讲座", region_code=code, groups=("youth",) if code == "320102" else ())
    create(campaign, EventDraft(title="云上", mode="online"), NINE - timedelta(days=30))
    return campaign


@pytest.fixture
def read(client, week):
    def places(query: str = "") -> list[tuple[str, ...]]:
        text = client.get(f"/ip-2024/places{query}", headers=ENGLISH).text
        return [(name, count, url.replace("&amp;", "&")) for url, name, count in PLACE.findall(text)]

    return places


def test_from_the_country_down_to_the_county(read):
    assert read() == [
        ("Beijing", "1", "/ip-2024/places?region=110000"),
        ("Jiangsu", "4", "/ip-2024/places?region=320000"),
        ("Xinjiang Production and Construction Corps", "1", "/ip-2024/events?region=660000"),
    ]
    assert read("?region=320000") == [
        ("Nanjing", "1", "/ip-2024/places?region=320100"),
        ("Lianyungang", "2", "/ip-2024/places?region=320700"),
    ]
    assert read("?region=320700") == [("Guanyun County", "2", "/ip-2024/events?region=320723")]
    assert read("?region=110000") == [("Chaoyang District", "1", "/ip-2024/events?region=110105")]
    assert read("?region=320723") == []


def test_other_filters_go_along(read):
    assert read("?audience=youth") == [("Jiangsu", "1", "/ip-2024/places?region=320000&audience=youth")]
    assert read("?q=jiangzuo&region=320000&utm_source=chat") == [
        ("Nanjing", "1", "/ip-2024/places?region=320100&q=jiangzuo"),
        ("Lianyungang", "2", "/ip-2024/places?region=320700&q=jiangzuo"),
    ]


def test_what_is_not_placed_exactly_is_told(client, week):
    text = client.get("/ip-2024/places", headers=ENGLISH).text
    assert "Show all 7 events" in text
    assert "The region of 1 event was not given." in text
    text = client.get("/ip-2024/places?region=320000", headers=ENGLISH).text
    assert "Show all 4 events here" in text
    assert "For 1 event only this region is given." in text


def test_a_place_that_does_not_exist_is_told(client, week):
    answer = client.get("/ip-2024/places?region=999999", headers=ENGLISH)
    assert answer.status_code == 400
    assert "There is no region with the code “999999”." in answer.text


def test_the_counts_are_one_question_kept_until_something_moves(client, week, count_queries):
    client.get("/ip-2024/places?region=320000")
    with count_queries() as queries:
        client.get("/ip-2024/places?region=320000")
    assert not [sent for sent in queries if "GROUP BY" in sent]
    make_event(week, "新的", region_code="320723")
    assert (
        '<span class="place-count number" aria-hidden="true">3<'
        in client.get("/ip-2024/places?region=320000").text
    )


PACKED = (
    "/ip-2024/",
    "/ip-2024/events",
    "/ip-2024/places",
    "/ip-2024/subscribe",
    "/about/figures",
    "/static/css/base/elements.css",
)


def test_public_pages_and_static_files_are_packed_for_who_takes_it(client, week):
    for path in PACKED:
        with client.get(path) as plain:
            body = plain.data
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert gzip.decompress(packed.data) == body, path
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Accept-Encoding" in plain.headers["Vary"]
        with client.get(path, headers={"Accept-Encoding": "gzip;q=0"}) as refused:
            assert refused.data == body


def test_a_packed_file_has_a_tag_of_its_own(client):
    packed = {"Accept-Encoding": "gzip"}
    tags = []
    for headers in ({}, packed):
        with client.get("/static/css/base/elements.css", headers=headers) as answer:
            tags.append(answer.headers["ETag"])
    assert tags[0] != tags[1]
    for tag, headers in zip(tags, ({}, packed), strict=True):
        again = {**headers, "If-None-Match": tag}
        with client.get("/static/css/base/elements.css", headers=again) as answer:
            assert (answer.status_code, answer.data) == (304, b"")


def test_pages_with_secrets_are_not_packed(client, week):
    for path in ("/desk/sign-in", "/V/AAAA", "/C/AAAA"):
        assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip"}).headers, path
