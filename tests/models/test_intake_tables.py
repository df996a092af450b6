"""Tables as offices make them: spreadsheets, their own headers, days and hours in one cell; and the template."""

import csv
import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from models import regions
from models.errors import Mistake
from models.intake import counts, listed, read_file, region_cell, take_in, when
from models.intake.findings import OTHER_YEAR, REFUSED, Finding
from models.intake.read import demo_file, read
from models.intake.reading import reading_of
from models.intake.template import workbook
from models.intake.understand import understand
from models.regions import by_code
from tests.support.week import NINE, load_week

SPAN = (date(2024, 4, 20), date(2024, 4, 26))
HEAD = ("活动名称", "活动时间", "活动地点", "主办单位")


def xlsx(*rows, sheet: str = "活动", before: tuple = (), merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    if before:
        book.active.append(before)
        book.create_sheet(sheet)
    page = book.worksheets[-1]
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def reading(campaign):
    return reading_of(campaign)


def said(read) -> list[tuple[str, str]]:
    return [(finding.cell, finding.message % finding.values) for finding in read.findings]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("4月26日上午9:00", [(26, 26, "09:00", None)]),
        ("4月26日9:00-11:30", [(26, 26, "09:00", "11:30")]),
        ("４月２６日（星期五）９：００—１１：３０", [(26, 26, "09:00", "11:30")]),
        ("4月26日下午2:00-4:00", [(26, 26, "14:00", "16:00")]),
        ("2024/4/26 14:00至16:00", [(26, 26, "14:00", "16:00")]),
        ("4/2 16:00", [(2, 2, "16:00", None)]),
        ("4月22日9:00-11:00、4月24日晚7点半", [(22, 22, "09:00", "11:00"), (24, 24, "19:30", None)]),
        ("4月22日9:00-11:00，14:00-16:00", [(22, 22, "09:00", "11:00"), (22, 22, "14:00", "16:00")]),
        ("每天9:00-17:00（周一闭馆）", [(day, day, "09:00", "17:00") for day in (20, 21, 23, 24, 25, 26)]),
        (
            "4月20日-4月23日，每天9:00~17:00（周一、周二闭馆）",
            [(day, day, "09:00", "17:00") for day in (20, 21)],
        ),
        ("4月20-26日", [(20, 26, None, None)]),
        ("4月26日（星期四）9:00", []),  # it was a Friday
        ("4月20日至26日9:00", []),  # each day, or once?
        ("4月26日9:00开始", []),
        ("4月31日9:00", []),
        ("上午25:00", []),
        ("宣传周期间", []),
        ("4月26日11:00-9:00", []),
    ],
)
def test_days_and_hours_in_one_text(text, slots):
    found = [
        (
            slot.first.day,
            slot.last.day,
            slot.start and f"{slot.start:%H:%M}",
            slot.end and f"{slot.end:%H:%M}",
        )
        for slot in when.read(text, 2024, SPAN)
    ]
    assert found == slots


def test_every_day_needs_to_be_told_which_days():
    assert when.read("每天9:00-17:00", 2024) == ()


def test_a_spreadsheet_with_real_dates_a_title_above_and_another_sheet_before(reading):
    data = xlsx(
        ("2024年宣传周活动汇总表",),
        (),
        ("序号", "活动名称", "开始日期", "开始时间", "结束时间", "主办单位", "受众群体"),
        (
            1,
            "讲座",
            datetime(2024, 4, 22),
            time(9),
            time(11),
            "甲县知识产权局；甲县人民法院",
            "青少年、社会公众",
        ),
        before=("说明",),
    )
    (row,) = read_file(data, "x.xlsx")
    read = understand(row, reading)
    (sitting,) = read.draft.occurrences
    assert (row.number, sitting.start_at, (sitting.end_at - sitting.start_at).seconds) == (4, NINE, 7200)
    assert read.draft.hosts == ("甲县知识产权局", "甲县人民法院")
    assert read.draft.groups == ("youth", "public")
    assert ("A4", "The column “序号” is not known: not taken in.") in said(read)


def test_cells_merged_downwards_and_numbers_as_text(reading):
    rows = read_file(
        xlsx(("编号", *HEAD), (1, "甲", "4月22日9:00", "县文化馆", "甲县知识产权局"), (2.0, "乙", "4月23日9:00"),
             merge="E2:E3")
    )  # fmt: skip
    assert [(row.cells["id"], row.cells["organizers"]) for row in rows] == [
        ("1", "甲县知识产权局"),
        ("2", "甲县知识产权局"),
    ]


def test_a_formula_that_was_never_computed_is_named_by_its_cell(reading):
    (row,) = read_file(xlsx(HEAD, ("甲", "4月22日9:00", '=CONCATENATE("县","馆")', "")))
    assert (
        "C2",
        "A formula without a stored result: not read. Open the file, save it, and import it again.",
    ) in said(understand(row, reading))


def test_what_is_not_understood_is_named_by_its_cell(reading):
    text = io.StringIO()
    csv.writer(text).writerows(
        [
            ("活动名称", "活动时间", "省", "受众群体", "线上线下", "宣传重点", "人数上限"),
            ("讲座", "4月22日9:00", "火星省", "火星人", "空中", "别的", "很多"),
        ]
    )
    (row,) = read_file(text.getvalue().encode("gb18030"), "x.csv")
    read = understand(row, reading)
    assert sorted(cell for cell, _ in said(read) if cell) == ["C2", "D2", "E2", "F2", "G2"]
    assert read.draft.occurrences[0].start_at == NINE


def plan(reading, **cells):
    """One row of a plan, its columns as they stand in cells."""
    names = {
        "words": "活动时间",
        "start": "开始日期",
        "end": "结束日期",
        "begins": "开始时间",
        "ends": "结束时间",
    }
    header, line = ["活动名称", *(names[key] for key in cells)], ["讲座", *cells.values()]
    (row,) = read_file(xlsx(header, line))
    return understand(row, reading)


@pytest.mark.parametrize("words", ["4月22日22:00-次日1:00", "宣传周期间", "每周三14:00"])
def test_words_of_a_plan_that_give_no_date_are_named_by_their_cell(reading, words):
    read = plan(reading, words=words)
    why = f"“{words}” was not read as days and hours: kept in these words, without a date."
    assert ("B2", why) in said(read)
    assert (read.draft.occurrences, read.draft.time_text) == ((), words)


@pytest.mark.parametrize(
    ("words", "named"), [("看天气再定", True), ("周三、周五14:00-16:00", True), ("上午", False)]
)
def test_words_beside_a_date_are_named_unless_they_tell_a_part_of_the_day(reading, words, named):
    read = plan(reading, start="2024-04-22", words=words)
    why = f"“{words}” was not read as hours: kept in these words."
    assert (("C2", why) in said(read)) is named
    assert (len(read.draft.occurrences), read.draft.time_text) == (1, words)


def test_the_year_in_words_that_are_not_understood_is_still_seen(reading):
    assert plan(reading, words="2023年4月22日22:00-次日1:00").verdict == OTHER_YEAR


@pytest.mark.parametrize(
    "cells",
    [
        {"start": datetime(2024, 4, 22, 9), "end": datetime(2024, 4, 22, 11)},
        {"begins": datetime(2024, 4, 22, 9), "ends": datetime(2024, 4, 22, 11)},
        {"begins": "2024/4/22 9:00", "ends": "2024/4/22 11:00"},
        {"start": "2024年4月22日上午9时", "ends": "11:00"},
    ],
)
def test_day_and_hour_in_one_cell_at_both_ends(reading, cells):
    (sitting,) = plan(reading, **cells).draft.occurrences
    assert (sitting.start_at, (sitting.end_at - sitting.start_at).seconds) == (NINE, 7200)


@pytest.mark.parametrize(("begins", "ends"), [("start", "end"), ("begins", "ends")])
def test_day_and_hour_at_both_ends_of_several_days_are_those_days_and_their_hours_in_words(
    reading, begins, ends
):
    read = plan(reading, **{begins: datetime(2024, 4, 22, 9), ends: datetime(2024, 4, 24, 17)})
    (sitting,) = read.draft.occurrences
    words = "2024-04-22 09:00–2024-04-24 17:00"
    assert (sitting.start_day.day, sitting.end_day.day, sitting.start_at) == (22, 24, None)
    assert read.draft.time_text == words
    assert said(read)[0] == ("B2", f"“{words}” gives no hours of one day: kept in these words.")


def test_a_time_of_a_whole_page_is_not_searched(monkeypatch):
    monkeypatch.setattr(when, "_BETWEEN", None)
    assert when.read("、" * 64_000, 2024) == ()


def test_an_exhibition_open_daily_but_mondays(campaign, reading):
    data = xlsx(
        ("活动名称", "开始日期", "结束日期", "时间", "活动地点"),
        ("展览", date(2024, 4, 20), date(2024, 4, 26), "每天9:00-17:00（周一闭馆）", "县博物馆"),
    )
    rows = read_file(data)
    days = [sitting.start_day.day for sitting in understand(rows[0], reading).draft.occurrences]
    assert days == [20, 21, 23, 24, 25, 26]
    assert counts(take_in(campaign, rows, NINE))["new"] == 1
    assert counts(take_in(campaign, read_file(data), NINE))["same"] == 1


def test_a_contradiction_is_left_for_the_person(reading):
    (row,) = read_file(xlsx(("活动名称", "日期", "时间"), ("讲座", "4月22日", "4月23日9:00")))
    read = understand(row, reading)
    assert read.draft.occurrences[0].start_at is None
    assert ("C2", "“4月23日9:00” tells other days than the date beside it: kept in these words.") in said(
        read
    )


def test_the_template_filled_in_comes_back(campaign, reading):
    book = openpyxl.load_workbook(io.BytesIO(workbook(campaign)))
    page = book["活动"]
    assert {rule.formula1 for rule in page.data_validations.dataValidation} >= {"选项!$A$2:$A$5"}
    names = [cell.value for cell in page[1]]
    filled = {
        "活动名称": "开放日", "开始日期": date(2024, 4, 22), "开始时间": time(9), "结束时间": time(11),
        "省": "江苏省", "市": "连云港市", "县": "灌云县", "主办单位": "灌云县人民法院", "受众群体": "社会公众",
        "活动形式": "主题宣讲", "线上线下": "线下", "活动地点": "灌云县人民法院第一法庭", "人数上限": 40,
    }  # fmt: skip
    for name, value in filled.items():
        page.cell(3, names.index(name) + 1, value)
    stream = io.BytesIO()
    book.save(stream)
    example, own = (understand(row, reading) for row in read_file(stream.getvalue(), "模板.xlsx"))
    assert (example.verdict, said(example)) == (
        "refused",
        [("A2", "This is the example of the template. Take the row out.")],
    )
    assert (own.verdict, own.draft.region_code, own.draft.mode) == (None, "320723", "onsite")
    assert (own.draft.occurrences[0].start_at, own.draft.occurrences[0].capacity) == (NINE, 40)


def packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            packed(xl__workbook_xml=b" " * 45_000_000),
            "This spreadsheet is too large. Keep only the table with the events, and save it again.",
        ),
        (packed(word__document_xml=b"<w/>"), "This is a packed file, but no spreadsheet (.xlsx)."),
        (
            packed(xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'),
            "This spreadsheet is damaged or protected by a password. Open it and save it as .xlsx again.",
        ),
        (xlsx(HEAD), "The file has a header and no rows below it."),
    ],
)
def test_workbooks_that_are_refused(data, sentence):
    with pytest.raises(Mistake) as refused:
        read_file(data, "x.xlsx")
    assert str(refused.value) == sentence


def refused(data: bytes) -> str:
    with pytest.raises(Mistake) as mistake:
        read_file(data, "x.csv")
    return str(mistake.value)


def titles(data: bytes) -> list[str]:
    return [row.cells["title"] for row in read_file(data, "x.csv")]


def test_notes_in_a_header_are_no_part_of_its_names(reading):
    (row,) = read_file(
        "活动名称（必填）,开始日期（年-月-日）,地点【线上填链接】\n讲座,2024-04-22,县文化馆\n".encode()
    )
    draft = understand(row, reading).draft
    assert (draft.title, draft.occurrences[0].start_day.day, draft.venue_text) == ("讲座", 22, "县文化馆")
    (row,) = read_file(
        "活动名称,活动地点,活动时间（开始）,活动时间（结束）\n讲座,县文化馆,8点,9点\n".encode()
    )
    assert [note.cell for note in row.notes] == ["C2", "D2"]  # which is which, the names alone do not say


def test_a_table_of_which_only_the_title_is_known_is_not_said_to_be_empty():
    assert refused("活动名称,随便\n讲座,一\n".encode()) == (
        "Of the columns at the top only the title is known; one more must be, for instance 开始日期, 开始时间, 活动地点, "
        "主办单位 …. Use the template."
    )
    assert (
        refused("活动名称,开始日期（年-月-日）\n".encode()) == "The file has a header and no rows below it."
    )


def test_a_header_of_two_lines_and_one_on_each_page():
    merged = xlsx(
        ("活动名称", "时间", None, "活动地点"),
        (None, "开始日期", "结束日期", None),
        ("讲座", "2024-04-22", "2024-04-23", "县文化馆"),
        ("活动名称", "开始日期", "结束日期", "活动地点"),
        ("展览", "2024-04-22", "2024-04-23", "县博物馆"),
        merge="A1:A2",
    )
    rows = read_file(merged)
    assert [(row.number, row.cells["title"], row.cells["end_date"]) for row in rows] == [
        (3, "讲座", "2024-04-23"),
        (5, "展览", "2024-04-23"),
    ]
    assert rows[0].cells["time_text"] == ""
    assert titles("活动名称,时间,,地点\n,开始日期,结束日期,\n讲座,4月22日,4月23日,县文化馆\n".encode()) == [
        "讲座"
    ]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("合计", "合计"),
        ("合计：12场", "合计"),
        ("备注：以上活动均免费", "备注"),
        ("填表人：某某 联系电话：0518", "填表人"),
        ("审核人", "审核人"),
    ],
)
def test_lines_below_a_table_are_no_events(reading, line, named):
    _, below = read_file(f"活动名称,开始日期\n讲座,4月22日\n{line},\n".encode())
    read = understand(below, reading)
    assert (read.verdict, said(read)) == (
        REFUSED,
        [("A3", f"“{named}” stands below the table and is no event. Not taken in.")],
    )


def test_a_line_below_a_table_whose_word_stands_under_another_column(reading):
    _, below = read_file("序号,活动名称,开始日期\n1,讲座,4月22日\n合计：1场,,\n".encode())
    assert said(understand(below, reading)) == [
        ("A3", "“合计” stands below the table and is no event. Not taken in.")
    ]


def test_an_event_that_begins_with_such_a_word_is_one(reading):
    (row,) = read_file("活动名称,开始日期\n联系人制度宣讲,4月22日\n".encode())
    assert understand(row, reading).verdict is None


def workbook_of(**sheets) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_sheets_with_one_header_are_one_table(reading):
    head = ("活动名称", "开始日期", "面向群体", "备用")
    rows = read_file(
        workbook_of(
            甲县=[head, ("讲座", "2024-04-22", "", "")],
            乙县=[("乙县汇总",), head, ("展览", "2024-04-23", "火星人", "x")],
            空=[head],
        )
    )
    first, second = (understand(row, reading) for row in rows)
    assert (first.draft.title, said(first)) == ("讲座", [])
    assert second.draft.title == "展览"
    assert said(second) == [
        ("", "On the sheet “乙县”."),
        ("乙县!D3", "The column “备用” is not known: not taken in."),
        ("乙县!C3", "No audience group of this campaign: 火星人."),
    ]


def test_a_sheet_with_other_columns_is_named(reading):
    rows = read_file(
        workbook_of(
            计划=[("活动名称", "开始日期"), ("讲座", "2024-04-22")],
            成效=[("活动名称", "参与人数"), ("讲座", 30)],
        )
    )
    read, other = (understand(row, reading) for row in rows)
    assert (read.verdict, said(read)) == (None, [])
    assert (other.title, other.verdict, said(other)) == (
        "成效",
        REFUSED,
        [("", "The sheet “成效” has other columns: not read. Import it as a file of its own.")],
    )


TWINS = "活动名称,日期,开始时间,活动地点\n讲座,4月22日,9:00,县文化馆\n讲座,4月22日,{hour},{place}\n"


@pytest.mark.parametrize(("hour", "place"), [("14:00", "县文化馆"), ("9:00", "县博物馆")])
def test_two_events_with_one_title_and_day_ask_for_an_id(campaign, hour, place):
    rows = read_file(TWINS.format(hour=hour, place=place).encode())
    first, second = take_in(campaign, rows, NINE)
    assert (first.verdict, second.verdict) == ("new", REFUSED)
    assert said(second) == [
        (
            "",
            "It has the title and day of row 2, at another hour or place. If it is another event, give it an id of its "
            "own in a column 编号; if it is another sitting of that one, write both times in one row.",
        )
    ]
    lines = TWINS.format(hour=hour, place=place).split("\n")
    told = "\n".join(f"{line},{sign}" for line, sign in zip(lines, ("编号", "", "2"), strict=False))
    assert [one.verdict for one in take_in(campaign, read_file(told.encode()), NINE)] == ["same", "new"]


def test_the_same_row_twice_is_one_event_twice(campaign):
    rows = read_file(TWINS.format(hour="9:00", place="县文化馆").encode())
    assert said(take_in(campaign, rows, NINE, dry_run=True)[1]) == [
        ("", "This is the same event as row 2. Take one of them out.")
    ]


def test_the_description_of_a_table_is_text(reading):
    (row,) = read_file(
        "活动名称,日期,活动简介\n讲座,4月22日,<p>报名<br>从速</p><script>alert(1)</script>\n".encode()
    )
    assert understand(row, reading).draft.description == "报名\n从速"


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
def test_a_whole_place_in_one_cell(reading, text, code):
    (row,) = read_file(f"活动名称,开始日期,地区\n讲座,2024-04-22,{text}\n".encode())
    read = understand(row, reading)
    assert (read.draft.region_code, read.draft.region_text, said(read)) == (code, "", [])


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("朝阳", None, "There are several places called “朝阳”: name the place above it."),
        ("鼓楼", None, "There are several places called “鼓楼”: name the place above it."),
        ("江苏鼓楼", "320000", "There are several places called “鼓楼”: name the place above it."),
        (
            "新疆兵团第八师",
            "660000",
            "“第八师” was not read: the Corps has no places below it in this list.",
        ),
        (
            "南京路街道",
            None,
            "“南京路街道” was not recognised as the name of a place. Write it in full, as GB/T 2260 does.",
        ),
    ],
)
def test_a_place_in_one_cell_that_is_not_certain_stays_open(reading, text, code, why):
    (row,) = read_file(f"活动名称,开始日期,地区\n讲座,2024-04-22,{text}\n".encode())
    read = understand(row, reading)
    assert (read.draft.region_code, said(read)) == (code, [("C2", why)])


def test_the_corps_in_two_cells_is_no_part_of_the_region(reading):
    (row,) = read_file("活动名称,日期,省,市\n讲座,4月22日,新疆维吾尔自治区,兵团第八师\n".encode())
    assert understand(row, reading).draft.region_code == "660000"


def test_a_cell_of_a_whole_page_is_looked_at_from_its_beginning(monkeypatch):
    looks = []
    called = regions.called
    monkeypatch.setattr(regions, "called", lambda text: looks.append(1) or called(text))
    assert region_cell.read("南京" * 30_000).code is None
    assert len(looks) < 500


def test_places_in_one_cell_are_looked_up_and_never_searched_for(monkeypatch):
    """A table may name another place in each of its rows: the list of all regions is gone through once."""
    region_cell.read("江苏省")
    passes = []
    monkeypatch.setattr(regions, "load", lambda: passes.append(1) or ())
    for row in list(by_code().values())[::50]:
        assert region_cell.read(f"{by_code()[row.code[:2] + '0000'].name} {row.name}") is not None
    assert passes == []


def test_what_of_a_place_in_one_cell_is_not_known_is_named_by_its_cell(reading):
    (row,) = read_file("活动名称,开始日期,所在地区\n讲座,2024-04-22,江苏省连云港市花果山街道\n".encode())
    read = understand(row, reading)
    assert (read.draft.region_code, read.draft.region_text) == ("320700", "江苏省连云港市花果山街道")
    assert [cell for cell, _ in said(read)] == ["C2"]
    (row,) = read_file("活动名称,开始日期,地区代码\n讲座,2024-04-22,999999\n".encode())
    assert said(understand(row, reading)) == [("C2", "There is no region with the code “999999”.")]


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("海淀", "110108", ("110108", "", [])),
        ("海淀", "999999", ("110108", "", [])),
        ("朝阳", "110105", ("110105", "朝阳", ["C2"])),
        ("朝阳", "999999", (None, "朝阳", ["D2", "C2"])),
    ],
)
def test_a_code_counts_where_the_name_beside_it_is_not_certain(reading, name, code, told):
    (row,) = read_file(f"活动名称,开始日期,地区,地区代码\n讲座,2024-04-22,{name},{code}\n".encode())
    read = understand(row, reading)
    assert (read.draft.region_code, read.draft.region_text, [cell for cell, _ in said(read)]) == told


@pytest.mark.parametrize(
    ("encoding", "sign"), [("utf-16", "\t"), ("utf-8-sig", ";"), ("gb18030", ";"), ("utf-8", "\t")]
)
def test_tables_divided_as_other_machines_divide_them(reading, encoding, sign):
    lines = ("某市活动安排表", f"活动名称{sign}开始日期{sign}主办单位", f"讲座{sign}2024-04-22{sign}“甲,局”")
    (row,) = read_file("\r\n".join(lines).encode(encoding))
    draft = understand(row, reading).draft
    assert (draft.title, draft.occurrences[0].start_day, draft.hosts) == (
        "讲座",
        date(2024, 4, 22),
        ("“甲,局”",),
    )


def listed_in(read, text: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """What listed.hosts or listed.places reads in a cell, and what it says of which column."""
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
    found, told = listed_in(listed.hosts, text)
    assert found == hosts
    assert told in ([], [("", f"Its hosts were read as {len(hosts)} organizations.")])


def test_who_guides_does_not_lead(reading):
    text = f"指导单位：国家知识产权局 主办单位：{ONE}"
    (row,) = read_file(f"活动名称,日期,主办单位\n讲座,4月22日,{text}\n".encode())
    read = understand(row, reading)
    assert (read.draft.hosts, read.draft.lead.name) == (("国家知识产权局（指导）", ONE), ONE)


def test_no_name_of_the_reported_events_is_divided_or_joined():
    rows = [row.cells for row in read(demo_file())]
    assert [listed.hosts(cell["organizers"], []) for cell in rows] == [
        tuple(filter(None, cell["organizers"].split(";"))) for cell in rows
    ]
    assert {cell["id"]: len(found) for cell in rows if len(found := listed.places(cell["venue_text"], [])) > 1} == {
        "E075": 2, "E090": 2, "E096": 2, "E204": 4, "E211": 2,
    }  # fmt: skip


def test_the_lead_bears_no_part(reading):
    (row,) = read_file(f"活动名称,日期,主办单位\n讲座,4月22日,{ONE}（主办）、{TWO}（协办）\n".encode())
    read = understand(row, reading)
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
    why = f"“{text}” may name several organizations: kept in these words. Divide them with semicolons."
    assert listed_in(listed.hosts, text) == ((text,), [("organizers", why)])


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
    told = [("", "Its place was read as 2 places.")]
    assert listed_in(listed.places, text) == (("市图书馆", "市博物馆"), told)


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
    why = f"“{text}” was read as one place: where it is several, divide them with semicolons."
    assert listed_in(listed.places, text) == ((text,), [("venue_text", why)] if named else [])
