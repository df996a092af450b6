"""Which events may be the same one: compared by day, region, title and place. Pure; models.publishing.duplicates reads the rows.

Two events are a pair when an occurrence of each begins on the same day, they are in the same prefecture (or neither names
a region), their titles are alike without the campaign's own words, and their places do not contradict each other.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations

from models.campaigns.tables import Campaign
from models.places.regions import prefecture
from models.text.bare_text import bare_text

MIN_TITLE_RATIO = 0.75  # difflib's ratio of two titles
MIN_PLACE_RATIO = 0.7
_MIN_TITLE = 2  # characters: a shorter rest of a title identifies nothing
_YEAR = re.compile(r"(?:19|20)\d\d年?(?:度)?")
# 第2场, 3号馆, 第三讲: its number among several of one name.
_NUMBER = re.compile(
    r"(?:第(?=\d|[一二三四五六七八九十])|(?=(?:\d+|[一二三四五六七八九十]+)[场期号讲课站班组批轮]))(\d+|[一二三四五六七八九十]+)"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event on one of its days, as it is compared.

    full_title: without punctuation. title: also without the campaign's own words; characters: those of title.
    numbers: those of title that count events of one name (第2场).
    places: names of venues without punctuation."""

    id: int
    day: date
    region: str | None
    title: str
    full_title: str
    characters: frozenset[str]
    places: frozenset[str]
    numbers: tuple[str, ...] = ()


def similar_pairs(candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """The pairs to show to a person, the lower id first.

    Only candidates of the same day and prefecture are compared, so that the work does not grow with the square of the
    country's events."""
    blocks: dict[tuple[date, str | None], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        blocks[candidate.day, candidate.region and prefecture(candidate.region)].append(candidate)
    for block in blocks.values():
        block.sort(key=lambda candidate: candidate.id)
        for low, high in combinations(block, 2):
            if low.id != high.id and _are_similar(low, high):
                yield low, high


def _are_similar(low: Candidate, high: Candidate) -> bool:
    if low.numbers and high.numbers and low.numbers != high.numbers:
        return False
    shared = len(low.characters & high.characters)  # cheap; most comparisons end here
    if shared * 2 < MIN_TITLE_RATIO * 0.8 * (len(low.characters) + len(high.characters)):
        return False
    if len(low.title) < _MIN_TITLE or len(high.title) < _MIN_TITLE:
        return low.full_title == high.full_title and bool(low.places and _places_match(low, high))
    return _ratio(low.title, high.title) >= MIN_TITLE_RATIO and _places_match(low, high)


def _places_match(low: Candidate, high: Candidate) -> bool:
    """Whether a place of one is like a place of the other; where one has none, whether both are in the same county."""
    if low.places and high.places:
        return any(_is_same_place(left, right) for left in low.places for right in high.places)
    return low.region == high.region


def _is_same_place(left: str, right: str) -> bool:
    return left in right or right in left or _ratio(left, right) >= MIN_PLACE_RATIO


def _ratio(left: str, right: str) -> float:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    # quick_ratio() is an upper bound of ratio().
    return matcher.ratio() if matcher.quick_ratio() >= min(MIN_TITLE_RATIO, MIN_PLACE_RATIO) else 0.0


def own_words(title: str, campaign: Campaign) -> str:
    """A title without punctuation, years and what it shares with the campaign's name: 知识产权宣传周进校园 -> 进校园."""
    rest = _YEAR.sub("", bare_text(title))
    for part in _parts_of(bare_text(campaign.name_zh)):
        rest = rest.replace(part, "")
    return rest


def numbers_of(title: str) -> tuple[str, ...]:
    """The numbers in a title that count events of one name, in Arabic digits: 第二场, 2号."""
    return tuple(_arabic(number) for number in _NUMBER.findall(title))


def _arabic(number: str) -> str:
    if number.isdecimal():
        return str(int(number))
    tens, ten, ones = number.rpartition("十")
    digits = "一二三四五六七八九"
    if not ten:
        return "".join(str(digits.index(one) + 1) for one in ones)
    return f"{digits.find(tens) + 1 if tens else 1}{digits.find(ones) + 1 if ones else 0}"


@lru_cache(maxsize=32)
def _parts_of(name: str) -> tuple[str, ...]:
    """Every part of a name of three characters or more, the longest first."""
    sizes = range(len(name), 2, -1)
    return tuple(name[start : start + size] for size in sizes for start in range(len(name) - size + 1))
