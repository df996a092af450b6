"""Reminders for those who ask for them: put into stored entries, which stay as they are.

Nobody gets one unasked: programs ignore them, ask whether to take them off, or ring for a whole country's events.
"""

import re

from models.errors import N_, Mistake

LONGEST = 7 * 24 * 60  # minutes
_END = b"END:VEVENT\r\n"
_ALARM = (
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:活动即将开始\r\nTRIGGER:-PT{minutes}M\r\nEND:VALARM\r\n"
)


def parse(text: str | None) -> int | None:
    """Minutes before the start, 1 to LONGEST; None where nothing was asked. Raises Mistake for anything else."""
    text = (text or "").strip()
    if not text:
        return None
    if re.fullmatch("[0-9]{1,5}", text) and 1 <= int(text) <= LONGEST:
        return int(text)
    raise Mistake(
        N_("A reminder can be set 1 to %(longest)s minutes before: write alarm=30 for half an hour."),
        longest=LONGEST,
    )


def add(entry: bytes, minutes: int) -> bytes:
    """A stored entry with its reminder; unchanged where there is no clock time to count from, or nothing to go to.

    A line break without a blank after it begins a property, so no text of an event can look like one."""
    if b"\r\nDTSTART;VALUE=DATE:" in entry or b"\r\nSTATUS:CANCELLED\r\n" in entry:
        return entry
    return entry.removesuffix(_END) + _ALARM.format(minutes=minutes).encode() + _END
