"""What programs read: within the reach of the account and the scopes of the token, in pages, with ETags."""

import re

import msgspec
import pytest
from sqlalchemy import select

from models.api_operation import EXTENSION
from models.codes import passes
from models.db import db, transaction
from models.devices.kiosks import create_kiosk
from models.organizations.tables import ApiToken, TokenScope
from tests.support.records.week import NINE, make_device, make_event, minutes
from tests.support.servers.api import ApiUser
from web.api import docs, openapi


def problem(answer) -> tuple[int, str, str]:
    return answer.status_code, answer.content_type, answer.json["detail"]


PROBLEM = "application/problem+json"


def test_the_events_of_an_organizer_are_its_organizations_own(client, people):
    gu, wang = ApiUser(client, people.gu), ApiUser(client, people.wang)
    assert [one["title"] for one in gu.get("/events").json["items"]] == ["专题讲座", "进京推介"]
    assert [one["title"] for one in wang.get("/events").json["items"]] == ["法院开放日"]
    assert gu.get(f"/events/{people.lecture.id}").json["occurrences"] == [
        {
            "id": people.lecture.occurrences[0].id,
            "uid": f"occ-{people.lecture.occurrences[0].id}@openweek.test",
            "start": "2024-04-22T09:00:00+08:00",
            "end": "2024-04-22T11:00:00+08:00",
            "all_day": False,
            "status": "scheduled",
            "half_day": None,
            "open_ended": False,
            "venue": None,
            "event": people.lecture.id,
            "capacity": None,
        }
    ]
    assert problem(wang.get(f"/events/{people.lecture.id}")) == (
        404, PROBLEM, f"You have no event {people.lecture.id}."
    )  # fmt: skip


def test_pages_follow_each_other_whatever_comes_meanwhile(client, people):
    cui = ApiUser(client, people.cui)
    first = cui.get("/events?limit=4").json
    make_event(people.lecture.campaign, "新活动")
    second = cui.get(f"/events?limit=4&cursor={first['next']}").json
    titles = [one["title"] for one in first["items"] + second["items"]]
    assert titles == ["专题讲座", "法院开放日", "南京宣传", "乌鲁木齐宣传", "兵团宣传", "进京推介", "新活动"]
    assert second["next"] is None


def test_an_etag_answers_304_until_something_changes(client, people):
    gu = ApiUser(client, people.gu)
    tag = gu.get("/events").headers["ETag"]
    assert gu.get("/events", if_none_match=tag).status_code == 304
    make_event(people.lecture.campaign, "新活动")
    again = gu.get("/events", if_none_match=tag)
    assert (again.status_code, len(again.json["items"])) == (200, 3)


def test_a_token_is_good_for_its_scopes_alone(client, people):
    events, figures = ApiUser(client, people.gu, "events"), ApiUser(client, people.gu, "figures")
    paths = ["/events", "/venues", "/organizations", "/kiosks", f"/passes?event={people.lecture.id}"]
    assert [events.get(path).status_code for path in paths] == [200, 200, 200, 403, 403]
    assert [figures.get(path).status_code for path in paths] == [403] * 5
    assert figures.get("/figures?campaign=ip-2024").status_code == 200
    assert problem(events.get("/figures?campaign=ip-2024")) == (
        403,
        PROBLEM,
        "This needs a token with one of these scopes: read, figures. Make another one.",
    )


def test_a_token_from_before_there_were_scopes_reads_figures(client, people):
    gu = ApiUser(client, people.gu, "read")
    with transaction():
        db.session.scalars(select(ApiToken)).one().scopes = ["figures"]
    assert [gu.get(path).status_code for path in ("/figures?campaign=ip-2024", "/events")] == [200, 403]


def test_without_a_token_nothing_is_told(client, people):
    answer = client.get("/api/v1/events", headers={"Accept-Language": "en"})
    assert problem(answer) == (401, PROBLEM, "This token is not valid. Please get a new one.")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/events?limit=0", "The parameter “limit” is missing or does not have the form that the API description asks for."),
        ("/events?cursor=x", "The parameter “cursor” is missing or does not have the form that the API description asks for."),
        ("/passes", "The parameter “event” is missing or does not have the form that the API description asks for."),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(client, people, path, detail):
    assert problem(ApiUser(client, people.gu).get(path)) == (400, PROBLEM, detail)


def test_passes_are_told_without_their_codes(client, people):
    (group,) = passes.issue(people.lecture.campaign, "youth", NINE, headcount=45, event=people.lecture)
    gu = ApiUser(client, people.gu)
    told = {
        "id": group.id, "campaign": "ip-2024", "event": people.lecture.id, "kind": "group", "group": "youth",
        "headcount": 45, "issued_at": "2024-04-22T09:00:00.000+08:00", "revoked_at": None,
    }  # fmt: skip
    assert gu.get(f"/passes?event={people.lecture.id}").json == {"items": [told], "next": None}
    assert gu.get(f"/passes/{group.id}").json == told
    wang = ApiUser(client, people.wang)
    assert [wang.get(f"/passes/{group.id}").status_code, wang.get("/passes/999").status_code] == [404, 404]


def test_a_kiosk_names_the_events_that_its_reader_reaches(client, people):
    device = make_device(people.lecture)
    told = ApiUser(client, people.gu).get("/kiosks").json["items"]
    assert [(one["name"], one["events"], one["scopes"]) for one in told] == [
        (device.kiosk.name, [people.lecture.id], ["scan", "tally"])
    ]
    assert ApiUser(client, people.wang).get("/kiosks").json["items"] == []


def test_every_row_of_the_ledger_is_told_with_what_became_of_it(client, people):
    device = make_device(people.lecture)
    (one,) = passes.issue(people.lecture.campaign, "youth", NINE, event=people.lecture)
    first = device.scan(one.token)
    device.scan(one.token, NINE + minutes(1))
    device.undo(first.id, NINE + minutes(2))
    device.scan("https://pay.example/x", NINE + minutes(3))
    rows = ApiUser(client, people.gu).get(f"/scans?event={people.lecture.id}").json["items"]
    assert [(row["kind"], row["verdict"], row["state"]) for row in rows] == [
        ("pass", "stored", "undone"), ("pass", "repeat", "counts"), ("undo", "stored", None),
    ]  # fmt: skip
    assert rows[2]["undoes"] == str(first.id)
    assert ApiUser(client, people.shou).get(f"/scans?event={people.lecture.id}").status_code == 404


def test_pages_ask_no_more_the_more_rows_they_have(client, people, count_queries):
    gu = ApiUser(client, people.gu)
    make_device(people.lecture)
    counts = []
    for _each in range(2):
        with count_queries() as queries:
            gu.get("/events")
            gu.get("/kiosks")
            gu.get("/occurrences")
        counts.append(len(queries))
        for number in range(10):
            create_kiosk(make_event(people.lecture.campaign, f"活动{number}"), NINE)
    assert counts[0] == counts[1]


def test_the_description_is_openapi_and_its_examples_fit_its_shapes(app, client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    routes = {
        (method.lower(), rule.rule.replace("<int:", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and rule.rule not in ("/api/v1/openapi.json", "/api/v1/docs")
    }
    assert routes == {(method, path) for path, methods in document["paths"].items() for method in methods}
    for one in app.extensions[EXTENSION]:
        for example, shape in ((one.answer_example, one.answer), (one.body_example, one.body)):
            if example is not None:
                msgspec.convert(example, shape)


def test_the_page_of_documentation_names_every_route_and_loads_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs").text
    for path in client.get("/api/v1/openapi.json").json["paths"]:
        assert f"<code>{path}</code>" in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_the_page_of_documentation_is_in_the_language_of_its_reader(client):
    """Words in Latin letters are names of fields, statuses and formats, each in code or known to every programmer."""
    page = client.get("/api/v1/docs", headers={"Accept-Language": "zh"}).text
    shown = re.findall(r'(?:<span class="soft">|<td>)([^<]*)', page[page.index("api-operation") :])
    assert len(shown) > 200
    assert {
        text for text in shown if re.search("[A-Za-z]", text) and not re.search("[\u4e00-\u9fff]", text)
    } == set()
    answered = {
        status for one in openapi.operations() for status in (one.status, *openapi.error_statuses(one))
    }
    assert {str(status) for status in answered} - set(docs.STATUSES) == set()


def test_each_scope_is_offered_where_tokens_are_made(gus_browser):
    page = gus_browser.get("/desk/account/").text
    assert [f'name="scope" value="{scope}"' in page for scope in TokenScope] == [True] * 4
    made = gus_browser.post("/desk/account/tokens", data={"name": "脚本", "scope": ["read", "write"]})
    assert (made.status_code, db.session.scalars(select(ApiToken)).one().scopes) == (303, ["read", "write"])
    refused = gus_browser.post("/desk/account/tokens", data={"name": "脚本"})
    assert (refused.status_code, "Choose at least one permission for the token." in refused.text) == (
        400,
        True,
    )
