"""Rows and sheets that belong together: sessions of one event, sheets of one region, numbers that count rows."""

import pytest

from models.imports.read_file import read_file
from models.imports.spreadsheet.times import time_words
from tests.support.records.tables import workbook_of, xlsx

HEAD = ("活动名称", "日期", "时间", "地点")
FIRST = ("实验课", "4月20日", "10:00-11:00", "二楼")


def rows_of(*rows, merge=""):
    rows = read_file(xlsx(HEAD, *rows, merge=merge), "plan.xlsx")
    return [(row.cells["title"], row.cells["time_text"]) for row in rows]


def test_one_title_cell_over_several_dates_is_one_event():
    rows = rows_of(FIRST, ("", "4月21日", "10:00-11:00", ""), merge="A2:A3")
    assert rows == [("实验课", "4月20日 10:00-11:00；4月21日 10:00-11:00")]


@pytest.mark.parametrize("row", [("", "4月21日", "10:00-11:00", "三楼"), ("", "4月21日", "", "")])
def test_what_differs_stays_apart(row):
    assert rows_of(FIRST, row, merge="A2:A3") == [("实验课", "10:00-11:00"), ("实验课", row[2])]


def test_a_row_of_nothing_but_a_time_is_another_session():
    assert rows_of(FIRST, ("", "4月21日", "9:00", "")) == [("实验课", "4月20日 10:00-11:00；4月21日 9:00")]


def test_numbers_that_begin_anew_on_each_sheet_are_no_ids():
    head = ("编号", "活动名称", "日期")
    one, two = [head, (1, "讲座", "4月20日")], [head, (1, "展览", "4月21日")]
    rows = read_file(workbook_of(甲=one, 乙=two), "plan.xlsx")
    assert [(row.cells["title"], row.cells["id"]) for row in rows] == [("讲座", ""), ("展览", "")]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("2024.4.22 9.30-11.30", [(22, "09:30", "11:30")]),
        ("4.22 9.30", [(22, "09:30", None)]),
        ("4月22日下午2.30-4.30", [(22, "14:30", "16:30")]),
        ("4月22日 pm 2:30-4:00", [(22, "14:30", "16:00")]),
        ("4月22日 2:30-4:00 PM", [(22, "14:30", "16:00")]),
        ("4月22日 10:00-2:00 PM", [(22, "10:00", "14:00")]),
        ("20、22日 9:00", [(20, "09:00", None), (22, "09:00", None)]),
        ("4/22(一)9:00", [(22, "09:00", None)]),
        ("4/22(二)9:00", []),
        ("4.20-4.26", [(20, None, None)]),
    ],
)
def test_hours_with_dots_and_parts_of_the_day(text, slots):
    read = time_words.read(text, 2024, None, (4,))
    assert [
        (slot.first.day, slot.start and f"{slot.start:%H:%M}", slot.end and f"{slot.end:%H:%M}")
        for slot in read
    ] == slots


def test_dittos_stand_for_what_is_above():
    rows = [("讲座", "4月20日", "9:00", "二楼"), ("展览", "〃", "同上", "三楼"), ("咨询", "同上", '"', "〃")]
    read = read_file(xlsx(HEAD, *rows), "plan.xlsx")
    assert [(row.cells["start_date"], row.cells["time_text"], row.cells["venue_text"]) for row in read] == [
        ("4月20日", "9:00", "二楼"), ("4月20日", "9:00", "三楼"), ("4月20日", "9:00", "三楼"),
    ]  # fmt: skip


def test_hours_before_a_title_are_no_title():
    rows = read_file(xlsx(("时间", "活动安排"), ("4月22日", "9:00-9:30 启动仪式")), "plan.xlsx")
    assert [(row.cells["title"], row.cells["time_text"]) for row in rows] == [
        ("启动仪式", "4月22日 9:00-9:30")
    ]
