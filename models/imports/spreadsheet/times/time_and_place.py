"""One cell that holds when and where: 4月20日上午9:00，人民广场. Pure."""

import re
import unicodedata
from collections.abc import Collection

from models.imports.spreadsheet.times import normal_form, time_words

_MONTHS = tuple(range(1, 13))
# A sign, or the end of the time: 4月20日上午9:00人民广场.
_SIGN = re.compile(
    r"[,，;；、。\s]+|[(（)）]|(?<=[日号点时分半午晚间\d)）])(?=[^\W\d])(?![至到月日点时分半和及上下晚中早凌])"
)
_LABEL = re.compile(r"^(?:活动)?(?:地点|时间|在|于)[:：]?\s*")
_BRACKETS = re.compile("[(（]([^()（）]*)[)）]")
_LONGEST = 300


def time_and_place(text: str) -> tuple[str, str]:
    """The words of the time at the beginning or the end of a text, and the rest; ("", text) where no time is read."""
    if len(text) > _LONGEST:
        return "", text
    text = text.strip()
    if _is_time(text):
        return text, ""
    cuts = [(match.start(), match.end()) for match in _SIGN.finditer(text)]
    for start, end in reversed(cuts):
        if _is_time(text[:start]):
            return text[:start].strip(), _rest(text[end:])
    for start, end in cuts:
        if _is_time(text[end:]):
            return text[end:].strip(" )）"), _rest(text[:start])
    return "", text


def without_places(text: str, names: Collection[str]) -> tuple[str, list[str]]:
    """A time without the places in brackets behind its days, and these in their order: 4月23日（青云大学）、24日（青云学院）."""
    found = [match[1].strip() for match in _BRACKETS.finditer(text) if match[1].strip() in names]
    return _BRACKETS.sub(lambda match: "" if match[1].strip() in names else match[0], text), found


def _rest(text: str) -> str:
    return _LABEL.sub("", text.strip(" ,，;；、。")).removesuffix(")" if "(" not in text else "").strip()


def _is_time(text: str) -> bool:
    """Whether a text has a day and all of it is understood, in a year in which its weekdays are right."""
    text = unicodedata.normalize("NFKC", text).strip(" ,;、。")
    text = _LABEL.sub("", text if text.count("(") == text.count(")") else text.strip("()"))
    if not text or not re.search(r"\d", text) or not time_words.has_day(text):
        return False
    words = re.sub(rf"[(（]?{time_words.WEEKDAY}[)）]?", "", normal_form.plain(text))
    return bool(time_words.read(words, 2024, months=_MONTHS))
