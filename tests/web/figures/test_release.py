"""Release of figures: by whom, when, what is public, and that nothing withheld can be computed from any downloads."""

import csv
import io
import re
from datetime import timedelta
from fractions import Fraction
from itertools import chain, combinations

import pytest

from models import clock
from models.db import db
from models.figures.publication import public_table, release, table_json
from models.figures.publication.changes import Waiting, visits_of
from models.figures.publication.withholding import SMALLEST, nodes_of, unit_of
from models.operations import tick
from tests.support.records.equations import Equations
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes, session
from web import threads

GROUPS = ("government", "innovators", "public", "unknown", "youth")
CODES = (None, "320000", "320700", "320723", "110000")


def add_crowd() -> None:
    """Visits in four counties of one province and elsewhere, some under 5."""
    people = make_people(load_week())
    campaign = people.lecture.campaign
    for event, counts in (
        (people.lecture, {"youth": 43, "public": 3}),
        (people.court_day, {"public": 25, "government": 12}),
        (people.nanjing, {"youth": 9, "public": 14}),
        (
            make_event(campaign, "灌南宣传", region_code="320724"),
            {"youth": 31, "public": 18, "government": 7},
        ),
        (people.urumqi, {"government": 2}),
        (people.corps, {"government": 8}),
        (people.abroad, {"youth": 6, "public": 50}),
    ):
        device = make_device(event)
        for group, heads in counts.items():
            device.tally(group, headcount=heads)


@pytest.fixture
def people(app):
    """With the crowd, which the database was copied with."""
    return make_people(load_week())


def release_now(campaign, code, account, now):
    row = release.release(campaign, code, now, account, now)
    release.freeze_due(now)
    return row


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_by_whom(people):
    may = {
        name: [code for code in CODES if release.may_release(getattr(people, name), code)]
        for name in ("gu", "lian", "gang", "su", "fa", "bao", "cui", "kan")
    }  # fmt: skip
    assert may == {
        "gu": [], "lian": ["320723"], "gang": ["320700", "320723"], "su": ["320000", "320700", "320723"], "fa": [],
        "bao": [], "cui": [None, "320000", "320700", "320723", "110000"], "kan": [],
    }  # fmt: skip


def test_at_a_time_and_the_page_says_when(client, people):
    campaign, now = people.lecture.campaign, clock.now()
    release.release(campaign, None, now + timedelta(days=2), people.cui, now)
    page = client.get("/ip-2024/figures", headers={"Accept-Language": "en"}).text
    assert "will be published here on" in page
    answer = client.get("/ip-2024/figures.json", headers={"Accept-Language": "en"})
    assert (answer.status_code, "will be published" in answer.json["detail"]) == (403, True)
    tick.tick(now + timedelta(days=1))
    assert release.released_part(campaign, now + timedelta(days=1)) is None
    tick.tick(now + timedelta(days=2, minutes=1))
    later = release.released_part(campaign, now + timedelta(days=2, minutes=1))
    assert later.visits([""], [""], [""]) == 228


def test_the_page_says_whose_figures_come(client, people):
    campaign, now, english = people.lecture.campaign, clock.now(), {"Accept-Language": "en"}
    release.release(campaign, "320723", now + timedelta(days=1), people.lian, now)
    words = "The figures of Guanyun County, Lianyungang, Jiangsu will be published here on "
    assert words in client.get("/ip-2024/figures", headers=english).text
    assert words in client.get("/ip-2024/figures.json", headers=english).json["detail"]
    release_now(campaign, "110000", people.cui, now)
    assert words in client.get("/ip-2024/figures", headers=english).text


def test_a_time_that_is_over_releases_nothing(english, people):
    sign_in(english, people.cui)
    answer = english.post(
        "/desk/figures/release/?campaign=ip-2024", data={"region": "", "at": "2020-05-09T09:00"}
    )
    assert (answer.status_code, "This time is over already." in answer.text) == (422, True)
    assert release.releases_of(people.lecture.campaign) == []


def test_an_office_releases_its_region_alone(client, people):
    campaign, now = people.lecture.campaign, clock.now()
    release_now(campaign, "320000", people.su, now)
    told = client.get("/ip-2024/figures.json?by=region").json
    assert told["visits"] == 162
    assert {row["region"][:2] for row in told["rows"]} == {"32"}
    assert client.get("/ip-2024/figures.json?region=110000").json["visits"] == 0
    assert client.get("/api/v1/figures?campaign=ip-2024").json["visits"] == 162
    assert client.get("/api/v1/figures?campaign=ip-2024&by=line").status_code == 400


def test_it_is_frozen_until_the_next_release_and_can_be_taken_back(client, people):
    campaign, now = people.lecture.campaign, clock.now()
    row = release_now(campaign, None, people.cui, now)
    make_device(people.lecture).tally("youth", NINE + minutes(5), headcount=10)
    assert client.get("/ip-2024/figures.json").json["visits"] == 228
    again = release_now(campaign, None, people.cui, now + minutes(1))
    assert release.released_part(campaign, now + minutes(1)).visits([""], [""], [""]) == 238
    for one in (row, again):
        release.take_back(campaign, one.id, people.cui, now)
    assert client.get("/ip-2024/figures.json").status_code == 403


DAY_BY_NAME = (
    "/ip-2024/figures.json?day=2024-04-23", "/ip-2024/figures.csv?day=2024-04-22&day=2024-04-23",
    "/ip-2024/figures.xlsx?by=audience&day=2024-04-23", "/ip-2024/figures?day=2024-04-23",
    "/api/v1/figures?campaign=ip-2024&day=2024-04-23",
)  # fmt: skip


def test_a_new_day_follows_once_it_is_over(client, people):
    """So that its small numbers are counted together with the others of the day. The page says so."""
    campaign = people.lecture.campaign
    release_now(campaign, None, people.cui, NINE + minutes(1))
    next_day = NINE + timedelta(days=1)
    event = make_event(campaign, "次日宣传", occurrences=(session(next_day, day=next_day.date()),))
    make_device(event).tally("youth", next_day, headcount=60)
    shown = []
    for hours in (25, 48):
        release_now(campaign, None, people.cui, NINE + timedelta(hours=hours))
        figures = client.get("/ip-2024/figures.json?by=day", headers={"Accept-Language": "en"}).json
        page = client.get("/ip-2024/figures", headers={"Accept-Language": "en"}).text
        said = re.findall(r"Days up to ([\w ]+\w)", page)
        assert figures["notes"]["Day"] == f"Days up to {said[0]}"
        named = re.findall(
            r"-to-([\d-]+)\.csv", client.get("/ip-2024/figures.csv?by=day").headers["Content-Disposition"]
        )
        covered = client.get("/ip-2024/figures/dataset.jsonld").json["dct:temporal"]["dcat:endDate"]
        assert named == [covered] == [f"2024-04-{said[0].split()[1]}"]
        shown.append((figures["visits"], [row["day"] for row in figures["rows"]], said))
        for address in DAY_BY_NAME:
            answer = client.get(address, headers={"Accept-Language": "en"})
            refused = b"This day follows with the first release after it is over." in answer.data
            assert (answer.status_code, refused) == ((403, True) if hours == 25 else (200, False))
    assert shown == [
        (228, ["2024-04-22"], ["Mon 22 April"]),
        (288, ["2024-04-22", "2024-04-23"], ["Tue 23 April"]),
    ]
    assert client.get(DAY_BY_NAME[0]).json["visits"] == 60


def test_small_changes_since_a_release_wait_on_every_surface(client, people):
    """Totals and methods stay the sums of what is shown; the desk says what waits."""
    campaign, now = people.lecture.campaign, clock.now()
    release_now(campaign, None, people.cui, now)
    addresses = [f"/ip-2024/figures.json?by={by}" for by in ("", "region", "audience", "region,day,audience")]
    addresses += ["/api/v1/figures?campaign=ip-2024&by=region", "/ip-2024/wall.json"]
    first = [client.get(address).json for address in addresses]
    make_device(people.court_day).tally("youth", headcount=3)
    make_device(people.urumqi).touch("government", NINE + minutes(5), headcount=1)
    release_now(campaign, None, people.cui, now + minutes(1))
    second = [client.get(address).json for address in addresses]
    for before, after in zip(first, second, strict=True):
        assert (after["visits"], after["participants"]) == (228, before["participants"])
        assert (after.get("rows"), after.get("methods")) == (before.get("rows"), before.get("methods"))
    assert [release.waiting_changes(campaign, code) for code in (None, "320000", "650000", "110000")] == [
        Waiting(2, 4), Waiting(1, 3), Waiting(1, 1), Waiting(),
    ]  # fmt: skip
    sign_in(client, people.su)
    page = client.get("/desk/figures/release/?campaign=ip-2024", headers={"Accept-Language": "en"}).text
    assert "At the last release 1 small change had to wait." in page
    assert "Visits published too few: 3" in page
    assert "too many" not in page
    make_device(people.court_day).tally("youth", NINE + minutes(10), headcount=2)
    release_now(campaign, None, people.cui, now + minutes(2))
    assert client.get("/ip-2024/figures.json").json["visits"] == 233
    assert release.waiting_changes(campaign, None) == Waiting(1, 1)


def test_a_region_is_public_once_it_is_counted(client, people):
    """What was frozen for another release is not shown, also where the time of this one was set before."""
    campaign, now = people.lecture.campaign, clock.now()
    later = now + timedelta(days=1)
    scheduled = release.release(campaign, "110000", later, people.cui, now)
    row = release_now(campaign, "320000", people.su, now)
    make_device(people.abroad).tally("public", NINE + minutes(5), headcount=2)
    assert release.freeze_due(later - minutes(1)) == 0
    assert release.released_part(campaign, later).nodes == {"32"}
    assert release.counted_releases(campaign) == {row.id}
    assert release.freeze_due(later) == 1
    assert release.counted_releases(campaign) == {row.id, scheduled.id}
    part = release.released_part(campaign, later)
    assert (part.visits(["11"], [""], ["public"]), part.as_of, part.nodes) == (52, later, {"11", "32"})


def test_a_table_of_before_changes_waited_is_read(people):
    campaign, now = people.lecture.campaign, clock.now()
    release_now(campaign, None, people.cui, now)
    row = db.session.get_one(release.ReleasedTable, campaign.id)
    table = table_json.read(row.as_of, row.content)
    kept = ("cells", "withheld", "participants", "methods")  # what an older version reads and writes
    old = {name: row.content[name] for name in kept}
    assert {tuple(cell[:3]): cell[3] for cell in old["cells"]} == visits_of(table.sources)
    read = table_json.read(row.as_of, old)
    assert (read.values, read.hidden, read.units) == (table.values, table.hidden, table.units)
    assert read.by_method.shown() == table.by_method.shown()
    row.content = old
    db.session.commit()
    assert release.waiting_changes(campaign, None) == Waiting()
    release_now(campaign, None, people.cui, now + minutes(1))
    again = release.released_part(campaign, now + minutes(1))
    assert (again.values, again.by_method.shown()) == (table.values, table.by_method.shown())


@pytest.mark.parametrize("region", ["650102", None])
def test_methods_and_participants_do_not_tell_a_total_that_is_withheld(client, people, region):
    """The country is 3 visits more than a province that is released."""
    campaign = people.lecture.campaign
    release_now(campaign, "320000", people.su, clock.now())
    for event in (people.urumqi, people.corps, people.abroad):
        event.published_at = None
    last = make_event(campaign, "线上宣传", region_code=region)
    make_device(last).tally("public", headcount=3)
    assert client.get("/ip-2024/figures.json").json["visits"] == 162
    release_now(campaign, None, people.cui, clock.now())
    told = client.get("/ip-2024/figures.json").json
    assert (told["visits"], told["participants"]) == (None, None)
    assert set(told["methods"].values()) == {None}
    stored = db.session.get_one(release.ReleasedTable, campaign.id).content
    assert (stored["participants"], set(stored["methods"].values())) == (None, {None})
    wall = client.get("/ip-2024/wall.json", headers={"Accept-Language": "en"}).json
    assert wall["sentence"] == "The total number of visits is withheld."


def test_a_release_withdrawn_before_its_time_never_was(people):
    """Nothing is counted for it, and small numbers of its region still come whole."""
    campaign, now = people.lecture.campaign, clock.now()
    later = now + timedelta(days=1)
    row = release.release(campaign, None, later, people.cui, now)
    release.take_back(campaign, row.id, people.cui, now + minutes(1))
    assert release.freeze_due(later) == 0
    release_now(campaign, "320000", people.su, later)
    make_device(people.urumqi).tally("public", NINE + minutes(5), headcount=3)
    release_now(campaign, None, people.cui, later + minutes(1))
    assert release.released_part(campaign, later + minutes(1)).visits([""], [""], [""]) == 231
    assert release.waiting_changes(campaign, None) == Waiting()


def test_unreviewed_events_are_nowhere(client, people):
    people.nanjing.published_at = None
    db.session.commit()
    now = clock.now()
    release_now(people.lecture.campaign, None, people.cui, now)
    told = client.get("/ip-2024/figures.json?by=region,day,audience").json
    assert told["visits"] == 205
    assert [row for row in told["rows"] if row["region"] == "320102" and row["visits"]] == []


def test_nothing_withheld_follows_from_all_downloads_together(client, people):
    now = clock.now()
    release_now(people.lecture.campaign, None, people.cui, now)
    units = ("320723", "320724", "320102", "650102", "66=", "110105")
    unknowns = [(unit, group) for unit in units for group in GROUPS]
    equations = Equations()

    def learn(regions, groups, visits) -> None:
        if visits is not None:
            equations.add(
                [
                    Fraction(
                        int((regions is None or bool(set(nodes_of(unit)) & regions)) and group in groups)
                    )
                    for unit, group in unknowns
                ]
            )

    areas = [
        (), ("320000",), ("320700",), ("320723",), ("320724",), ("320700", "650000"), ("660000",), ("110000",),
    ]  # fmt: skip
    choices = chain.from_iterable(combinations(GROUPS, size) for size in range(4))
    for groups in choices:
        for area in areas:
            query = "".join([f"&region={code}" for code in area] + [f"&audience={group}" for group in groups])
            for by in ("region", "audience", "region,audience"):
                told = client.get(f"/ip-2024/figures.json?by={by}{query}").json
                regions = {
                    code.rstrip("0") if not code.endswith("00") else code[: 2 if code.endswith("0000") else 4]
                    for code in area
                } or None
                learn(regions, groups or GROUPS, told["visits"])
                for row in told["rows"]:
                    own = {unit_of(row["region"])} if "region" in row else regions
                    learn(own, [row["audience"]] if "audience" in row else groups or GROUPS, row["visits"])
    small = [("320723", "public", 28), ("650102", "government", 2)]
    for unit, group, visits in small:
        row = [Fraction(int((unit, group) == unknown)) for unknown in unknowns]
        assert equations.tell(row) == (visits >= SMALLEST)


def test_the_page_shades_what_the_files_hold(client, people):
    """Each place once, with what takes place at its own level; a withheld cell has its word and no shade."""
    now = clock.now()
    make_device(make_event(people.lecture.campaign, "省局开放日", region_code="320000")).tally(
        "youth", headcount=9
    )
    release_now(people.lecture.campaign, None, people.cui, now)
    page = client.get("/ip-2024/figures", headers={"Accept-Language": "en"}).text
    heat = page[page.index('<table class="heat"') :].split("</table>")[0]
    rows = re.findall(r'<a href="\?region=(\d+)">.*?</th>(.*?)</tr>', heat)
    assert sorted(code for code, _cells in rows) == ["110000", "320000", "650000", "660000"]
    for code, cells in rows:
        told = client.get(f"/ip-2024/figures.json?by=audience&region={code}").json
        expected = {row["visits"] for row in told["rows"]} | {told["visits"]}
        shown = re.findall(r'<td class="number(?: heat-(\w+))?">(?:<\w+[^>]*>)*([\w,]+)', cells)
        assert {None if text == "withheld" else int(text) for _shade, text in shown} - {0} == expected - {0}
        assert all((shade == "withheld") == (text == "withheld") for shade, text in shown if shade)


def test_the_files_say_method_definitions_and_licence(client, people):
    now = clock.now()
    release_now(people.lecture.campaign, None, people.cui, now)
    table = rows_of(client.get("/ip-2024/figures.csv?by=audience"))
    told = client.get("/ip-2024/figures.json?by=audience", headers={"Accept-Language": "en"}).json
    assert [(row[0], row[2]) for row in table[1:]] == [
        (row["audience"], str(row["visits"])) for row in told["rows"]
    ]
    assert told["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert set(told["notes"]) == {
        "Week",
        "As of",
        "Method",
        "Visits",
        "Participants",
        "Withheld",
        "Changes",
        "Licence",
    }
    assert client.get("/ip-2024/figures.xlsx?by=audience").status_code == 200
    dataset = client.get("/ip-2024/figures/dataset.jsonld")
    assert (dataset.content_type, dataset.json["@type"]) == ("application/ld+json", "dcat:Dataset")
    assert len(dataset.json["dcat:distribution"]) == 3


def test_two_processes_that_count_at_once_write_one_table(people, monkeypatch):
    """What the slower one withholds does not know of the other's table, so it is not written over it."""
    campaign, now = people.lecture.campaign, clock.now()
    release.release(campaign, None, now, people.cui, now)
    count, tables = public_table.count, []

    def count_while_another_does(campaign, at, *before):
        monkeypatch.setattr(public_table, "count", count)
        release.freeze_due(now + minutes(2))
        tables.append(count(campaign, at, *before))
        return tables[0]

    monkeypatch.setattr(public_table, "count", count_while_another_does)
    release.freeze_due(now + minutes(1))
    assert len(tables) == 1
    assert release.released_part(campaign, now + minutes(3)).as_of == now + minutes(2)


def test_at_the_desk(client, people, monkeypatch):
    started = []
    monkeypatch.setattr(threads, "start", lambda _app, _name, work: started.append(work))
    sign_in(client, people.su)
    address = "/desk/figures/release/?campaign=ip-2024"
    assert client.post(address, data={"region": "110000"}).status_code == 404
    assert client.post(address, data={"region": "320000", "at": "soon"}).status_code == 422
    assert started == []
    assert client.post(address, data={"region": "320000"}).status_code == 303
    page = client.get(address).text
    assert (page.count("/take-back"), 'http-equiv="refresh"' in page) == (1, True)
    assert client.get("/ip-2024/figures.json").status_code == 403
    started[0]()
    assert 'http-equiv="refresh"' not in client.get(address).text
    assert "data-visits>162<" in client.get("/ip-2024/figures").text
    asked = client.get(address).text.split('class="ask-first"', 1)[1].split("</details>", 1)[0]
    assert "这次公布的数据立即从公开页面" in asked
    (withdrawal,) = re.findall(r'action="([^"]+/take-back[^"]*)"', asked)
    assert client.post(withdrawal.replace("&amp;", "&")).status_code == 303
    assert client.get("/ip-2024/figures.json").status_code == 403
