"""Chinese lines: nothing begins or ends one that may not, nothing is lost, long titles shrink before they are cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.drawing.text_layout import NOT_FIRST, NOT_LAST, Face, broken, filled, fitted, pieces, runs, width

FACE = Face(40)
TITLE = (
    "江苏省苏州市中级人民法院知识产权法庭公众开放日暨《知识产权司法保护状况白皮书（2023）》、十大典型案例新闻发布会，"
    "以及“以案释法”互动问答、专利申请现场咨询活动"
)


@pytest.mark.parametrize("room", range(200, 1400, 75))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(room):
    lines = broken(TITLE, FACE, room)
    assert "".join(lines) == TITLE
    assert [line for line in lines if line[0] in NOT_FIRST or line[-1] in NOT_LAST] == []
    assert [line for line in lines if width(line, FACE) > room] == []


@settings(deadline=None, max_examples=60)
@given(
    st.text(alphabet="知识产权宣传周，。、（）《》“”！2024 ab4月20日—…", min_size=1, max_size=80),
    st.integers(120, 900),
)
def test_every_character_is_kept_in_order(text, room):
    assert "".join("".join(broken(text, FACE, room)).split()) == "".join(text.split())


def test_words_numbers_and_short_quotations_stay_whole():
    assert pieces("2024年全国知识产权宣传周“以案释法”IP Week") == [
        *("2024年", "全国", "知识产权", "宣传周", "“以案释法”", "IP", " ", "Week"),
    ]


def test_lines_are_of_about_equal_length():
    lines = broken("一二三四五六七八九十" * 2, FACE, 40 * 18)
    assert [len(line) for line in lines] == [10, 10]


def test_neighbouring_marks_close_up():
    # ”》（ take the room of two characters, not of three; the mark that opens a line stands at its edge.
    assert runs("”》（") == [("”", 0.0), ("》", -0.5), ("（", -0.5)]
    assert runs("《周》") == [("《周》", -0.5)]
    assert width("知》（识", FACE) == 40 * 3.5


def test_a_middle_dot_between_digits_is_narrow():
    assert broken("4·26", FACE, 400) == ["4･26"]
    assert broken("知·识", FACE, 400) == ["知·识"]


def test_a_long_title_takes_a_smaller_face_and_is_cut_only_at_the_last():
    faces = [Face(60), Face(40), Face(20)]
    assert fitted("知识产权", faces, 600, [1, 1, 1]) == (faces[0], ["知识产权"])
    assert fitted("知识产权宣传周启动仪式", faces, 600, [1, 1, 1]) == (faces[1], ["知识产权宣传周启动仪式"])
    face, lines = fitted(TITLE, faces, 600, [1, 1, 1])
    assert (face, len(lines), lines[0][-1]) == (faces[2], 1, "…")
    assert width(lines[0], face) <= 600


def test_a_paragraph_parts_no_word_of_letters():
    text = "Anybody can check these figures at https://week.example.gov.cn/verify/0123456789abcdef with their signature."
    lines = filled(text, FACE, 500)
    assert [" ".join(lines).find(word) >= 0 for word in ("Anybody", "figures", "signature.")] == [True] * 3
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_word_wider_than_the_room_is_parted():
    lines = broken("https://week.example.gov.cn/ip-2024/events/12345", FACE, 200)
    assert "".join(lines) == "https://week.example.gov.cn/ip-2024/events/12345"
    assert [line for line in lines if width(line, FACE) > 200] == []
