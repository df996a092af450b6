"""Names in one cell of a table: a whole place, several organizations, several venues."""

import pytest

from models.imports.findings import Finding
from models.imports.read_file import demo_file, read, read_file
from models.imports.spreadsheet import region_cell
from models.imports.spreadsheet.names import hosts as host_cells
from models.imports.spreadsheet.names import places as place_cells
from models.imports.spreadsheet.to_draft import understand
from models.places import recognition, regions
from models.places.regions import regions_by_code
from tests.support.records.tables import said


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江苏省连云港市灌云县", "320723"),
        ("江苏连云港灌云", "320723"),
        ("江苏 连云港", "320700"),
        ("江苏省/连云港市/灌云县", "320723"),
        ("连云港市灌云县", "320723"),
        ("北京市海淀区", "110108"),
        ("上海 浦东新区", "310115"),
        ("河南省济源市", "419001"),
        ("吉林省", "220000"),
        ("吉林市", "220200"),
        ("新疆生产建设兵团", "660000"),
        ("新疆兵团", "660000"),
        ("新疆 兵团", "660000"),
        ("新疆石河子市", "659001"),
        ("海淀", "110108"),
        ("深圳", "440300"),
        ("恩施", "422800"),
        ("南京鼓楼", "320106"),
        ("南京 鼓楼", "320106"),
        ("延边州延吉市", "222401"),
        ("朝阳双塔", "211302"),
        ("辽宁朝阳县", "211321"),
        ("海南区", "150303"),
        ("海南州共和县", "632521"),
        ("江苏省连云港市 灌云县", "320723"),
        ("３２０７２３", "320723"),
    ],
)
def test_a_whole_place_in_one_cell(vocabulary, text, code):
    (row,) = read_file(f"活动名称,开始日期,地区\n讲座,2024-04-22,{text}\n".encode())
    read = understand(row, vocabulary)
    assert (read.draft.region_code, read.draft.region_text, said(read)) == (code, "", [])


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("朝阳", None, "Several regions are called “朝阳”. Add the region above it."),
        ("鼓楼", None, "Several regions are called “鼓楼”. Add the region above it."),
        ("江苏鼓楼", "320000", "Several regions are called “鼓楼”. Add the region above it."),
        (
            "新疆兵团第八师",
            "660000",
            "“第八师” was not read: the Corps has no regions below it in this list.",
        ),
        (
            "南京路街道",
            None,
            "“南京路街道” was not recognised as a region. Write its full name, as in GB/T 2260.",
        ),
    ],
)
def test_a_place_in_one_cell_that_is_not_certain_stays_open(vocabulary, text, code, why):
    (row,) = read_file(f"活动名称,开始日期,地区\n讲座,2024-04-22,{text}\n".encode())
    read = understand(row, vocabulary)
    assert (read.draft.region_code, said(read)) == (code, [("C2", why)])


def test_the_corps_in_two_cells_is_no_part_of_the_region(vocabulary):
    (row,) = read_file("活动名称,日期,省,市\n讲座,4月22日,新疆维吾尔自治区,兵团第八师\n".encode())
    assert understand(row, vocabulary).draft.region_code == "660000"


def test_a_cell_of_a_whole_page_is_looked_at_from_its_beginning(monkeypatch):
    looks = []
    called = recognition.regions_named
    monkeypatch.setattr(recognition, "regions_named", lambda text: looks.append(1) or called(text))
    assert region_cell.read("南京" * 30_000).code is None
    assert len(looks) < 500


def test_places_in_one_cell_are_looked_up_and_never_searched_for(monkeypatch):
    """A table may name another place in each of its rows: the list of all regions is gone through once."""
    region_cell.read("江苏省")
    passes = []
    for module in (regions, recognition):
        monkeypatch.setattr(module, "all_regions", lambda: passes.append(1) or ())
    for row in list(regions_by_code().values())[::50]:
        assert region_cell.read(f"{regions_by_code()[row.code[:2] + '0000'].name} {row.name}") is not None
    assert passes == []


def test_what_of_a_place_in_one_cell_is_not_known_is_named_by_its_cell(vocabulary):
    (row,) = read_file("活动名称,开始日期,所在地区\n讲座,2024-04-22,江苏省连云港市花果山街道\n".encode())
    read = understand(row, vocabulary)
    assert (read.draft.region_code, read.draft.region_text) == ("320700", "江苏省连云港市花果山街道")
    assert [cell for cell, _ in said(read)] == ["C2"]
    (row,) = read_file("活动名称,开始日期,地区代码\n讲座,2024-04-22,999999\n".encode())
    assert said(understand(row, vocabulary)) == [("C2", "There is no region with the code “999999”.")]


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("海淀", "110108", ("110108", "", [])),
        ("海淀", "999999", ("110108", "", [])),
        ("朝阳", "110105", ("110105", "朝阳", ["C2"])),
        ("朝阳", "999999", (None, "朝阳", ["D2", "C2"])),
    ],
)
def test_a_code_counts_where_the_name_beside_it_is_not_certain(vocabulary, name, code, told):
    (row,) = read_file(f"活动名称,开始日期,地区,地区代码\n讲座,2024-04-22,{name},{code}\n".encode())
    read = understand(row, vocabulary)
    assert (read.draft.region_code, read.draft.region_text, [cell for cell, _ in said(read)]) == told


def listed_in(read, text: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """What host_cells.hosts or place_cells.certain_places reads in a cell, and what it says of which column."""
    findings: list[Finding] = []
    found = read(text, findings)
    return found, [(finding.column, finding.message % finding.values) for finding in findings]


ONE, TWO = "连云港市知识产权局", "连云港市教育局"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (f"{ONE}（主办）、{TWO}（协办）", (f"{ONE}（主办）", f"{TWO}（协办）")),
        (f"{ONE}（主办） {TWO}（协办）", (f"{ONE}（主办）", f"{TWO}（协办）")),
        (f"主办：{ONE}；承办：{TWO}", (ONE, f"{TWO}（承办）")),
        (f"主办单位：{ONE} 承办单位：{TWO}、海州区教育局", (ONE, f"{TWO}（承办）", "海州区教育局（承办）")),
        (f"{ONE}，{TWO}", (ONE, TWO)),
        (f"{ONE},{TWO}", (ONE, TWO)),
        (f"{ONE}、{TWO}", (ONE, TWO)),
        (f"{ONE}/{TWO}", (ONE, TWO)),
        (f"1.{ONE} 2.{TWO}", (ONE, TWO)),
        (f"①{ONE}②{TWO}", (ONE, TWO)),
        ("连云港市市场监督管理局（知识产权局、版权局）", ("连云港市市场监督管理局（知识产权局、版权局）",)),
        ("揭阳市市场监督管理局(知识产权局)、揭阳市教育局", ("揭阳市市场监督管理局(知识产权局)", "揭阳市教育局")),
        ("连云港市人力资源和社会保障局", ("连云港市人力资源和社会保障局",)),
        ("灌云县高等职业学校", ("灌云县高等职业学校",)),
        ("People's Government of Yunnan, Information Office", ("People's Government of Yunnan, Information Office",)),
    ],
)  # fmt: skip
def test_several_organizations_in_one_cell(text, hosts):
    found, told = listed_in(host_cells.hosts, text)
    assert found == hosts
    assert told in ([], [("", f"{len(hosts)} organizations were recognised as organizers.")])


def test_who_guides_does_not_lead(vocabulary):
    text = f"指导单位：国家知识产权局 主办单位：{ONE}"
    (row,) = read_file(f"活动名称,日期,主办单位\n讲座,4月22日,{text}\n".encode())
    read = understand(row, vocabulary)
    assert (read.draft.hosts, read.draft.lead.name) == (("国家知识产权局（指导）", ONE), ONE)


def test_no_name_of_the_reported_events_is_divided_or_joined():
    rows = [row.cells for row in read(demo_file())]
    assert [host_cells.hosts(cell["organizers"], []) for cell in rows] == [
        tuple(filter(None, cell["organizers"].split(";"))) for cell in rows
    ]
    places = {cell["id"]: place_cells.certain_places(cell["venue_text"], []) for cell in rows}
    assert {ref: len(names) for ref, names in places.items() if len(names) > 1} == {
        "E075": 2, "E090": 2, "E096": 2, "E204": 4, "E211": 2,
    }  # fmt: skip


def test_the_lead_bears_no_part(vocabulary):
    (row,) = read_file(f"活动名称,日期,主办单位\n讲座,4月22日,{ONE}（主办）、{TWO}（协办）\n".encode())
    read = understand(row, vocabulary)
    assert (read.draft.hosts, read.draft.lead.name) == ((f"{ONE}（主办）", f"{TWO}（协办）"), ONE)


@pytest.mark.parametrize(
    "text",
    [
        "市局、教育局",
        "知识产权、竞争法研究中心",
        f"{ONE} {TWO}",
        f"{ONE}和{TWO}",
        f"{ONE}、{TWO}等3家单位",
        "连云港市市场监督管理局/知识产权局",
        f"{ONE}，某某计划",
    ],
)
def test_organizations_that_are_not_divided_for_certain_are_kept_and_named(text):
    why = f"“{text}” may be several organizations; kept in these words. Separate them with semicolons."
    assert listed_in(host_cells.hosts, text) == ((text,), [("organizers", why)])


@pytest.mark.parametrize(
    "text",
    [
        "市图书馆，市博物馆",
        "市图书馆,市博物馆",
        "市图书馆/市博物馆",
        "市图书馆、市博物馆",
        "1. 市图书馆 2. 市博物馆",
    ],
)
def test_several_places_in_one_cell(text):
    told = [("", "2 venues were recognised.")]
    assert listed_in(place_cells.certain_places, text) == (("市图书馆", "市博物馆"), told)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("市图书馆 市博物馆", True),
        ("市图书馆，市博物馆，东门", True),
        ("甲市图书馆，乙广场", True),
        ("市图书馆，二楼报告厅", False),
        ("市图书馆 报告厅", False),
        ("市图书馆（一楼，东门广场）", False),
    ],
)
def test_a_place_that_may_be_several_is_kept_and_named(text, named):
    why = f"“{text}” was read as one venue. If there are several, separate them with semicolons."
    assert listed_in(place_cells.certain_places, text) == (
        (text,),
        [("venue_text", why)] if named else [],
    )


def test_who_leads_may_stand_in_a_column_beside_the_hosts(vocabulary):
    header, line = (
        "活动名称,日期,主办单位,牵头单位",
        "讲座,2024-04-22,青云市科学技术局；青云大学,青云市知识产权局",
    )
    (row,) = read_file(f"{header}\n{line}\n".encode(), "plan.csv")
    draft = understand(row, vocabulary).draft
    assert draft.lead.name == "青云市知识产权局"
    assert draft.hosts == ("青云市知识产权局", "青云市科学技术局", "青云大学")
    assert said(understand(row, vocabulary)) == []


def test_the_sector_of_the_host_may_be_named(vocabulary):
    header = "活动名称,日期,主办单位,条线,纬度,经度"
    lines = ("甲,2024-04-22,青云大学,人民法院,30.1,120.2", "乙,2024-04-22,青云大学,无此条线,,")
    rows = read_file("\n".join((header, *lines)).encode(), "plan.csv")
    one, other = (understand(row, vocabulary) for row in rows)
    assert (one.draft.lead.line, other.draft.lead.line) == ("courts", None)
    why = "The coordinates were not imported: a table does not say whether they are of GPS or of a map."
    assert said(one) == [("E2", why)]
    assert said(other) == [("D3", "“无此条线” is not a sector of this week; left out.")]
