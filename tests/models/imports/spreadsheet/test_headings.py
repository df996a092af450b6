"""What headings, names of sheets and second headers say of the rows below: a host, a region, nothing; never a person."""

from dataclasses import asdict

import pytest

from models.imports.read_file import read_file
from models.imports.spreadsheet.headings import heading_of, host_of_table
from models.imports.spreadsheet.to_draft import understand
from tests.support.records.tables import said, xlsx

HEAD = ("活动名称", "活动时间", "活动地点")


@pytest.mark.parametrize(
    "text",
    [
        "知识产权进机关", "知识产权进校园", "新闻发布会", "专题研讨会", "展览会", "晚会", "会展中心B馆", "市级新闻发布会",
        "市直机关", "东区", "西区", "矿区", "东城", "合作", "平安", "同心", "长沙", "连云港",
    ],
)  # fmt: skip
def test_headings_that_name_neither_host_nor_region(text):
    assert set(asdict(heading_of(text)).values()) == {""}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("一、灌云县知识产权局", {"host": "灌云县知识产权局"}),
        ("市贸促会", {"host": "市贸促会"}),
        ("江苏省律师协会", {"host": "江苏省律师协会"}),
        ("连云港市总工会", {"host": "连云港市总工会"}),
        ("中国知识产权发展基金会", {"host": "中国知识产权发展基金会"}),
        ("湖南省商会", {"host": "湖南省商会"}),
        ("（一）连云港市", {"region": "连云港市", "county": ""}),
        ("江苏省连云港市灌云县", {"region": "江苏省连云港市灌云县"}),
        ("灌云县", {"region": "", "county": "320723"}),
    ],
)
def test_headings_that_name_a_host_or_a_region(text, says):
    read = asdict(heading_of(text))
    assert {name: read[name] for name in says} == says


@pytest.mark.parametrize(
    "line",
    [
        ("填表单位：灌云县知识产权局（公章）",),
        ("填报单位（盖章）：灌云县知识产权局",),
        ("填报单位", "灌云县知识产权局 （盖章）"),
        ("填报单位", "灌云县知识产权局"),
    ],
)
def test_a_stamp_is_no_part_of_the_name_of_who_reports(line):
    assert host_of_table([line]) == "灌云县知识产权局"


def rows_under(*lines: tuple, name: str = "x.xlsx"):
    return [row for row in read_file(xlsx(*lines), name) if not row.unread]


def test_a_county_without_its_city_is_named_and_taken_where_the_table_is_of_its_city(vocabulary):
    lines = (HEAD, ("一、云溪区",), ("咨询", "4月21日", "云溪广场"))
    (row,) = rows_under(*lines)
    read = understand(row, vocabulary)
    assert (read.draft.region_code, row.county) == (None, "430603")
    assert [text for _, text in said(read) if "without its city" in text] == [
        "“云溪区” above or on the sheet is a county or district named without its city: an office takes it as the region "
        "only where it lies in its own region."
    ]
    for title, code in (("岳阳市2024年活动安排", "430603"), ("连云港市活动安排", None)):
        (row,) = rows_under((title,), *lines)
        assert understand(row, vocabulary).draft.region_code == code


def test_a_second_header_with_contacts_is_no_event():
    data = (
        "活动名称,活动时间,地点,主办单位,联系人\n讲座,4月22日,县文化馆,甲县司法局,李某\n"
        "活动名称,联系人,联系电话（必填）,活动时间,地点\n展览,张某,000,4月23日,县博物馆\n"
    )
    rows = read_file(data.encode())
    assert [(row.cells["title"], row.cells["venue_text"], row.cells["organizers"]) for row in rows] == [
        ("讲座", "县文化馆", "甲县司法局"),
        ("展览", "县博物馆", ""),
    ]
    assert not any("张某" in text for row in rows for text in row.cells.values())


def test_answers_hold_for_second_headers_and_for_what_seems_to_lie_on_its_side():
    data = "活动名称,活动时间,甲栏\n讲座,4月22日,县文化馆\n活动名称,甲栏,活动时间\n展览,县博物馆,4月23日\n".encode()
    rows = read_file(data, answers={"甲栏": "venue_text"})
    assert [(row.cells["title"], row.cells["venue_text"], row.cells["time_text"]) for row in rows] == [
        ("讲座", "县文化馆", "4月22日"),
        ("展览", "县博物馆", "4月23日"),
    ]
