"""Times as people write them: 4月26日上午9:00, 4月26日9:00-11:30, 每天9:00-17:00（周一闭馆）. Pure; all of a text is
understood or none of it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta

from models.imports.spreadsheet.cells import plain

MOST_DAYS = 120
# What tells days and hours is short; the patterns below look back and forth in what they are given.
_LONGEST = 500
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_HALF = "早上|早晨|上午|中午|下午|傍晚|晚上|晚间|晚"
_HALF_KEYS = {
    "早上": "morning", "早晨": "morning", "上午": "morning", "下午": "afternoon", "傍晚": "evening", "晚上": "evening",
    "晚间": "evening", "晚": "evening",
}  # fmt: skip
_DAY = r"(?:(?P<#y>\d{4})[年/.-])?(?P<#m>\d{1,2})[月/-](?P<#d>\d{1,2})(?:[日号]|(?!\d))"
_CLOCK = (
    rf"(?P<#half>{_HALF})?(?P<#h>\d{{1,2}})"
    r"(?::(?P<#min>\d{2})(?::00)?|[时点](?:(?P<#cmin>\d{1,2})分?|(?P<#whole>半|整))?)"
)
_WEEKDAY = r"(?:\(?(?:星期|周)(?P<weekday>[一二三四五六日天])\)?)?"
_TO = "(?:-|--|—|——|–|~|至|到|起至)"
_CLOSED = (
    r"[(,，]?(?:逢|每)?(?P<closed>(?:星期|周)[一二三四五六日天](?:[、和及,](?:星期|周)?[一二三四五六日天])*)"
    r"(?:闭馆|休馆|休息|除外|不开放|闭门)\)?"
)
_AT_A, _AT_B = _DAY.replace("#", "a"), _DAY.replace("#", "b")
_FROM, _UNTIL = _CLOCK.replace("#", "s"), _CLOCK.replace("#", "e")
_PIECE = re.compile(
    rf"(?:{_AT_A}{_WEEKDAY}(?:{_TO}(?:{_AT_B}|(?P<bonly>\d{{1,2}})[日号]))?,?)?"
    r"(?P<daily>每天|每日|天天)?"
    rf"(?:{_FROM}(?:{_TO}{_UNTIL})?|(?P<part>{_HALF}))?"
    rf"(?:{_CLOSED})?"
)
_BLANK = re.compile(r"(?<=\d)\s+(?=\d{1,2}[:时点])")
_BETWEEN = re.compile("[;；、,](?![^(]*[)])")


@dataclass(frozen=True, slots=True)
class Slot:
    """One sitting. Days included. start None: no clock time was told; half_day: the part of the day that was."""

    first: date
    last: date
    start: time | None = None
    end: time | None = None
    half_day: str | None = None


def read(text: str, year: int | None, span: tuple[date, date] | None = None) -> tuple[Slot, ...]:
    """The sittings that a text tells; () where any of it is not certain.

    year: for days without one. span: the days that the row names elsewhere, for a text that has only hours; with 每天
    each of its days is a sitting."""
    if len(text) > _LONGEST:
        return ()
    # Without its blank, 4/2 16:00 would read as the 21st at six.
    joined = plain(_BLANK.sub("日", unicodedata.normalize("NFKC", text)))
    pieces = [piece for piece in _BETWEEN.split(joined.strip("。.,;").replace(",每", "每")) if piece]
    found: list[Slot] = []
    here = span
    for piece in pieces[:50]:
        match = _PIECE.fullmatch(piece)
        days = _days(match, year, here) if match else None
        slots = _slots(match, days) if match and days else ()
        if not slots or (len(pieces) > 1 and slots[0].start is None):
            return ()
        here = days
        found += slots
    return tuple(dict.fromkeys(found)) if len(pieces) <= 50 else ()


def _days(match: re.Match, year: int | None, span: tuple[date, date] | None) -> tuple[date, date] | None:
    if not match["am"]:
        return span
    told = int(match["ay"]) if match["ay"] else year
    if told is None:
        return None
    try:
        first = last = date(told, int(match["am"]), int(match["ad"]))
        if match["bm"]:
            last = date(int(match["by"] or told), int(match["bm"]), int(match["bd"]))
        elif match["bonly"]:
            last = first.replace(day=int(match["bonly"]))
    except ValueError:
        return None
    if match["weekday"] and _WEEKDAYS[match["weekday"]] != first.weekday():
        return None  # the day or its weekday is wrong: which, a person knows
    return (first, last) if first <= last <= first + timedelta(days=MOST_DAYS) else None


def _slots(match: re.Match, days: tuple[date, date]) -> tuple[Slot, ...]:
    first, last = days
    if last - first > timedelta(days=MOST_DAYS):
        return ()
    start, end = _clock(match, "s", None), _clock(match, "e", match["shalf"])
    if (match["sh"] and start is None) or (match["eh"] and end is None) or (start and end and end <= start):
        return ()
    closed = {_WEEKDAYS[letter] for letter in (match["closed"] or "") if letter in _WEEKDAYS}
    if match["daily"] or closed:
        if start is None:
            return ()
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return tuple(Slot(day, day, start, end) for day in every if day.weekday() not in closed)
    if start and first != last:
        return ()  # "20日至26日9:00": each day, or once from then to then?
    half = _HALF_KEYS.get(match["part"]) if match["part"] and first == last else None
    return (Slot(first, last, start, end, half),)


def _clock(match: re.Match, which: str, before: str | None) -> time | None:
    """下午3:00 is 15:00, and so is the end of 下午2:00-3:00."""
    if not match[f"{which}h"]:
        return None
    hour = int(match[f"{which}h"])
    minute = 30 if match[f"{which}whole"] == "半" else int(match[f"{which}min"] or match[f"{which}cmin"] or 0)
    half = match[f"{which}half"] or before
    if (half in ("下午", "傍晚", "晚上", "晚间", "晚") and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    elif match[f"{which}half"] in ("早上", "早晨", "上午") and hour > 12:
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None
