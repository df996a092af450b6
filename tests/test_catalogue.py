"""Both languages are complete: every marked sentence has a Chinese one with the same places in it, and none is left over."""

import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tools import catalogue

PLACES = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Catalog:
    template = tmp_path_factory.mktemp("words") / "messages.pot"
    catalogue.extract(template)
    with template.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with catalogue.CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def sentences(found: Catalog) -> dict[str, object]:
    return {(m.id if isinstance(m.id, str) else m.id[0]): m.string for m in found if m.id}


def test_every_sentence_has_its_chinese(marked, chinese):
    assert len(marked) > 200
    translated = {
        key for key, text in sentences(chinese).items() if (text if isinstance(text, str) else all(text))
    }
    assert sorted(set(sentences(marked)) - translated) == []


def test_nothing_is_left_over(marked, chinese):
    assert sorted(set(sentences(chinese)) - set(sentences(marked))) == []


def test_the_same_places_on_both_sides(chinese):
    for message in chinese:
        english = message.id if isinstance(message.id, str) else message.id[-1]
        for text in [message.string] if isinstance(message.string, str) else message.string:
            if message.id:
                assert sorted(set(PLACES.findall(text))) == sorted(set(PLACES.findall(english))), english


def test_chinese_is_chinese(chinese):
    """A sentence of words is not left in English."""
    plain = [m for m in chinese if m.id and isinstance(m.id, str) and re.search(r"[a-z]{3,} [a-z]{2,}", m.id)]
    assert [m.id for m in plain if not CHINESE.search(m.string)] == []


def test_it_compiles(chinese):
    """A catalogue without its head counts as fuzzy, and is left out whole."""
    assert (chinese.fuzzy, chinese.num_plurals, chinese.charset) == (False, 1, "utf-8")


def test_nothing_fuzzy(chinese):
    assert [m.id for m in chinese if m.id and m.fuzzy] == []


def test_no_kind_of_template_is_left_out():
    """What is not read here is told to Chinese readers in English."""
    read = (catalogue.ROOT / "babel.cfg").read_text()
    kinds = {
        file.suffix for room in ("kiosk", "web") for file in (catalogue.ROOT / room).glob("templates/**/*.*")
    }
    assert {kind for kind in kinds if f"[jinja2: **/templates/**{kind}]" not in read} == set()
