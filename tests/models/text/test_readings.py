"""Readings are those of pypinyin, which reads each text below in its own way."""

import random

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from models.text.readings import readings

FIRST, LAST = 0x3400, 0x9FFF


def same(text: str) -> bool:
    return readings().of(text) == [part for part in lazy_pinyin(text, errors="ignore") if part]


def test_every_character_and_every_word_that_is_read_otherwise():
    characters = ["〇", *map(chr, range(FIRST, LAST + 1))]
    assert [text for text in (*characters, *readings().exceptions) if not same(text)] == []
    assert readings().words == PHRASES_DICT.keys()


def test_words_are_cut_from_a_text_as_there():
    chance, words = random.Random(7), list(PHRASES_DICT)
    texts = []
    for _text in range(3000):
        parts = chance.choices(words, k=3)
        texts.append("".join(part[: chance.randint(1, len(part))] for part in parts))
    assert [text for text in texts if not same(text)] == []


def test_what_is_not_chinese_has_no_reading():
    assert readings().of("长沙a1、😀") == ["chang", "sha"]
    assert readings().of("") == []
