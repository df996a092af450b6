"""Tables as offices make them: spreadsheets, their own headers, several sheets; and the template."""

import csv
import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from models.errors import Mistake
from models.imports.findings import RowVerdict
from models.imports.read_file import read_file
from models.imports.spreadsheet.template import workbook
from models.imports.spreadsheet.to_draft import understand
from tests.support.records.importing import import_rows
from tests.support.records.tables import said, workbook_of, xlsx
from tests.support.records.week import NINE

HEAD = ("活动名称", "活动时间", "活动地点", "主办单位")


def test_a_spreadsheet_with_real_dates_a_title_above_and_another_sheet_before(vocabulary):
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
    row, unread = read_file(data, "x.xlsx")
    why = unread.notes[0]
    assert unread.unread
    assert "is no table of events" in why.message % why.values
    read = understand(row, vocabulary)
    (occurrence,) = read.draft.occurrences
    assert (row.number, occurrence.start_at, (occurrence.end_at - occurrence.start_at).seconds) == (
        4,
        NINE,
        7200,
    )
    assert read.draft.hosts == ("甲县知识产权局", "甲县人民法院")
    assert read.draft.groups == ("youth", "public")
    assert not any("序号" in text for _, text in said(read))


def test_cells_merged_downwards_and_numbers_as_text(vocabulary):
    rows = read_file(
        xlsx(("编号", *HEAD), (1, "甲", "4月22日9:00", "县文化馆", "甲县知识产权局"), (2.0, "乙", "4月23日9:00"),
             merge="E2:E3")
    )  # fmt: skip
    assert [(row.cells["id"], row.cells["organizers"]) for row in rows] == [
        ("1", "甲县知识产权局"),
        ("2", "甲县知识产权局"),
    ]


def test_cells_merged_downwards_show_the_same_in_each_of_6000_rows():
    """Ten rows each, as one office lists the events of its counties; the title above is merged sideways."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(("活动计划",))
    sheet.merge_cells("A1:C1")
    sheet.append(("活动名称", "时间", "主办单位"))
    for number in range(6000):
        sheet.append((f"讲座{number}", "4月22日9:00", f"第{number // 10}局" if number % 10 == 0 else None))
    for top in range(3, 6003, 10):
        sheet.merge_cells(f"C{top}:C{top + 9}")
    stream = io.BytesIO()
    book.save(stream)
    rows = read_file(stream.getvalue())
    assert [row.cells["organizers"] for row in rows] == [f"第{number // 10}局" for number in range(6000)]


def test_a_formula_that_was_never_computed_is_named_by_its_cell(vocabulary):
    (row,) = read_file(xlsx(HEAD, ("甲", "4月22日9:00", '=CONCATENATE("县","馆")', "")))
    assert (
        "C2",
        "The formula has no stored result. Open the file, save it, and import it again.",
    ) in said(understand(row, vocabulary))


def test_what_is_not_understood_is_named_by_its_cell(vocabulary):
    text = io.StringIO()
    csv.writer(text).writerows(
        [
            ("活动名称", "活动时间", "省", "受众群体", "线上线下", "宣传重点", "人数上限"),
            ("讲座", "4月22日9:00", "火星省", "火星人", "空中", "别的", "很多"),
        ]
    )
    (row,) = read_file(text.getvalue().encode("gb18030"), "x.csv")
    read = understand(row, vocabulary)
    assert sorted(cell for cell, _ in said(read) if cell) == ["C2", "D2", "E2", "F2", "G2"]
    assert read.draft.occurrences[0].start_at == NINE


def test_the_template_filled_in_comes_back(campaign, vocabulary):
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
    example, own = (understand(row, vocabulary) for row in read_file(stream.getvalue(), "模板.xlsx"))
    assert (example.verdict, said(example)) == (
        "refused",
        [("A2", "This is the example row of the template. Please remove it.")],
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
            "This spreadsheet is too large. Keep only the table with the events and save it again.",
        ),
        (packed(other__document_xml=b"<w/>"), "This is a compressed file but not a spreadsheet (.xlsx)."),
        (
            packed(xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'),
            "This spreadsheet is damaged or has a password. Open it and save it as .xlsx again.",
        ),
        (xlsx(HEAD), "The file has a header row but no data rows."),
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


def test_notes_in_a_header_are_no_part_of_its_names(vocabulary):
    (row,) = read_file(
        "活动名称（必填）,开始日期（年-月-日）,地点【线上填链接】\n讲座,2024-04-22,县文化馆\n".encode()
    )
    draft = understand(row, vocabulary).draft
    assert (draft.title, draft.occurrences[0].start_day.day, draft.venue_text) == ("讲座", 22, "县文化馆")
    (row,) = read_file(
        "活动名称,活动地点,活动时间（开始）,活动时间（结束）\n讲座,县文化馆,8点,9点\n".encode()
    )
    assert [note.cell for note in row.notes] == ["C2", "D2"]  # which is which, the names alone do not say


def test_a_header_that_says_two_things_is_read_for_the_first(vocabulary):
    header = "序号,活动时间,活动名称及内容,活动形式,承办单位,举办地,参加人员及规模,时间及地点"
    (row,) = read_file(
        f"附件1\n{header}\n1,四月二十日上午九点半,主题班会,讲座,灌云县教育局,县文化馆,中学生,随便\n".encode()
    )
    draft = understand(row, vocabulary).draft
    assert (draft.title, draft.venue_text, draft.groups) == ("主题班会", "县文化馆", ("youth",))
    assert [(one.start_day.day, f"{one.start_at:%H:%M}") for one in draft.occurrences] == [(20, "01:30")]
    assert [(note.message, note.values["text"]) for note in row.notes] == [
        ("“%(text)s” was not read: another column says it as well.", "随便")
    ]


def test_a_table_of_which_only_the_title_is_known_is_not_said_to_be_empty():
    assert refused("活动名称,随便\n讲座,一\n".encode()) == (
        "Only the title column was recognised. At least one more is needed, for example 开始日期, 开始时间, 活动地点, "
        "主办单位 …. Please use the template."
    )
    assert (
        refused("活动名称,开始日期（年-月-日）\n".encode()) == "The file has a header row but no data rows."
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
def test_lines_below_a_table_are_no_events(vocabulary, line, named):
    _, below = read_file(f"活动名称,开始日期\n讲座,4月22日\n{line},\n".encode())
    read = understand(below, vocabulary)
    assert (read.verdict, said(read)) == (
        RowVerdict.REFUSED,
        [("A3", f"“{named}” is a note below the table, not an event. Not imported.")],
    )


def test_a_line_below_a_table_whose_word_stands_under_another_column(vocabulary):
    _, below = read_file("序号,活动名称,开始日期\n1,讲座,4月22日\n合计：1场,,\n".encode())
    assert said(understand(below, vocabulary)) == [
        ("A3", "“合计” is a note below the table, not an event. Not imported.")
    ]


def test_an_event_that_begins_with_such_a_word_is_one(vocabulary):
    (row,) = read_file("活动名称,开始日期\n联系人制度宣讲,4月22日\n".encode())
    assert understand(row, vocabulary).verdict is None


def test_sheets_with_one_header_are_one_table(vocabulary):
    head = ("活动名称", "开始日期", "面向群体", "备用")
    rows = read_file(
        workbook_of(
            甲县=[head, ("讲座", "2024-04-22", "", "")],
            乙县=[("乙县汇总",), head, ("展览", "2024-04-23", "火星人", "x")],
            空=[head],
        )
    )
    first, second = (understand(row, vocabulary) for row in rows)
    assert (first.draft.title, said(first)) == ("讲座", [])
    assert second.draft.title == "展览"
    assert said(second) == [
        ("", "On the sheet “乙县”."),
        ("乙县!D3", "The column “备用” is not known and was not imported."),
        ("乙县!C3", "Not audience groups of this week: 火星人."),
    ]


def test_a_sheet_with_other_columns_is_named(vocabulary):
    rows = read_file(
        workbook_of(
            计划=[("活动名称", "开始日期"), ("讲座", "2024-04-22")],
            成效=[("活动名称", "参与人数"), ("讲座", 30)],
        )
    )
    read, other = (understand(row, vocabulary) for row in rows)
    assert (read.verdict, said(read)) == (None, [])
    assert (other.title, other.verdict, said(other)) == (
        "成效",
        RowVerdict.REFUSED,
        [("", "The sheet “成效” has other columns and was not read. Import it as a separate file.")],
    )


def test_a_later_sheet_that_names_a_column_twice_does_not_keep_the_first_from_being_read():
    rows = read_file(
        workbook_of(
            计划=[("活动名称", "开始日期"), ("讲座", "2024-04-22")],
            统计=[("活动名称", "开始日期", "开始日期"), ("讲座", "2024-04-22", "2024-04-23")],
        )
    )
    assert [(row.cells["title"], row.unread) for row in rows] == [("讲座", False), ("统计", True)]


TWINS = "活动名称,日期,开始时间,活动地点\n讲座,4月22日,9:00,县文化馆\n讲座,4月22日,{hour},{place}\n"


@pytest.mark.parametrize(("hour", "place"), [("14:00", "县文化馆"), ("9:00", "县博物馆")])
def test_two_events_with_one_title_and_day_stay_two_in_any_order(campaign, hour, place):
    text = TWINS.format(hour=hour, place=place)
    first, second = import_rows(campaign, read_file(text.encode()), NINE)
    assert (first.verdict, second.verdict) == ("new", "new")
    why = (
        "It has the same title and day as row 2 but another time or place: read as another event. If it is another "
        "session of the same event, put both times in one row."
    )
    assert ("", why) in said(second)
    assert why not in [words for _, words in said(first)]
    head, *lines = text.splitlines()
    again = import_rows(campaign, read_file("\n".join([head, *reversed(lines)]).encode()), NINE)
    assert [(one.verdict, one.event) for one in again] == [("same", second.event), ("same", first.event)]


def test_a_row_that_gets_a_second_beside_it_stays_the_event_that_it_was(campaign):
    text = TWINS.format(hour="14:00", place="县文化馆")
    (alone,) = import_rows(campaign, read_file("\n".join(text.splitlines()[:2]).encode()), NINE)
    both = import_rows(campaign, read_file(text.encode()), NINE)
    assert [(one.verdict, one.event == alone.event) for one in both] == [("same", True), ("new", False)]


def test_the_same_row_twice_is_one_event_twice(campaign):
    rows = read_file(TWINS.format(hour="9:00", place="县文化馆").encode())
    assert said(import_rows(campaign, rows, NINE, dry_run=True)[1]) == [
        ("", "This is the same event as row 2. Please remove one of them.")
    ]


def test_the_description_of_a_table_is_text(vocabulary):
    (row,) = read_file(
        "活动名称,日期,活动简介\n讲座,4月22日,<p>报名<br>从速</p><script>alert(1)</script>\n".encode()
    )
    assert understand(row, vocabulary).draft.description == "报名\n从速"


@pytest.mark.parametrize(
    ("encoding", "sign"), [("utf-16", "\t"), ("utf-8-sig", ";"), ("gb18030", ";"), ("utf-8", "\t")]
)
def test_tables_divided_as_other_machines_divide_them(vocabulary, encoding, sign):
    lines = ("某市活动安排表", f"活动名称{sign}开始日期{sign}主办单位", f"讲座{sign}2024-04-22{sign}“甲,局”")
    (row,) = read_file("\r\n".join(lines).encode(encoding))
    draft = understand(row, vocabulary).draft
    assert (draft.title, draft.occurrences[0].start_day, draft.hosts) == (
        "讲座",
        date(2024, 4, 22),
        ("“甲,局”",),
    )


def test_days_and_hours_that_lost_their_format(vocabulary):
    (row,) = read_file(
        xlsx(("活动名称", "日期", "开始", "结束"), ("讲座", 45404, 0.375, 0.458333333333333)), "x.xlsx"
    )
    (occurrence,) = understand(row, vocabulary).draft.occurrences
    assert (occurrence.start_at, (occurrence.end_at - occurrence.start_at).seconds) == (NINE, 7200)


def test_hidden_rows_are_read_and_named(vocabulary):
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (("活动名称", "日期"), ("甲", "2024-04-22"), ("乙", "2024-04-23")):
        sheet.append(cells)
    sheet.row_dimensions[3].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    shown, hidden = (understand(row, vocabulary) for row in read_file(stream.getvalue(), "x.xlsx"))
    words = "This row is hidden in the spreadsheet and was read all the same. Delete it there if it does not apply."
    assert [words in [text for _, text in said(read)] for read in (shown, hidden)] == [False, True]


def test_a_sheet_with_days_and_no_header_is_named(vocabulary):
    book = openpyxl.Workbook()
    book.active.append(("活动名称", "日期"))
    book.active.append(("甲", "2024-04-22"))
    book.create_sheet("值班").append(("张贴", "4月22日", "已办"))
    stream = io.BytesIO()
    book.save(stream)
    event, left_out = (understand(row, vocabulary) for row in read_file(stream.getvalue(), "x.xlsx"))
    assert event.title == "甲"
    assert [text for _, text in said(left_out)] == [
        "The sheet “值班” is no table of events and was not read."
    ]
