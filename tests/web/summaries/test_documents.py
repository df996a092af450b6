"""The summary as Word, PDF and workbook: its numbers are those of the API; its layout is by styles."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from flask_babel import force_locale
from openpyxl import load_workbook

from models.accounts.tokens import new_token_of
from models.db import db
from models.events.tables import EventReport
from models.summaries import handing_in, texts
from models.summaries.content import collect
from models.summaries.part import Part, expected_below
from models.summaries.tables import Section
from tests.models.summaries.conftest import people
from tests.support.files import pdf_text
from tests.support.records.week import NINE, make_device
from web.summaries import word_document, workbook
from web.summaries.annex import row_name
from web.summaries.blocks import NONE, SHORT, Table
from web.summaries.columns import column_widths
from web.summaries.documents import draft, of_sealed
from web.summaries.earlier_weeks import comparison
from web.summaries.names import name_of, region_short, title_of
from web.summaries.outline import outline

__all__ = ["people"]


def tables_of(document):
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


@pytest.fixture
def part(people):
    return Part(people.lecture.campaign, "320000")


def test_the_word_document_says_what_the_api_says(people, part, client):
    texts.write_text(part, Section.EXPERIENCE, "一是部门联动。\n二是进校园。", people.su, NINE)
    document = Document(BytesIO(draft(part, ".docx", NINE)))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[0] == "江苏省2024年全国知识产权宣传周活动总结"
    total, youth = _api(client, people.su), _api(client, people.su, audience="youth")
    assert any(f"{total['visits']:,} 人次" in line for line in said)
    [groups] = [rows for rows in tables_of(document) if rows[0][0] == "受众群体"]
    assert groups[-1] == ["合计", f"{total['visits']:,}", f"{total['participants']:,}"]
    assert [row[1:] for row in groups if row[0] == "青少年"] == [
        [f"{youth['visits']:,}", f"{youth['participants']:,}"]
    ]
    assert "一是部门联动。" in said
    assert "二是进校园。" in said
    styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    assert styles["一、依据和主题"] == "Heading 1"
    assert sum(1 for one in document.paragraphs if one.style.name == "待填写") == 5


def test_the_national_document_says_which_regions_and_lines_are_missing(people, part):
    campaign, country = part.campaign, Part(part.campaign)
    with force_locale("zh"):
        regions = [region_short(row.code) for row in expected_below("")]
        lines = [name_of(part, "line", term.key) for term in campaign.terms_of("line")]

    def said_of(data):
        return [one.text for one in Document(BytesIO(data)).paragraphs if one.text]

    first = said_of(draft(country, ".docx", NINE))
    assert [f"尚未接收：{'、'.join(names)}。" in first for names in (regions, lines)] == [True, True]
    texts.write_text(Part(campaign, "", "courts"), Section.HIGHLIGHTS, "庭审进校园。", people.cui, NINE)
    for one, account in ((part, people.su), (Part(campaign, "", "courts"), people.cui)):
        handing_in.accept(handing_in.hand_in(one, account, NINE), people.cui, NINE)
    make_device(people.lecture).tally("youth", headcount=3)
    sealed = handing_in.hand_in(country, people.cui, NINE)
    said = said_of(of_sealed(country, sealed, ".docx"))
    at = said.index("十一、各地情况")
    regions.remove("江苏省")
    lines.remove("法院")
    assert said[at + 1 : at + 6] == [
        "江苏省：举办活动 3 项，参与 53 人次。本总结计 56 人次，相差 +3。",
        f"尚未接收：{'、'.join(regions)}。",
        "十二、各条线情况",
        "法院：举办活动 1 项，参与 0 人次。",
        "庭审进校园。",
    ]
    assert f"尚未接收：{'、'.join(lines)}。" in said


def _api(client, account, **query):
    """What the API answers to an account with a token."""
    headers = {"Authorization": f"Bearer {new_token_of(account.email, NINE)}"}
    asked = {"campaign": "ip-2024", "region": "320000", **query}
    return client.get("/api/v1/figures", query_string=asked, headers=headers).json


WEEK = {"campaign": "ip-2023", "name": "2023年活动", "visits": 7, "participants": 0, "events": 1}


@pytest.mark.parametrize(
    ("compared", "head", "youth", "note"),
    [
        (
            {"earlier_weeks": [{**WEEK, "year_before": True, "differs": [], "groups": {"youth": 7}}]},
            "2023年活动（上年）",
            [["参与人次：青少年", "38", "7"]],
            False,
        ),
        (
            {"earlier_weeks": [{**WEEK, "year_before": False, "differs": ["audience"], "groups": None}]},
            "2023年活动",
            [],
            True,
        ),
        ({"last_year": {**WEEK, "differs": ["audience"]}}, "2023年活动（上年）", [], True),
        ({"earlier_weeks": []}, None, [], False),
        ({"last_year": None}, None, [], False),
    ],
)
def test_earlier_weeks_stand_beside_this_one_and_what_is_not_compared_is_said(
    people, part, compared, head, youth, note
):
    """Also in documents that were sealed when last year's was the only one."""
    content = {key: value for key, value in collect(part, NINE).items() if key != "earlier_weeks"}
    with force_locale("zh"):
        written = word_document.write(outline(part, {**content, **compared}, {}), "", "")
    said = Document(BytesIO(written))
    tables = [rows for rows in tables_of(said) if rows[0][1:2] == ["本届"]]
    assert [rows[0] for rows in tables] == ([["", "本届", head]] if head else [])
    assert [row for rows in tables for row in rows if "青少年" in row[0]] == youth
    lines = [one.text for one in said.paragraphs]
    assert any("名单不同，不作比较" in line for line in lines) is note
    assert any("没有统计过更早" in line for line in lines) is (compared == {"earlier_weeks": []})


def test_where_nobody_was_counted_no_table_says_nought(people, part):
    """Neither beside an earlier week: a dash and a sentence stand in the place of numbers that there are not."""
    county = Part(part.campaign, "330106")
    week = {**WEEK, "year_before": True, "differs": [], "groups": {"youth": 7}}
    with force_locale("zh"):
        content = {**collect(county, NINE), "earlier_weeks": [week]}
        said = Document(BytesIO(word_document.write(outline(county, content, {}), "", "")))
    lines, tables = [one.text for one in said.paragraphs], tables_of(said)
    assert "未统计参与人次，因此没有按受众群体和统计方式的数据。" in lines
    assert "本届未统计参与人次，因此不作比较。" in lines
    assert [rows[0] for rows in tables] == [
        ["宣传重点", "活动"], ["活动形式", "活动"], ["", "本届", "2023年活动（上年）"],
    ]  # fmt: skip
    compared = {row[0]: row[1:] for row in tables[-1]}
    assert [compared[name] for name in ("活动", "人次", "参与人次：青少年")] == [
        ["0", "1"],
        ["—", "7"],
        ["—", "7"],
    ]


def test_weeks_are_named_in_the_language_of_the_document(part):
    week = {**WEEK, "campaign": "ip-2024", "year_before": False, "differs": [], "groups": None}
    with force_locale("en"):
        [table] = [one for one in comparison(part, {**collect(part, NINE), "earlier_weeks": [week]})
                   if isinstance(one, Table)]  # fmt: skip
        assert table.head[2] == "National Intellectual Property Publicity Week 2024"
        assert [row_name(part, "region", code) for code in ("150000", "810000")] == [
            "Inner Mongolia",
            "Hong Kong",
        ]
    with force_locale("zh"):
        assert title_of(Part(part.campaign)) == "2024年全国知识产权宣传周活动总结"


def test_no_number_and_no_word_is_parted():
    """A column is at least as wide as the longest of them, also where other columns want more than there is room for."""
    head = ("Sector", "Innovators", "Government staff", "General public", "Not stated", "Total")
    rows = [("Intellectual property offices of the region", 9_272, 1_179, 140, 15, 1_032_274)]
    table = Table("", head, rows, ("Total", NONE, 1, 1, 1, 1))
    least = [len("Intellectual"), len("Innovators"), len("Government"), len("General"), len("stated"), 9]
    for room in (sum(least), 70):
        widths = column_widths(table, len, room)
        assert sum(widths) == pytest.approx(room)
        assert all(wide > low - 0.01 for wide, low in zip(widths, least, strict=True))
    assert [table.is_right(column) for column in range(6)] == [False, *[True] * 5]


def test_words_of_a_published_report_stand_as_a_marked_lower_bound(people, part):
    people.nanjing.report = EventReport(materials="200余份", consultations="近20次")
    db.session.commit()
    document = Document(BytesIO(draft(part, ".docx", NINE)))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert [row[1:] for row in rows if row[0] == "发放资料"] == [["2", "至少 1,000"]]
    assert [row[1:] for row in rows if row[0] == "咨询人次"] == [["1", "—"]]
    whole = "".join(paragraph.text for paragraph in document.paragraphs)
    assert "其中2项摘自公开报道，作为下限计入" in whole
    assert "1项仅有文字、无确切数字，未计入合计" in whole


def test_the_layout_is_that_of_the_standard(part):
    data = draft(part, ".docx", NINE)
    document = Document(BytesIO(data))
    [section] = document.sections
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one / Mm(1)) for one in margins] == [37, 35, 28, 26]
    looks = {}
    for name in ("Title", "Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        family = style.element.rPr.rFonts.get(
            "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"
        )
        looks[name] = (family, style.font.size, style.paragraph_format.line_spacing)
    assert looks == {
        "Title": ("方正小标宋简体", Pt(22), Pt(36)),
        "Normal": ("仿宋_GB2312", Pt(16), Pt(28)),
        "Heading 1": ("黑体", Pt(16), Pt(28)),
        "Heading 2": ("楷体_GB2312", Pt(16), Pt(28)),
    }
    with ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    assert "w:evenAndOddHeaders" in parts["word/settings.xml"]
    assert sum(" PAGE " in text for name, text in parts.items() if "footer" in name) == 2
    assert '<w:altName w:val="宋体"/>' in parts["word/fontTable.xml"]
    # Nothing is set by hand: no run has a font or a size of its own.
    assert "<w:rFonts" not in parts["word/document.xml"]
    assert "<w:sz " not in parts["word/document.xml"]


def test_a_short_table_stays_on_one_page(part):
    """In Word by its paragraphs, in the PDF by its place; numbers stand under their heads."""
    document = Document(BytesIO(draft(part, ".docx", NINE)))
    short = [table for table in document.tables if len(table.rows) <= SHORT + 1]
    assert len(short) > 3
    for table in short:
        kept = [
            {cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells} for row in table.rows
        ]
        assert kept == [*[{True}] * (len(table.rows) - 1), {None}]
    pages = pdf_text.words(draft(part, ".pdf", NINE))
    [of_focus] = [text for text in pages if "活动数与人次：宣传重点" in text]
    assert of_focus.count("合计") >= 1
    heads = document.tables[0].rows[0].cells
    assert [cell.paragraphs[0].alignment for cell in heads] == [
        None, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.RIGHT
    ]  # fmt: skip
    assert "于2024年4月20日至4月26日举办" in "".join(pages)


def test_the_pdf_has_the_same_text(part):
    pages = pdf_text.words(draft(part, ".pdf", NINE))
    whole = "".join(pages)
    assert "53人次" in whole
    assert "全县中学生首次走进庭审。" in whole
    assert [f"—{number}—" in text for number, text in enumerate(pages, 1)] == [True] * len(pages)


def test_the_code_of_the_seal_stands_with_its_words(part, people):
    """On one page, its address on a line of its own; it says that its figures are exact."""
    sealed = handing_in.hand_in(part, people.su, NINE)
    document = Document(BytesIO(of_sealed(part, sealed, ".docx")))
    *_rest, words, address, key, code = document.paragraphs
    assert "小于 5 的数字" in words.text
    assert (address.text.endswith(f"/verify/{sealed.sha256}"), key.text.endswith("/verify")) == (True, True)
    kept = [one.paragraph_format.keep_with_next for one in (words, address, key)]
    assert (kept, len(code._p.xpath(".//w:drawing"))) == ([True] * 3, 1)
    last = pdf_text.words(of_sealed(part, sealed, ".pdf"))[-1]
    assert ("数据封存" in last, "小于5的数字" in last) == (True, True)


def test_the_workbook_has_numbers_and_formulas(part):
    data = draft(part, ".xlsx", NINE)
    formulas, values = load_workbook(BytesIO(data)), load_workbook(BytesIO(data), data_only=True)
    sheet, shown = formulas["按地区"], values["按地区"]
    for one in formulas:  # on paper no column is on another page than its row
        assert (one.page_setup.fitToHeight, one.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert [[cell.value for cell in row] for row in shown.iter_rows(min_row=2)] == [
        ["南京市", 0, 0, 0, 3, 0, 3],
        ["连云港市", 0, 0, 38, 12, 0, 50],
        ["合计", 0, 0, 38, 15, 0, 53],
    ]
    assert [cell.value for cell in sheet[4]][1:] == [f"=SUM({column}2:{column}3)" for column in "BCDEFG"]
    assert "与往年比较" not in formulas.sheetnames
    week = {**WEEK, "year_before": True, "differs": [], "groups": {"youth": 7}}
    with force_locale("zh"):
        data = workbook.write(part, {**collect(part, NINE), "earlier_weeks": [week], "outcomes": {}})
    book = load_workbook(BytesIO(data))
    rows = [[cell.value for cell in row] for row in book["与往年比较"]]
    assert rows[:3] == [["", "本届", "2023年活动（上年）"], ["活动", 3, 1], ["人次", 53, 7]]
    assert ("活动成效" in book.sheetnames, book["按重点"]["A1"].value) == (False, "宣传重点")


def test_the_command_writes_a_file(part, runner, tmp_path):
    asked = ["summary", "--campaign", "ip-2024", "--region", "320723"]
    out = tmp_path / "summary.docx"
    done = runner.invoke(args=[*asked, "--out", str(out)])
    assert (done.exit_code, Document(out).paragraphs[0].text) == (0, "灌云县2024年全国知识产权宣传周活动总结")
    wrong = runner.invoke(args=[*asked, "--out", str(tmp_path / "summary.txt")])
    assert wrong.exit_code == 2
    figures = json.loads(runner.invoke(args=["figures", "--campaign", "ip-2024", "--json"]).output)
    assert figures["visits"] == 53
