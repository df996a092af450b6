"""What a campaign makes of the words in files: its days, groups, formats, focus points and lines."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from models.campaigns import file
from models.campaigns.tables import Campaign, TermKind
from models.imports.spreadsheet import cells

_AND = re.compile(r"以及|[及和与暨/&]|\band\b")


# 培训班, 宣讲会, 咨询服务
_OF_FORMAT = re.compile("(?<=..)(?:活动|服务|[会班])$")
# 橘农, 茶农代表; 干部群众 are two groups.
_FARMERS = re.compile("(?<=[\u4e00-\u9fff])农(?=$|代表)")
_TWO_GROUPS = re.compile("(?<=干部)(?=群众)|(?<=党员)(?=群众)|(?<=职工)(?=群众)")
# 访客, 顾客; no 创客
_GUESTS = re.compile("(?<=[访顾来乘旅住香食])客")
# 茶企, 民企代表
_FIRMS = re.compile("(?<=[\u4e00-\u9fff])企(?=$|代表|负责人|人员|职工|管理|高管|法务|研发|技术|业主)")


class Words(Mapping[str, str]):
    """Words of a week and the keys that they stand for, in capitals or not: Talk, talk."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._keys = {word.casefold(): key for word, key in pairs}

    def __getitem__(self, word: str) -> str:
        return self._keys[word.casefold()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def keys_in(self, text: str) -> set[str]:
        """Those of the words that a text contains."""
        plain = text.casefold()
        return {key for word, key in self._keys.items() if word in plain}


@dataclass(frozen=True)
class Vocabulary:
    """groups, formats, focuses: a word -> a key. group_pieces: a piece of a word -> a key."""

    starts: date
    ends: date
    zone: str
    groups: Words
    formats: Words
    lines: tuple[file.Term, ...]
    focuses: Words = field(default_factory=Words)
    group_pieces: Words = field(default_factory=Words)

    def group_of(self, word: str) -> str | None:
        """The audience group that a word names, or names in other words (中小学生); None for none, and for two."""
        if word in self.groups:
            return self.groups[word]
        keys = self.group_pieces.keys_in(
            _FARMERS.sub("农民", _GUESTS.sub("游客", _FIRMS.sub("企业", cells.simplified(word))))
        )
        return keys.pop() if len(keys) == 1 else None

    def format_of(self, word: str) -> str | None:
        """The form of activity that a word names, ends with or begins with: 专题讲座, 法律咨询服务, 参观体验; None for none."""
        for text in (word, _OF_FORMAT.sub("", word)):
            for begin in range(len(text) - 1):
                if text[begin:] in self.formats:
                    return self.formats[text[begin:]]
        return next((self.formats[word[:-n]] for n in (1, 2) if word[:-n] in self.formats), None)

    def group_words(self, text: str) -> list[str]:
        """The words of an audience, divided where their pieces are groups: 社区居民及辖区企业, but not 社会 and 公众 of a
        narrow column."""
        line = cells.in_one_line(text)
        if line in self.groups:
            return [line]
        words: list[str] = []
        for entry in cells.words(_TWO_GROUPS.sub(";", text.replace("|", ";")), self.groups):
            for word in [entry] if self.group_of(entry) else cells.divided(entry):
                pieces = [piece for piece in _AND.split(word) if piece]
                known = self.group_of(word) is None and all(map(self.group_of, pieces))
                words += pieces if known else [word]
        return words

    @property
    def months(self) -> tuple[int, ...]:
        """Those of its days and of the day before and after."""
        days = (self.starts - timedelta(days=1), self.ends + timedelta(days=1))
        return tuple(range(days[0].month, days[1].month + 1)) or tuple(range(1, 13))

    @property
    def years(self) -> range:
        return range(self.starts.year, self.ends.year + 1)


def vocabulary_of(campaign: Campaign) -> Vocabulary:
    def words(kind: TermKind) -> list[tuple[str, str]]:
        terms = campaign.terms_of(kind)
        return [(word, term.key) for term in terms for word in (term.key, term.name_en, term.name_zh)]

    lines = tuple(
        file.Term(term.number, term.key, term.name_zh, term.name_en, recognise=tuple(term.recognise))
        for term in campaign.terms_of(TermKind.LINE)
    )
    reported = [(row.text, row.format) for row in campaign.reported_formats]
    numbers = [(str(term.number), term.key) for term in campaign.terms_of(TermKind.FOCUS)]
    return Vocabulary(
        starts=campaign.starts,
        ends=campaign.ends,
        zone=campaign.zone,
        groups=Words(words(TermKind.AUDIENCE)),
        formats=Words([*words(TermKind.FORMAT), *reported]),
        lines=lines,
        focuses=Words([*words(TermKind.FOCUS), *numbers]),
        group_pieces=Words(
            (piece, term.key) for term in campaign.terms_of(TermKind.AUDIENCE) for piece in term.recognise
        ),
    )
