"""Which names of organizations may be of the same one."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from models.places import regions
from models.text.bare_text import bare_text

MIN_SECOND_NAME = 4  # characters in brackets that are another name of the organization
MIN_RATIO = 0.85  # difflib's ratio of two names in one region
_BRACKETS = re.compile(r"[(（〔【\[].*?[)）〕】\]]")
_INSIDE = re.compile(r"[(（〔【\[](.*?)[)）〕】\]]")
_NUMBER = re.compile(r"[0-9一二三四五六七八九十百东西南北]|小学|中学|大学")
# As offices shorten them, the longer forms first.
_SHORT_FORMS = (
    ("市场监督管理", "市监"), ("市场监管", "市监"), ("知识产权", "知产"), ("人民法院", "法院"), ("人民检察院", "检察院"),
    ("人民政府", "政府"), ("办公室", "办"), ("委员会", "委"), ("有限责任公司", "公司"), ("有限公司", "公司"),
)  # fmt: skip


def may_be_same(left: str, right: str, region_code: str | None) -> bool:
    """Whether two names in one region may be of one organization: short forms, the region's name left out, one of two
    names in brackets, or nearly the same letters. Names that differ in a number, a direction or the kind of school
    are two: 第一中学, 第二中学."""
    first, second = core_names(left, region_code), core_names(right, region_code)
    if first & second:
        return True
    return any(_nearly_equal(one, other) for one in first for other in second)


@lru_cache(maxsize=20_000)
def core_names(name: str, region_code: str | None) -> frozenset[str]:
    """What identifies an organization in its region: its name, and those in and before brackets, in short forms and
    without the region's name. A short word in brackets is a remark: （筹）, （本部）."""
    second_names = [part for part in _INSIDE.findall(name) if len(bare_text(part)) >= MIN_SECOND_NAME]
    parts = [name, _BRACKETS.sub("", name), *second_names]
    return frozenset(core for part in parts if len(core := _core(part, region_code)) >= 2)


def _core(name: str, region_code: str | None) -> str:
    text = bare_text(name)
    for place in _places(region_code):
        if text.startswith(place) and len(text) > len(place) + 1:
            text = text[len(place) :]
            break
    for long, short in _SHORT_FORMS:
        text = text.replace(long, short)
    return text


@lru_cache(maxsize=4_000)
def _places(region_code: str | None) -> tuple[str, ...]:
    """The names with which an organization of this region may begin, the longest first."""
    return tuple(sorted(set(_paths(region_code)), key=len, reverse=True)) if region_code else ()


def _paths(region_code: str) -> Iterator[str]:
    known = regions.regions_by_code()
    codes = [code for code in (*regions.ancestors(region_code), region_code) if code in known]
    for start in range(len(codes)):
        full = [known[code].name for code in codes[start:]]
        short = [known[code].short or known[code].name for code in codes[start:]]
        yield from ("".join(full), "".join(short), "".join((*short[:-1], full[-1])))


def _nearly_equal(left: str, right: str) -> bool:
    if _NUMBER.findall(left) != _NUMBER.findall(right):
        return False
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return (
        matcher.real_quick_ratio() >= MIN_RATIO
        and matcher.quick_ratio() >= MIN_RATIO
        and matcher.ratio() >= MIN_RATIO
    )
