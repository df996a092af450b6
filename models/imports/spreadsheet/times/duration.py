"""How long something lasts, in a column of its own: 2小时, 90分钟, 一个半小时. Pure."""

import re
from datetime import timedelta

from models.imports.spreadsheet import cells

_HALF_HOURS = {"半小时": 30, "半个小时": 30, "半个钟头": 30}
_HOURS = re.compile(
    r"(?:约|大约|共)?(\d{1,2}(?:\.\d)?)(个半)?(?:个)?(?:小时|钟头|h|hours?|hrs?)(?:(\d{1,2})(?:分钟?|m|min))?",
    re.I,
)
_MINUTES = re.compile(r"(?:约|大约|共)?(\d{1,3})(?:分钟?|min(?:ute)?s?|m|')", re.I)
_CLOCK = re.compile(r"0?(\d):([0-5]\d)(?::00)?")
_NUMERAL = re.compile("[一二两三四五六七八九十]{1,3}(?=个|小时|钟头|分)")


def duration(text: str) -> timedelta | None:
    """Half a day and whole days give none."""
    words = _NUMERAL.sub(lambda match: str(cells.number(match[0])), cells.plain(text))
    if words in _HALF_HOURS:
        return timedelta(minutes=_HALF_HOURS[words])
    if match := _HOURS.fullmatch(words):
        minutes = float(match[1]) * 60 + (30 if match[2] else 0) + int(match[3] or 0)
    elif match := _MINUTES.fullmatch(words):
        minutes = int(match[1])
    elif match := _CLOCK.fullmatch(words):
        minutes = int(match[1]) * 60 + int(match[2])
    else:
        return None
    return timedelta(minutes=minutes) if 0 < minutes < 24 * 60 else None
