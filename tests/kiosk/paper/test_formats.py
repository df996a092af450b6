"""Posters in other formats: the same code, read by a program that is not ours."""

from io import BytesIO

import pypdfium2
import pytest

from kiosk.paper import formats, posters
from models.codes import venue_codes
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event

POINTS = {"a4": (595, 842), "a5": (420, 595), "tent": (595, 842), "four": (595, 842)}


@pytest.fixture
def week(app):
    return load_week()


def pages(pdf, scale=2.0):
    """Of each page its size in points and the texts of its codes."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            (
                tuple(round(side) for side in page.get_size()),
                read(page.render(scale=scale, grayscale=True).to_numpy()),
            )
            for page in document
        ]
    finally:
        document.close()


def written(made, key):
    out = BytesIO()
    posters.write_posters(out, [code.number for code in made], NINE, form=formats.find(key))
    return pages(out.getvalue())


@pytest.mark.parametrize(("key", "copies"), [("a4", 1), ("a5", 1), ("tent", 2), ("four", 4)])
def test_one_event_fills_a_page(week, key, copies):
    code = venue_codes.code_for_event(
        make_event(week, "“知识产权转化运用”主题宣讲暨中小学生发明创造成果展示"), NINE
    )
    text = f"http://OPENWEEK.TEST/V/{code.token(NINE)}"
    assert written([code], key) == [(POINTS[key], [text] * copies)]


def test_four_to_a_sheet_in_order_and_none_twice_once_there_are_more(week):
    made = [venue_codes.code_for_event(make_event(week, f"活动{n}"), NINE) for n in range(6)]
    found = [sorted(texts) for _size, texts in written(made, "four")]
    wanted = [f"http://OPENWEEK.TEST/V/{code.token(NINE)}" for code in made]
    assert found == [sorted(wanted[:4]), sorted(wanted[4:])]
