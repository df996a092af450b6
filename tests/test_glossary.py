"""docs/glossary.md against the sentences of the program: one name a thing, in both languages."""

import re
import tomllib

import pytest
from babel.messages.pofile import read_po

from tools import catalogue

CJK = "\u4e00-\u9fff"
# Half a width between Chinese characters, quotation marks and inserted names.
HALF_WIDTH = re.compile(rf"[{CJK}”）》][,;:?!()]|[,;:?!()][{CJK}“（《]|[{CJK}]\.(?!\w)|\.\.\.")
MENDED = [
    *(
        "及另外",
        "另有 6 场",
        "示意图，未在真机",
        "日历本身：",
        "我们尚不了解",
        "无法催促",
        "按统计方式统计",
        "从不混用",
        "本机尚未获知",
    ),
    *(
        "Line drawing",
        "nobody can make a calendar look sooner",
        "not known to us",
        "settings of the door",
    ),
]


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, str]]:
    """English and Chinese of every sentence; of a plural both English forms."""
    with catalogue.CATALOGUE.open("rb") as file:
        found = [message for message in read_po(file, locale="zh") if message.id]
    pairs = []
    for message in found:
        ids = [message.id] if isinstance(message.id, str) else message.id
        text = message.string if isinstance(message.string, str) else message.string[0]
        pairs += [(one, text) for one in ids]
    return pairs


def rows() -> list[list[str]]:
    """Term, Chinese, name in code, words that are not used."""
    lines = (catalogue.ROOT / "docs" / "glossary.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[1] != "中文" and not set(row[0]) <= {"-"}]


def not_used() -> list[str]:
    return [word.strip() for row in rows() for word in row[3].split(",") if word.strip()] + MENDED


def occurs(word: str, text: str) -> bool:
    if re.search(f"[{CJK}]", word):
        return word in text
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE) is not None


def test_a_row_has_four_cells_and_a_term_one_row_for_each_chinese_name():
    assert [row for row in rows() if len(row) != 4] == []
    terms = [(row[0], row[1]) for row in rows()]
    assert len({english for english, _chinese in set(terms)}) == len(set(terms))


def test_every_term_has_exactly_its_chinese(sentences):
    wrong = [
        (english, chinese, text)
        for english, chinese, *_rest in rows()
        for one, text in sentences
        if one.lower() == english.lower() and text not in {chinese, f"项{chinese}"}  # 7 项活动
    ]
    assert wrong == []


def test_every_term_is_on_a_screen(sentences):
    missing = [
        english
        for english, chinese, *_rest in rows()
        if not any(occurs(english, one) and chinese in text for one, text in sentences)
    ]
    assert missing == []


def test_no_sentence_has_a_word_that_is_not_used(sentences):
    found = [(word, one) for word in not_used() for one, text in sentences if occurs(word, f"{one}\n{text}")]
    assert found == []


def campaign_texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in campaign_texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in campaign_texts(part)]
    return [value] if isinstance(value, str) else []


def test_the_names_of_the_week_and_the_demo_use_the_same_words():
    texts = []
    for name in ("ip-2024.toml", "rehearsal.toml"):
        texts += campaign_texts(tomllib.loads((catalogue.ROOT / "models" / "data" / name).read_text()))
    assert [(word, text) for word in not_used() for text in texts if occurs(word, text)] == []
    assert [text for text in texts if HALF_WIDTH.search(text)] == []
    assert [text for text in texts if "Innovation entities" in text] == []


def test_chinese_has_chinese_punctuation(sentences):
    assert [text for _one, text in sentences if HALF_WIDTH.search(PLACES.sub("字", text))] == []


PLACES = re.compile(r"%\(\w+\)[sd]")


def test_templates_join_no_words_with_half_width_punctuation():
    """A colon or bracket between two words is a sentence of its own, which Chinese writes in full width."""
    found = []
    for room in ("kiosk", "web"):
        for file in (catalogue.ROOT / room).glob("templates/**/*.html"):
            for line in file.read_text().splitlines():
                if re.search(r"\}\}(?:</\w+>)?(?::| \()\s*(?:<[^<>]*>)?\{\{", line):
                    found.append((file.name, line.strip()))
    assert found == []
