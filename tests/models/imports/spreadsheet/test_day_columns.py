"""Tables that lie on their side: what stands at the left of days, and no cells that the file does not have."""

import pytest

from models.imports.read_file import read_file
from models.imports.spreadsheet.to_draft import understand
from tests.support.records.tables import said, xlsx

DAYS = ("4月22日（周一）", "4月23日（周二）")


@pytest.mark.parametrize("corner", ["", "地点\\日期", "某某"])
def test_what_stands_at_the_left_under_no_known_name_is_host_or_place(vocabulary, corner):
    lines = (
        (corner, *DAYS),
        ("灌云县人民法院", "公开庭审", ""),
        ("县文化广场", "", "成果展"),
        ("上午", "", "沙龙"),
    )
    court, hall, morning = (understand(row, vocabulary).draft for row in read_file(xlsx(*lines), "x.xlsx"))
    named = corner.startswith("地点")
    host, place = ((), "灌云县人民法院") if named else (("灌云县人民法院",), "")
    assert (court.title, court.hosts, court.venue_text) == ("公开庭审", host, place)
    assert (hall.title, hall.hosts, hall.venue_text) == ("成果展", (), "县文化广场")
    assert (morning.title, morning.occurrences[0].half_day) == ("沙龙", "morning")


def test_what_else_stands_at_the_left_is_named_and_persons_are_left_out(vocabulary):
    lines = (("片区", "单位", "联系人", *DAYS), ("城北", "灌云县人民法院", "张某", "公开庭审", ""))
    (row,) = read_file(xlsx(*lines), "x.xlsx")
    read = understand(row, vocabulary)
    assert read.draft.hosts == ("灌云县人民法院",)
    assert ("", "“城北” at the left of this event was not read.") in said(read)
    assert not any("张某" in text for text in [*row.cells.values(), *(text for _, text in said(read))])


def test_a_known_name_above_that_is_neither_host_nor_place_gives_neither(vocabulary):
    (row,) = read_file(xlsx(("活动形式", *DAYS), ("主题宣讲", "送法进企业", "")), "x.xlsx")
    read = understand(row, vocabulary)
    assert (read.draft.hosts, read.draft.venue_text) == ((), "")
    assert ("", "“主题宣讲” at the left of this event was not read.") in said(read)


@pytest.mark.parametrize(
    "lines",
    [
        (("单位", *DAYS), ("甲县法院、乙县法院和各镇", "公开庭审", "")),
        (("活动名称", "公开庭审", "讲座"), ("时间", "看天气再定", "4月23日"), ("地点", "各社区", "县文化馆")),
    ],
)
def test_findings_of_a_table_on_its_side_name_no_cell(vocabulary, lines):
    read = [understand(row, vocabulary) for row in read_file(xlsx(*lines), "x.xlsx")]
    assert any(finding.column for each in read for finding in each.findings)
    assert {cell for each in read for cell, _ in said(each)} == {""}
