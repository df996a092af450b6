"""Reminders (VALARM), added to entries of a feed whose address has ?alarm=MINUTES. Stored entries have none.

There is no default reminder: some programs ignore alarms of subscribed calendars, others ring for every event of a feed.
"""

import re

from models.errors import N_, Mistake

MAX_MINUTES = 7 * 24 * 60
_END = b"END:VEVENT\r\n"
_ALARM = (
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:活动即将开始\r\nTRIGGER:-PT{minutes}M\r\nEND:VALARM\r\n"
)


def parse(text: str | None) -> int | None:
    """Minutes before the start, 1 to MAX_MINUTES; None for no or empty text. Raises Mistake for anything else."""
    text = (text or "").strip()
    if not text:
        return None
    if re.fullmatch("[0-9]{1,5}", text) and 1 <= int(text) <= MAX_MINUTES:
        return int(text)
    raise Mistake(
        N_("A reminder can be set 1 to %(longest)s minutes before: write alarm=30 for half an hour."),
        longest=MAX_MINUTES,
    )


def add(entry: bytes, minutes: int) -> bytes:
    """A stored entry with a reminder. An all-day or a cancelled entry is returned unchanged.

    The byte patterns match properties only: a line break inside a text value is folded and followed by a space."""
    if b"\r\nDTSTART;VALUE=DATE:" in entry or b"\r\nSTATUS:CANCELLED\r\n" in entry:
        return entry
    return entry.removesuffix(_END) + _ALARM.format(minutes=minutes).encode() + _END
