"""What four parsers that are not ours read in one calendar: all of them as {uid: (title, start, end, status)}."""

import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import ics
import vobject

from tests.support.browser.nodejs import node

READER = Path(__file__).with_suffix(".js")
Read = dict[str, tuple]


def read_by_all(body: bytes) -> dict[str, Read]:
    """Parser → what it read. Starts and ends: days of whole-day entries, with the day after the last; else UTC."""
    told = subprocess.run([node(), READER], input=body, capture_output=True, check=True).stdout
    found = {
        name: {uid: _plain(*row) for uid, row in rows.items()} for name, rows in json.loads(told).items()
    }
    return {"vobject": _by_vobject(body), "ics": _by_ics(body), **found}


def _plain(title: str, start: str, end: str, status: str, whole: bool) -> tuple:
    read = date.fromisoformat if whole else _instant
    return title, read(start), read(end), status


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _by_vobject(body: bytes) -> Read:
    found = vobject.readOne(body.decode()).contents.get("vevent", [])
    return {
        event.uid.value: (
            event.summary.value,
            _utc(event.dtstart.value),
            _utc(event.dtend.value),
            event.status.value,
        )
        for event in found
    }


def _by_ics(body: bytes) -> Read:
    found = {}
    for event in ics.Calendar(body.decode()).events:
        begin, end = event.begin.datetime, event.end.datetime
        times = (begin.date(), end.date()) if event.all_day else (_utc(begin), _utc(end))
        found[event.uid] = (event.name, *times, event.status)
    return found


def _utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
