"""Page, live view, API, CSV, XLSX and command print the same number for the same question."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from models.accounts.tokens import new_token_of
from models.corrections import estimates
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device, minutes
from tests.web.figures.test_desk_figures import numbers_of_sheet


@pytest.fixture
def people(app):
    people = make_people(load_week())
    device = make_device(people.lecture)
    for number in range(3):
        device.touch("youth", NINE + minutes(number * 20), headcount=2 + number)
    device.tally("public", headcount=31)
    make_device(people.court_day).tally("public", headcount=14)
    occurrence = people.lecture.occurrences[0].id
    estimates.state(people.lecture, occurrence, "youth", 40, "照片", people.lian, NINE + timedelta(days=1))
    return people


@pytest.mark.parametrize(("question", "visits"), [("", 85), ("&region=320723", 85), ("&line=courts", 14)])
def test_every_surface(client, runner, people, question, visits):
    """By group: of each surface the total and the rows."""
    campaign = people.lecture.campaign
    campaign.rehearsal = True  # all of it is public
    token = {"Authorization": f"Bearer {new_token_of(people.cui.email, NINE)}"}
    api = client.get(f"/api/v1/figures?campaign=ip-2024&by=audience{question}", headers=token).json
    rows = {row["audience"]: row["visits"] for row in api["rows"]}
    public = client.get(f"/ip-2024/figures.json?by=audience{question}").json
    table = list(
        csv.reader(
            io.StringIO(client.get(f"/ip-2024/figures.csv?by=audience{question}").data.decode("utf-8-sig"))
        )
    )
    sheet = numbers_of_sheet(client.get(f"/ip-2024/figures.xlsx?by=audience{question}").data)
    page = client.get(f"/ip-2024/figures?{question}").text
    sign_in(client, people.cui)
    desk = client.get(f"/desk/figures/?campaign=ip-2024&rows=audience&columns=method{question}").text
    desk_sheet = numbers_of_sheet(
        client.get(f"/desk/figures/crossing.xlsx?campaign=ip-2024&rows=audience&columns=day{question}").data
    )
    standard = client.get(f"/desk/figures/standard?campaign=ip-2024{question}").text
    evidence = client.get(f"/desk/figures/evidence?campaign=ip-2024{question}").text
    assert {
        "api": api["visits"],
        "rows": sum(rows.values()),
        "public": public["visits"],
        "csv": sum(int(row[2]) for row in table[1:]),
        "xlsx": sum(row[0] for row in sheet[1:]),
        "page": int(re.search(r"data-visits>(\d+)<", page)[1]),
        "desk": int(re.search(r"data-total>(\d+)<", desk)[1]),
        "desk xlsx": desk_sheet[-1][1],
        "standard": int(re.search(r"data-total>(\d+)<", standard)[1]),
        "evidence": int(re.search(r"data-visits>(\d+)<", evidence)[1]),
    } == dict.fromkeys(
        ("api", "rows", "public", "csv", "xlsx", "page", "desk", "desk xlsx", "standard", "evidence"), visits
    )
    assert {row[0]: int(row[2]) for row in table[1:]} == rows
    only = [f"--only={question[1:]}"] if question else []
    command = runner.invoke(args=["figures", "--campaign", "ip-2024", "--by", "audience", "--json", *only])
    printed = json.loads(command.output)
    assert (printed["visits"], {row["audience"]: row["visits"] for row in printed["rows"]}) == (visits, rows)


def test_a_part_that_is_none_is_not_the_whole(runner, people):
    for only in ("county=320723", "region", "region="):
        refused = runner.invoke(args=["figures", "--campaign", "ip-2024", "--only", only])
        assert refused.exit_code != 0
        assert "NAME is one of: audience, day, " in refused.output


def test_the_live_view_of_an_event(client, people):
    token = {"Authorization": f"Bearer {new_token_of(people.cui.email, NINE)}"}
    rows = client.get("/api/v1/figures?campaign=ip-2024&by=event", headers=token).json["rows"]
    sign_in(client, people.cui)
    live = {
        event.id: client.get(f"/desk/events/{event.id}/live.json").json["visits"]
        for event in (people.lecture, people.court_day)
    }
    assert live == {row["event"]: row["visits"] for row in rows}
