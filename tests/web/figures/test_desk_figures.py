"""Figures at the desk: crossings whose totals add up, the standard sheet, evidence down to the rows; page, CSV and XLSX alike."""

import csv
import io
import re
import zipfile
from itertools import combinations

import pytest

from models import clock
from models.codes import passes
from models.db import transaction
from models.figures.count import figures
from models.figures.crossing import crossing, standard_sheet
from models.figures.dimensions import DIMENSIONS
from models.figures.filters import FiguresFilter
from models.places.regions import RegionLevel
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_device, minutes


def add_crowd() -> None:
    """Visitors of five events."""
    people = make_people(load_week())
    lecture = make_device(people.lecture)
    (group,) = passes.issue(people.lecture.campaign, "youth", NINE, headcount=45)
    lecture.scan(group.token, headcount=43)
    lecture.touch("public", NINE + minutes(60))
    make_device(people.court_day).tally("public", headcount=5)
    make_device(people.nanjing).tally("innovators", headcount=9)
    make_device(people.corps).tally("government", headcount=2)
    make_device(people.urumqi).tally("government", headcount=1)


@pytest.fixture
def people(app):
    """With the crowd, which the database was copied with."""
    return make_people(load_week())


def desk(client, account):
    sign_in(client, account)
    return client


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def numbers_of_sheet(data: bytes) -> list[list[float]]:
    """The numbers of the first sheet of a workbook, row by row, formulas by their values."""
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    return [
        [
            float(cell)
            for cell in re.findall(r'<c r="[A-Z]+\d+"(?: s="\d+")?>(?:<f>[^<]*</f>)?<v>([^<]*)</v>', row)
        ]
        for row in re.findall(r"<row .*?</row>", sheet)
    ]


@pytest.mark.parametrize("level", [None, *RegionLevel])
def test_the_totals_of_every_crossing_add_up(people, level):
    wrong = []
    for rows, columns in combinations(DIMENSIONS, 2):
        table = crossing(people.lecture.campaign, rows, columns, FiguresFilter(), level)
        for one in (table.row_totals, table.column_totals, table.cells):
            if sum(total.visits for total in one.values()) != 61:
                wrong.append((rows, columns))
        for row in table.row_values:
            if (
                sum(table.cell(row, column).visits for column in table.column_values)
                != table.row_totals[row].visits
            ):
                wrong.append((rows, columns, row))
        if table.total.visits != 61 or sum(table.total.evidence.values()) != 61:
            wrong.append((rows, columns, "total"))
    assert wrong == []


def test_regions_roll_up(people):
    campaign = people.lecture.campaign
    by_level = {
        level: {
            value: total.visits
            for value, total in crossing(campaign, "region", "day", FiguresFilter(), level).row_totals.items()
        }
        for level in RegionLevel
    }
    assert by_level == {
        RegionLevel.PROVINCE: {"320000": 58, "650000": 1, "660000": 2},
        RegionLevel.PREFECTURE: {"320100": 9, "320700": 49, "650100": 1, "660000": 2},
        RegionLevel.COUNTY: {"320102": 9, "320723": 49, "650102": 1, "660000": 2},
    }


def test_the_standard_sheet(people):
    sheet = standard_sheet(people.lecture.campaign, FiguresFilter(), RegionLevel.PROVINCE)
    assert [(row.region, row.line, row.total.visits) for row in sheet.rows] == [
        ("320000", None, 58), ("320000", "courts", 5), ("320000", "ip-offices", 53),
        ("650000", None, 1), ("650000", "ip-offices", 1), ("660000", None, 2), ("660000", "ip-offices", 2),
    ]  # fmt: skip
    assert sheet.rows[0].groups == {"innovators": 9, "government": 0, "youth": 43, "public": 6, "unknown": 0}
    assert sheet.total.total.visits == 61
    assert sheet.rows[0].total.evidence == {"scanned": 43, "self_reported": 1, "counted": 14, "declared": 0}


def test_page_csv_and_xlsx_print_the_same(client, people):
    browser = desk(client, people.su)
    query = "campaign=ip-2024&rows=region&columns=audience&level=county"
    page = browser.get(f"/desk/figures/?{query}").text
    table = rows_of(browser.get(f"/desk/figures/crossing.csv?{query}"))
    assert [row[1:5] for row in table[1:]] == [["9", "0", "0", "9"], ["0", "43", "6", "49"]]
    sheet = numbers_of_sheet(browser.get(f"/desk/figures/crossing.xlsx?{query}").data)
    assert [row[:4] for row in sheet[1:]] == [[9, 0, 0, 9], [0, 43, 6, 49], [9, 43, 6, 58]]
    cells = re.findall(r'<td class="number">(?:<strong>)?(\d+)(?:</strong>)?</td>', page)
    assert cells[-11:] == ["9", "0", "0", "9", "0", "43", "6", "49", "9", "43", "6"]
    assert "data-total>58<" in page


def test_no_head_of_a_column_is_a_formula(client, people):
    with transaction():
        people.gu.organization.name = "=1+1"
    query = "campaign=ip-2024&rows=audience&columns=organization"
    [heads, *_rows] = rows_of(desk(client, people.cui).get(f"/desk/figures/crossing.csv?{query}"))
    assert ("'=1+1" in heads, "=1+1" in heads) == (True, False)


def test_a_row_of_the_standard_sheet_opens_to_its_evidence(client, people):
    browser = desk(client, people.cui)
    page = browser.get("/desk/figures/standard?campaign=ip-2024").text
    rows = re.findall(r'<a href="(/desk/figures/evidence[^"]*)".*?(?:<strong>|data-total>)(\d+)<', page)
    assert [number for _link, number in rows] == ["58", "5", "53", "1", "1", "2", "2", "61"]
    for link, number in rows:
        assert f"data-visits>{number}<" in browser.get(link.replace("&amp;", "&")).text


def test_the_standard_sheet_is_a_file(client, people):
    browser = desk(client, people.cui)
    assert "data-total>61<" in browser.get("/desk/figures/standard?campaign=ip-2024").text
    table = rows_of(browser.get("/desk/figures/standard.csv?campaign=ip-2024"))
    assert [row[7] for row in table] == ["人次", "58", "5", "53", "1", "1", "2", "2"]
    sheet = numbers_of_sheet(browser.get("/desk/figures/standard.xlsx?campaign=ip-2024").data)
    assert sheet[-1] == [9, 3, 43, 6, 0, 61, 43, 1, 17, 0]


def test_everybody_sees_the_figures_in_reach(client, people):
    sums = {}
    for name in ("gu", "wang", "lian", "su", "fa", "bao", "cui", "kan", "shou"):
        page = desk(client, getattr(people, name)).get("/desk/figures/?campaign=ip-2024").text
        sums[name] = int(re.search(r"data-visits>(\d+)<", page)[1])
    assert sums == {
        "gu": 44,
        "wang": 5,
        "lian": 49,
        "su": 58,
        "fa": 5,
        "bao": 2,
        "cui": 61,
        "kan": 49,
        "shou": 44,
    }


def test_a_figure_opens_to_its_evidence(client, people):
    browser = desk(client, people.su)
    page = browser.get("/desk/figures/?campaign=ip-2024&rows=region&columns=audience&level=province").text
    (link,) = re.findall(r'<th scope="row"><a href="([^"]*evidence[^"]*region=320000[^"]*)"', page)
    opened = browser.get(link.replace("&amp;", "&")).text
    assert "data-visits>58<" in opened
    assert f'href="/desk/events/{people.lecture.id}/scans/"' in opened
    charts = re.findall(r'<[ou]l [^>]*id="chart-([a-z]+)[^"]*"', opened)
    assert charts == ["sources", "hours", "devices", "events"]
    files = re.findall(r'href="([^"]*(?:crossing|sources)\.csv[^"]*)"', opened)
    sums = []
    for address in files:
        heads, *rows = rows_of(browser.get(address.replace("&amp;", "&")))
        sums.append(sum(int(row[heads.index("人次")]) for row in rows))
    assert sums == [58] * 4
    assert figures(people.lecture.campaign, NINE, (), FiguresFilter(regions=("320000",))).visits == 58


@pytest.mark.parametrize(
    "query", ["rows=region&columns=region", "rows=x&columns=day", "level=x", "region=999999"]
)
def test_a_wrong_question_gets_a_sentence(client, people, query):
    assert desk(client, people.cui).get(f"/desk/figures/?campaign=ip-2024&{query}").status_code == 400


def test_coverage_and_influence(client, people):
    page = desk(client, people.su).get("/desk/figures/coverage/?campaign=ip-2024").text
    assert "灌云县" not in page.split('id="spots-320700"')[1].split("</details>")[0]
    assert "灌南县" in page.split('id="spots-320700"')[1].split("</details>")[0]


def test_days_that_have_not_begun_are_not_0(client, people, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE + minutes(24 * 60))
    browser = desk(client, people.su)
    for address, columns in (("/desk/figures/?", 6), ("/desk/live?", 6)):
        page = browser.get(f"{address}campaign=ip-2024", headers={"Accept-Language": "en"}).text
        drawing = page[page.index('id="chart-days"') :]
        assert re.findall(r'<text class="chart-number"[^>]*>([^<]*)<', drawing) == ["0", "0", "58", "0"], (
            address
        )
        assert "Tue 23 April: 0, Wed 24 April: not begun yet, " in page, address
        table = drawing[: drawing.index("</table>")].partition("<tbody>")[2]
        rows = re.findall(r'<th scope="row">([^<]*)</th>(.*?)</tr>', table)
        cells = {day: re.findall(r"<td[^>]*>([^<]*)</td>", row) for day, row in rows}
        assert cells["Tue 23 April"] == ["0"] * columns, address
        assert {tuple(cells[day]) for day in list(cells)[4:]} == {("not begun yet",)}, address


def test_files_say_what_they_are_of(client, people):
    files = {}
    for who, query in (
        ("cui", ""), ("su", ""), ("fa", "&day=2024-04-22"), ("gu", ""), ("cui", "&region=320723&own=1"),
    ):  # fmt: skip
        address = f"/desk/figures/crossing.xlsx?campaign=ip-2024&rows=day&columns=audience{query}"
        answer = desk(client, getattr(people, who)).get(address)
        name = answer.headers["Content-Disposition"].partition("figures-ip-2024")[2]
        words = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/sharedStrings.xml").decode()
        of = re.findall("<t[^>]*>([^<]*)</t>", words.partition("范围")[2])[0]
        files[who + query] = name.removesuffix('-day-audience.xlsx"'), of
    assert files == {
        "cui": ("", "全国"),
        "su": ("-320000", "江苏省"),
        "fa&day=2024-04-22": ("-320000-courts-2024-04-22", "江苏省 · 法院 · 4月22日 周一"),
        "gu": (f"-organization-{people.gu.organization_id}", "灌云县知识产权局"),
        "cui&region=320723&own=1": ("-320723-own", "江苏省 连云港市 灌云县 · 不含下级地区"),
    }


def test_a_question_is_answered_by_an_office(client, people):
    device = make_device(people.nanjing)
    for number in range(6):
        device.tally("public", NINE + minutes(number / 10), headcount=80)
    browser = desk(client, people.su)
    page = browser.get("/desk/figures/checks/?campaign=ip-2024", headers={"Accept-Language": "en"}).text
    assert "480 people were counted on one kiosk within a minute." in page
    key = re.search(r'name="kind" value="tally_burst"><input type="hidden" name="key" value="(\d+)"', page)[1]
    address, sent = (
        f"/desk/figures/checks/{people.nanjing.id}?campaign=ip-2024",
        {"kind": "tally_burst", "key": key},
    )
    assert browser.post(address, data=sent | {"decision": "accept"}).status_code == 422
    for decision, why in (("set_aside", "坐不下"), ("accept", "开幕式")):
        answer = browser.post(address, data=sent | {"decision": decision, "why": why})
        anchor = answer.location.partition("#")[2]
        assert answer.status_code == 303
    for page in ("figures/checks/?", "figures/evidence?", f"events/{people.nanjing.id}/scans/?"):
        opened = browser.get(f"/desk/{page}campaign=ip-2024", headers={"Accept-Language": "en"}).text
        answers = re.findall(
            r'<li id="([^"]*)".*?<span class="tag">([^<]*)</span> <span lang="zh">([^<]*)</span>(.*?)</li>',
            opened,
        )
        assert [(id == anchor, what, why, "replaced" in words) for id, what, why, words in answers] == [
            (True, "accepted", "开幕式", False), (False, "not believed", "坐不下", True),
        ], page  # fmt: skip
        assert "answered by su@example.cn on " in answers[0][3]
    assert (
        desk(client, people.gu).post(address, data=sent | {"decision": "note", "why": "x"}).status_code == 404
    )
