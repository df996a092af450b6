"""The figures API, the page of a week and the operator's commands: one shape, one scope."""

import csv
import html
import io
import json
import re
from uuid import uuid4

import pytest

from models.accounts import tokens
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes
from models.db import db, transaction
from models.devices import kiosks
from models.events.draft import EventDraft, OrganizationDraft
from models.events.tables import EventStatus
from models.ledger.tables import Counter
from models.places import regions
from models.publishing import lifecycle
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes, session

NONE = {"pass": 0, "rotating": 0, "printed": 0, "touch": 0, "tally": 0, "estimate": 0}


def add_crowd() -> None:
    """The people, and a small crowd: 43 young people by pass and a touch at the lecture, 5 heads at the court, 2 and 1
    in the Corps' and Urumqi's events."""
    people = make_people(load_week())
    lecture = make_device(people.lecture)
    (group,) = passes.issue(people.lecture.campaign, "youth", NINE, headcount=45)
    lecture.scan(group.token, headcount=43)
    lecture.touch("public", NINE + minutes(60))
    make_device(people.court_day).tally("public", headcount=5)
    make_device(people.corps).tally("government", headcount=2)
    make_device(people.urumqi).tally("government", headcount=1)


@pytest.fixture
def people(app):
    """With the crowd, which the database was copied with."""
    return make_people(load_week())


def release(people):
    """A rehearsal releases everything."""
    people.lecture.campaign.rehearsal = True
    db.session.commit()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def of(account) -> dict[str, str]:
    return bearer(tokens.new_token_of(account.email, NINE))


def ask(client, query="", headers=None):
    return client.get(f"/api/v1/figures?campaign=ip-2024{query}", headers=headers)


def test_the_shape(client, people):
    told = ask(client, "&by=audience,region", of(people.gu)).json
    assert list(told) == ["as_of", "participants", "rows", "visits"]
    assert (told["visits"], told["participants"]) == (44, 43)
    assert told["rows"] == [
        {
            "audience": "public",
            "region": "320723",
            "visits": 1,
            "participants": None,
            "methods": NONE | {"touch": 1},
            "taken": 0,
        },
        {
            "audience": "youth",
            "region": "320723",
            "visits": 43,
            "participants": None,
            "methods": NONE | {"pass": 43},
            "taken": 0,
        },
    ]
    assert told["as_of"].endswith("+08:00")
    exact = ask(client, "&by=audience,region&exact=1", of(people.gu)).json
    assert [row["participants"] for row in exact["rows"]] == [0, 43]


def test_an_account_asks_for_its_scope(client, people):
    sums = {
        name: ask(client, "", of(getattr(people, name))).json["visits"]
        for name in ("gu", "wang", "lian", "su", "bao", "cui")
    }
    assert sums == {"gu": 44, "wang": 5, "lian": 49, "su": 49, "bao": 2, "cui": 52}


def test_a_device_asks_for_its_events(client, people):
    kiosk, token = kiosks.create_kiosk(people.court_day, NINE)
    assert ask(client, "", bearer(token)).json["visits"] == 5
    kiosks.revoke(kiosk.id, NINE)
    assert ask(client, "", bearer(token)).status_code == 401


def test_anybody_asks_for_what_is_released(client, people):
    answer = ask(client)
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert client.get("/ip-2024/figures.json").status_code == 403
    assert client.get("/ip-2024/figures.csv").status_code == 403
    page = client.get("/ip-2024/figures")
    assert (page.status_code, "data-visits" in page.text) == (200, False)
    release(people)
    assert ask(client).json["visits"] == 52
    assert client.get("/ip-2024/figures.json").json["visits"] == 52
    assert "data-visits>52<" in client.get("/ip-2024/figures").text


@pytest.mark.parametrize(
    "given", ["Bearer nonsense", "Bearer", "Basic Z3U6Z3U=", "Basic é", "Bearer owp_" + "x" * 43]
)
def test_a_token_that_is_not_good_is_401_even_when_released(client, people, given):
    release(people)
    answer = ask(client, "", {"Authorization": given})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("query", "visits"),
    [
        ("&region=320000", 49),
        ("&region=650000", 1),
        ("&region=660000", 2),
        ("&region=650000&region=660000", 3),
        ("&audience=government", 3),
        ("&day=2024-04-22", 52),
        ("&day=2024-04-23", 0),
        ("&line=courts", 5),
        ("&q=讲座", 44),
        ("&mode=online", 0),
        ("&utm_source=chat", 52),
    ],
)
def test_the_filters_of_the_pages_narrow_the_figures(client, people, query, visits):
    release(people)
    assert ask(client, query).json["visits"] == visits


def test_a_withdrawn_event_still_counts(client, people):
    people.lecture.withdrawn_at = NINE
    db.session.commit()
    assert ask(client, "", of(people.gu)).json["visits"] == 44


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("by=colour", 400),
        ("by=day,day", 400),
        ("region=999999", 400),
        ("day=2024-13-01", 400),
        ("audience=cats", 400),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(client, people, query, status):
    answer = ask(client, f"&{query}", of(people.gu))
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert answer.json["detail"].strip()


def test_the_week_has_to_be_named_and_known(client, people):
    assert client.get("/api/v1/figures").status_code == 400
    assert client.get("/api/v1/figures?campaign=other").status_code == 404
    assert client.get("/api/v1/figures?campaign=ip%00-2024").status_code == 404
    assert client.get("/ip%00-2024/figures").status_code == 404


def test_a_spreadsheet(client, people):
    people.corps.lead.name = "=1+1"
    release(people)
    answer = client.get(
        "/ip-2024/figures.csv?by=organization&region=660000", headers={"Accept-Language": "en"}
    )
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, line = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head[:4] == ["organization", "Organization", "Visits", "Participants, at least"]
    assert line[1:4] == ["'=1+1", "2", ""]


def test_the_data_of_a_chart_of_regions_is_what_the_chart_shows(english, people):
    """On public pages, at the desk and in the live view: a row of the file is a row of the chart, withheld ones too."""
    release(people)
    sign_in(english, people.cui)
    for path in (
        "/ip-2024/figures?", "/ip-2024/figures?region=320000", "/desk/figures/?campaign=ip-2024",
        "/desk/live?campaign=ip-2024", "/desk/live?campaign=ip-2024&region=320000",
    ):  # fmt: skip
        page = english.get(path).text
        chart = page[page.index('id="chart-regions"') :]
        address = html.unescape(re.search(r'"svg">SVG</button> <a [^>]*href="([^"]+)"', chart)[1])
        table = re.split(r'<th scope="row">', chart[: chart.index("</table>")])[1:]
        text = [re.sub("<[^>]+>", "", row.partition("</th>")[0]).strip() for row in table]
        shown = [re.search(r"<strong>([\d,]+)</strong>", row) for row in table]
        drawn = {
            name: int(visits[1].replace(",", "")) for name, visits in zip(text, shown, strict=True) if visits
        }
        rows = list(csv.DictReader(io.StringIO(english.get(address).data.decode("utf-8-sig"))))
        assert {row["Region"] for row in rows} == set(text), path
        withheld = {row["Region"] for row in rows if row["Visits"] == ""}
        for name in set(drawn) - withheld:
            assert sum(int(row["Visits"]) for row in rows if row["Region"] == name) == drawn[name], (
                path,
                name,
            )


def test_regions_are_rolled_up_a_level_at_a_time(client, people):
    release(people)
    english = {"Accept-Language": "en"}
    assert "Jiangsu" in client.get("/ip-2024/figures", headers=english).text
    page = client.get("/ip-2024/figures?region=320700", headers=english).text
    assert '<a href="?region=320723">' in page
    assert "data-visits>49<" in page
    assert '<a href="?region=320723">' in client.get("/ip-2024/figures?region=%20320700%20").text


def test_page_api_and_command_agree(client, runner, people):
    told = runner.invoke(args=["figures", "--campaign", "ip-2024", "--by", "region", "--json"])
    operator = json.loads(told.stdout)
    committee = ask(client, "&by=region", of(people.cui)).json
    assert {**operator, "as_of": ""} == {**committee, "as_of": ""}
    text = runner.invoke(args=["figures", "--campaign", "ip-2024", "--by", "region"], env={"LANG": "en"})
    assert (text.exit_code, len(text.stdout.splitlines())) == (0, 3 + len(operator["rows"]))


def test_verify_agrees_differs_or_cannot_tell(runner, people):
    agrees = runner.invoke(args=["verify", "--campaign", "ip-2024"])
    assert agrees.exit_code == 0
    with transaction():
        db.session.query(Counter).filter(Counter.group == "youth").update({"visits": 44})
    differs = runner.invoke(args=["verify", "--campaign", "ip-2024"])
    assert (differs.exit_code, "44" in differs.stdout, "43" in differs.stdout) == (1, True, True)
    assert runner.invoke(args=["verify", "--campaign", "other"]).exit_code == 2


def test_passes_that_visitors_took_are_told_apart_within_pass(client, people):
    device = make_device(people.lecture)
    for made in (*passes.issue(people.lecture.campaign, "public", NINE, self_issued=True, count=2),):
        device.scan(made.token)
    rows = ask(client, "&by=method", of(people.gu)).json["rows"]
    assert [(row["method"], row["visits"], row["taken"]) for row in rows] == [
        ("pass", 45, 2),
        ("touch", 1, 0),
    ]
    release(people)
    head, *lines = csv.reader(
        io.StringIO(
            client.get("/ip-2024/figures.csv?by=method", headers={"Accept-Language": "en"}).data.decode(
                "utf-8-sig"
            )
        )
    )
    assert (head[-1], lines[0][-1]) == ("of which passes that visitors got themselves", "2")


def test_the_title_of_an_event_that_nobody_reviewed_is_nowhere_public(client, people):
    draft = EventDraft(title="未经审核的标题", region_code="320723", occurrences=(session(),))
    event = lifecycle.create(people.lecture.campaign, draft, NINE, people.gu)
    make_device(event).touch("youth")
    event.status, event.published_at = EventStatus.SUBMITTED, None
    release(people)
    for path in (
        "", "?q=未经审核", "events", "events.json", "events.csv", "events.ics", "events.atom", "figures", "figures.json?by=event",
        "figures.csv?by=event", "figures.csv?by=occurrence", f"events/{event.id}", "wall", "places",
    ):  # fmt: skip
        assert "未经审核的标题" not in client.get(f"/ip-2024/{path}").text, path
    lines = client.get("/ip-2024/figures.csv?by=event", headers={"Accept-Language": "en"}).text
    assert f"{event.id},Event {event.id} (not reviewed),1,0," in lines
    lifecycle.publish(event, NINE, people.lian)
    assert f"{event.id},未经审核的标题,1,0," in client.get("/ip-2024/figures.csv?by=event").text


@pytest.mark.parametrize(
    "path", ["figures", "figures.csv?by=event", "figures.csv?by=organization", "figures.json?by=region"]
)
def test_the_number_of_queries_does_not_grow_with_events_or_regions(client, people, count_queries, path):
    release(people)

    def count() -> int:
        db.session.rollback()
        db.session.expunge_all()
        with count_queries() as queries:
            assert client.get(f"/ip-2024/{path}").status_code == 200
        return len(queries)

    few = count()
    codes = [row.code for row in regions.all_regions() if row.level == regions.COUNTY][:30]
    for number, code in enumerate(codes):
        lead = OrganizationDraft(f"单位{number}", code, "courts")
        event = make_event(people.lecture.campaign, f"讲座{number}", region_code=code, lead=lead)
        make_device(event).touch("public")
    assert count() == few


def test_a_merged_event_counts_at_the_kept_one(client, people):
    """A phone that scanned both posters before the merge stays two visits, one at each session, and is one participant."""
    campaign = people.lecture.campaign
    kept, merged = (
        make_event(campaign, title, region_code=code) for title, code in (("甲", "320722"), ("乙", "650100"))
    )
    _kiosk, token = kiosks.create_kiosk(merged, NINE)
    for event in (kept, merged):
        source = ScanSource(campaign, lambda at, id=event.id: [id])
        admit(
            [Attempt(uuid4(), "venue", NINE, group="youth", holder="b:phone", method="printed")], source, NINE
        )
    lifecycle.merge(kept, merged, NINE)
    release(people)
    rows = {row["event"]: row for row in ask(client, "&by=event").json["rows"]}
    assert (rows[kept.id]["visits"], rows[kept.id]["participants"], merged.id in rows) == (2, 1, False)
    rows = {row["region"]: row for row in ask(client, "&by=region").json["rows"]}
    assert (rows["320722"]["visits"], rows["320722"]["participants"], "650100" in rows) == (2, 1, False)
    assert ask(client, "&by=occurrence,region&region=320722").json["visits"] == 2
    assert ask(client, "", bearer(token)).json["visits"] == 2


@pytest.mark.parametrize(
    "page", ["/api/v1/figures?campaign=ip-2024&", "/ip-2024/figures.csv?", "/ip-2024/figures.json?"]
)
def test_a_stranger_asks_no_costly_question(client, people, page):
    release(people)
    assert client.get(page + "by=audience,region,day").status_code == 200
    assert client.get(page + "by=audience,region,day,method").status_code == 400
    assert client.get(page + "by=audience,region&exact=1").status_code == 403
