"""Letters of other scripts: each has a font, stands in reading order, is joined and stacked."""

import pytest

from models.drawing import fonts
from models.drawing.text_layout import Face, broken, pieces, stretches, width

UYGHUR = "ئەقلىي مۈلۈك ھوقۇقى"
TIBETAN = "ཤེས་བྱའི་ཐོན་དངོས་བདག་དབང་"
MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ"
FACE = Face(20, 700)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("知识 IP 지식", ["NotoSansCJK"]),
        (UYGHUR, ["NotoSansArabic"]),
        (TIBETAN, ["NotoSerifTibetan"]),
        (MONGOLIAN, ["NotoSansMongolian"]),
        ("ꆈꌠꉙ", ["NotoSansYi"]),
        (f"{TIBETAN} 知识产权", ["NotoSerifTibetan", "NotoSansCJK"]),
    ],
)
def test_each_script_has_its_font(text, names):
    assert fonts.missing(text) == []
    assert list(dict.fromkeys(part.family.name for part in stretches(text, FACE))) == names


def test_what_no_font_has_is_told_once_and_stands_as_a_box():
    assert fonts.missing("知😀识", "🚀😀", "a\u200d\n") == ["😀", "🚀"]
    assert [part.text for part in stretches("知😀识", FACE)] == ["知□识"]


@pytest.mark.parametrize("text", [UYGHUR, TIBETAN, MONGOLIAN])
def test_no_glyph_is_the_box_of_a_missing_one(text):
    family = fonts.family_of(text[0])
    font = fonts.font(family, 700)
    shaped = fonts.shape(font, text, family.name == "NotoSansArabic")
    assert [glyph for _text, glyphs in shaped for glyph in glyphs if glyph.number == 0] == []


def test_arabic_letters_are_joined():
    family = fonts.family_of("ت")
    alone = 3 * fonts.advance("ت", family, 400, leftward=True)
    assert fonts.advance("تتت", family, 400, leftward=True) < 0.8 * alone


def test_it_reads_from_right_to_left_with_chinese_at_its_left():
    parts = stretches(f"{UYGHUR} 知识（2024）", FACE)
    assert [(part.text.strip(), part.leftward) for part in parts if part.text.strip()] == [
        *(("知识（2024）", False), (UYGHUR, True)),
    ]
    assert [part.left for part in parts] == sorted(part.left for part in parts)


def test_chinese_first_keeps_its_place_before_arabic():
    parts = stretches(f"知识 {UYGHUR}", FACE)
    assert [part.leftward for part in parts if part.text.strip()] == [False, True]


def test_tibetan_is_broken_behind_its_marks():
    assert pieces(TIBETAN) == ["ཤེས་", "བྱའི་", "ཐོན་", "དངོས་", "བདག་", "དབང་"]
    lines = broken(TIBETAN * 4, FACE, 200)
    assert "".join(lines) == TIBETAN * 4
    assert [line for line in lines if line[-1] != "་" or width(line, FACE) > 200] == []


def test_a_mark_stays_with_its_letter_in_a_narrow_room():
    assert [line for line in broken("e\u0301" * 30, FACE, 60) if line[0] == "\u0301"] == []


def test_a_font_of_few_characters_is_small():
    assert len(fonts.subset(fonts.CJK, 650, "知识产权宣传周")) < 8_000
