"""What a pass says on paper, and that its code is read in hard pictures."""

from base64 import b32encode
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from random import Random

import pypdfium2
import pytest

from kiosk.passes import pass_layout, sheets
from kiosk.passes.pass_layout import BADGES, LABELS, About
from models.codes import pass_lookup, passes
from models.drawing import pdf
from models.drawing.page import Page, mm
from models.drawing.qr import PASS_LEVEL
from models.publishing.lifecycle import withdraw
from tests.support.browser.hard_pictures import DPI, shots
from tests.support.files import pdf_text
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event

WEEK = "2024年全国知识产权宣传周"
TOGETHER = "全体到齐后在入口扫一次，确认人数"


@pytest.fixture
def week(app):
    return load_week()


def printed(made, form):
    out = BytesIO()
    list(sheets.write_sheets(out, made, form, "参与码"))
    return out.getvalue()


@pytest.mark.parametrize("form", [LABELS, BADGES], ids=lambda form: form.key)
def test_a_group_pass_says_which_week_which_event_how_many_and_what_to_do(week, form):
    event = make_event(week, "知识产权进校园")
    made = passes.issue(week, "youth", NINE, headcount=45, event=event)
    [text] = pdf_text.words(printed(made, form))
    for part in ("团体码", f"第{made[0].id}号", "青少年", "45人", "知识产权进校园", TOGETHER, WEEK):
        assert part in text, part


def test_a_pass_for_the_whole_week_says_so(week):
    made = passes.issue(week, "unknown", NINE)
    [text] = pdf_text.words(printed(made, LABELS))
    for part in ("参与码", "未说明", "全周各场活动通用", "到场时出示此码，不需要姓名"):
        assert part in text, part


def test_on_a_page_of_its_own(week):
    event = make_event(week, "知识产权进校园")
    made = passes.issue(week, "youth", NINE, headcount=45, event=event)[0]
    opened = pass_lookup.read_pass(made.token)
    [text] = pdf_text.words(sheets.on_a_page(opened, sheets.address(made)))
    for part in (WEEK, "知识产权进校园", "团体码青少年45人", TOGETHER, f"第{made.id}号"):
        assert part in text, part
    withdraw(event, NINE)
    [text] = pdf_text.words(sheets.on_a_page(pass_lookup.read_pass(made.token), sheets.address(made)))
    assert ("知识产权进校园" in text, "限一场活动（尚未公开）" in text) == (False, True)


def test_pages_have_bookmarks_by_number(week):
    made = passes.issue(week, "youth", NINE, count=9)
    marks = [(f"第{made[0].id}—{made[7].id}号", 0), (f"第{made[8].id}—{made[8].id}号", 1)]
    assert pdf_text.bookmarks(printed(made, BADGES)) == marks


@pytest.mark.parametrize("form", [LABELS, BADGES], ids=lambda form: form.key)
def test_no_words_stand_on_others_however_long_they_are(form):
    about = About(
        "团体码", "创新主体与社会公众代表", "999人", "长标题的活动" * 20, "宣传周" * 12, "第1234567号"
    )
    paragraphs = pass_layout.cell(about, "https://A/C/B", form, 0, 0)[1:]
    lines = sorted((line.top, line.top + line.face.size) for one in paragraphs for line in one.lines)
    assert [above for above, below in pairwise(lines) if above[1] > below[0] + 0.01] == []
    assert lines[-1][1] <= mm(form.cell[1])


def share_read(form):
    chance, found, pictures = Random(7), 0, 12
    for number in range(4):
        address = f"https://WEEK.EXAMPLE.GOV.CN/C/{b32encode(chance.randbytes(80)).decode()}"
        about = About("团体码", "青少年", "45人", "知识产权进校园", WEEK, f"第{number}号")
        size = mm(form.cell[0]), mm(form.cell[1])
        out = BytesIO()
        pdf.write(out, "", [Page(pass_layout.cell(about, address, form, 0, 0), size)])
        document = pypdfium2.PdfDocument(out.getvalue())
        cell = document[0].render(scale=DPI / 72, grayscale=True).to_pil()
        document.close()
        found += sum(read(shot) == [address] for shot in shots(cell, pictures, number))
    return found / 4 / pictures


def test_labels_are_read_in_more_hard_pictures_than_with_smaller_codes():
    former = share_read(replace(LABELS, code=36, level=PASS_LEVEL))
    now = share_read(LABELS)
    assert (former < 0.5, now > 0.6, now > former + 0.2) == (True, True, True)
