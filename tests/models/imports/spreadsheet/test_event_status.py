"""What a table says of whether an event takes place, and of the department that prepares it."""

import pytest

from models.campaigns.tables import TermKind
from models.imports.read_file import read
from models.imports.spreadsheet.to_draft import understand
from tests.support.records.tables import said


def row(vocabulary, **cells):
    """One row: its title and day, and the columns as they stand in cells."""
    header = ",".join(["活动名称", "日期", *cells])
    title = cells.pop("title", "专利讲座")
    header = header.replace(",title", "")
    (line,) = read(f"{header}\n{','.join([title, '2024-04-22', *cells.values()])}\n".encode())
    return understand(line, vocabulary)


LAW = "宣传知识产权法律法规、司法解释和基本知识"


@pytest.mark.parametrize("text", ["5", "第5点", "五", "第五", "（五）", LAW, f"5.{LAW}", f"五、{LAW}"])
def test_a_focus_is_known_by_its_number_and_by_its_words(vocabulary, text):
    assert row(vocabulary, 宣传重点=text).draft.main_focus == "law"


def test_a_focus_of_another_list_is_left_out_and_said(vocabulary):
    read = row(vocabulary, 宣传重点="5.宣传往年的要点")
    assert (read.draft.main_focus, said(read)) == (
        None,
        [("C2", "“5.宣传往年的要点” is not a publicity focus of this week; left out.")],
    )


POSTPONED = (
    "“%s”: imported with the date of this row. Where that date no longer holds, write the new one, or 取消."
)


@pytest.mark.parametrize(
    ("text", "cancelled", "says"),
    [
        ("已取消", True, None),
        ("因故取消", True, None),
        ("停办", True, None),
        ("Cancelled", True, None),
        ("正常", False, None),
        ("筹备中", False, None),
        ("延期", False, POSTPONED % "延期"),
        ("推迟举办", False, POSTPONED % "推迟举办"),
        ("取消/延期", False, POSTPONED % "取消/延期"),
        ("待定", False, "Its source says it is not certain yet (待定)."),
        (
            "暂停",
            False,
            "“暂停” was not recognised; the event is imported as one that takes place. Write 正常 or 取消.",
        ),
    ],
)
def test_every_state_is_understood_or_named(vocabulary, text, cancelled, says):
    understood = row(vocabulary, 状态=text)
    assert understood.cancelled is cancelled
    assert said(understood) == ([("C2", says)] if says else [])


@pytest.mark.parametrize(
    ("cells", "cancelled", "title", "says"),
    [
        ({"title": "专利讲座（已取消）"}, True, "专利讲座", []),
        ({"备注": "因天气原因取消"}, True, "专利讲座", []),
        ({"title": "【延期】专利讲座"}, False, "【延期】专利讲座", [("A2", POSTPONED % "【延期】专利讲座")]),
        ({"备注": "因故延期举办"}, False, "专利讲座", [("C2", POSTPONED % "因故延期举办")]),
        ({"完成情况": "已取消"}, True, "专利讲座", []),
        ({"完成情况": "推迟"}, False, "专利讲座", [("C2", POSTPONED % "推迟")]),
        ({"完成情况": "80%"}, False, "专利讲座", []),
        ({"备注": "如遇雨天改期"}, False, "专利讲座", []),
        ({"title": "讲座（取消收费专场）"}, False, "讲座（取消收费专场）", []),
    ],
)
def test_a_state_beside_the_title_or_as_a_remark(vocabulary, cells, cancelled, title, says):
    understood = row(vocabulary, **cells)
    assert (understood.cancelled, understood.draft.title, said(understood)) == (cancelled, title, says)


def test_the_department_of_a_host(vocabulary):
    read_row = row(vocabulary, 主办单位="青云市知识产权局", 牵头科室="专利科、商标科")
    assert read_row.draft.hosts == (
        "青云市知识产权局",
        "青云市知识产权局专利科（承办）",
        "青云市知识产权局商标科（承办）",
    )
    assert read_row.draft.lead.name == "青云市知识产权局"
    alone = row(vocabulary, 责任科室="专利科")
    assert (alone.draft.hosts, alone.draft.description) == ((), "牵头科室：专利科")
    assert said(alone) == [
        ("C2", "“专利科” is a department without its organization; kept in the description.")
    ]


def test_a_second_department_is_asked_about(vocabulary):
    read_row = row(vocabulary, 主办单位="青云市知识产权局", 牵头科室="专利科", 责任科室="商标科")
    assert read_row.draft.hosts[1:] == ("青云市知识产权局专利科（承办）",)
    assert said(read_row) == [("E2", "The column “责任科室” is not known and was not imported.")]


def test_words_of_the_week_are_known_in_capitals_and_a_number_before_english_words(campaign, vocabulary):
    name = next(term.name_en for term in campaign.terms_of(TermKind.FOCUS) if term.key == "law")
    for text in (f"5. {name}", name.upper(), "LAW"):
        assert row(vocabulary, 宣传重点=f'"{text}"').draft.main_focus == "law"
    draft = row(vocabulary, 活动形式="TALK", 受众群体="YOUTH;General PUBLIC").draft
    assert ([each.format for each in draft.formats], draft.groups) == (["talk"], ("youth", "public"))
