"""How Chinese is read: pinyin without tones, the most usual reading of each word and character.

The dictionaries are those of pypinyin, whose own code keeps 55 MB of them. Here are the same readings in 8 MB: the words, and
a reading only where a word is not read as its characters are one by one."""

import importlib.util
import io
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FIRST, _LAST = 0x3007, 0x9FFF  # the characters of today's texts; what lies beyond has no reading
# "13312": "qiū,xíng" and "朝阳": [["zhāo", "cháo"], ["yáng"]]
_CHARACTER = re.compile(r'"(\d+)"\s*:\s*"([^",]+)')
_WORD = re.compile(r'"([^"]+)"\s*:\s*\[((?:\s*\[[^\]]*\],?)+)')
_FIRST_READINGS = re.compile(r'\[\s*"([^"]+)"')


@dataclass(frozen=True)
class Readings:
    """characters: for each character from _FIRST to _LAST the number of its syllable, as a text. exceptions: words that are
    read otherwise than their characters."""

    words: frozenset[str]
    in_order: Sequence[str]
    longest: int
    syllables: Sequence[str]
    characters: str
    exceptions: Mapping[str, str]

    def of(self, text: str) -> list[str]:
        """A syllable for each character that has one."""
        found: list[str] = []
        for word in self._cut(text):
            exception = self.exceptions.get(word)
            found += exception.split() if exception else filter(None, map(self._of_character, word))
        return found

    def _of_character(self, character: str) -> str:
        known = _FIRST <= ord(character) <= _LAST
        return self.syllables[ord(self.characters[ord(character) - _FIRST])] if known else ""

    def _cut(self, text: str) -> Iterator[str]:
        """The longest known words from the left on, and single characters between them. As pypinyin does, no word is
        looked for in an end with which a longer word begins."""
        at = 0
        while at < len(text):
            longest = min(self.longest, len(text) - at)
            length = next((n for n in range(longest, 1, -1) if text[at : at + n] in self.words), 0)
            if not length and self._begins_a_word(text[at:]):
                yield from text[at:]
                return
            yield text[at : at + max(length, 1)]
            at += max(length, 1)

    def _begins_a_word(self, text: str) -> bool:
        if len(text) >= self.longest:
            return False
        place = bisect_left(self.in_order, text)
        return place < len(self.in_order) and self.in_order[place].startswith(text)


@lru_cache(maxsize=1)
def readings() -> Readings:
    """Made once, in 0.2 s. `openweek serve` does so before its workers are there, so that they share it."""
    toneless = lru_cache(maxsize=None)(_without_tone)
    characters = {
        int(entry[1]): toneless(entry[2])
        for entry in _CHARACTER.finditer(_dictionary("pinyin_dict.json"))
        if _FIRST <= int(entry[1]) <= _LAST
    }
    syllables = ["", *sorted(set(characters.values()))]
    number_of = {syllable: number for number, syllable in enumerate(syllables)}
    words, exceptions = io.StringIO(), {}
    # One by one: all of them at once, as of json, would leave 30 MB that are free but cannot go back to the system.
    for entry in _WORD.finditer(_dictionary("phrases_dict.json")):
        word, reading = entry[1], [toneless(tones) for tones in _FIRST_READINGS.findall(entry[2])]
        words.write(f"{word}\n")
        if reading != [characters.get(ord(character)) for character in word]:
            exceptions[word] = " ".join(reading)
    in_order = sorted(words.getvalue().split())
    return Readings(
        words=frozenset(in_order),
        in_order=in_order,
        longest=max(map(len, in_order)),
        syllables=syllables,
        characters="".join(chr(number_of[characters.get(code, "")]) for code in range(_FIRST, _LAST + 1)),
        exceptions=exceptions,
    )


def _dictionary(name: str) -> str:
    spec = importlib.util.find_spec("pypinyin")  # which does not import it
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pypinyin is not installed")
    return (Path(spec.origin).parent / name).read_text("utf-8")


def _without_tone(syllable: str) -> str:
    """lǜ -> lv."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
