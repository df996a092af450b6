"""Calendar files for tests, and what the importer reads in them."""

from datetime import date, datetime, timedelta

from models.imports.calendar import to_draft as entries
from models.imports.read_file import read_file
from models.imports.vocabulary import Vocabulary
from tests.support.records.week import NINE

READING = Vocabulary(
    date(2024, 4, 20), date(2024, 4, 26), "Asia/Shanghai", {"社会公众": "public"}, {"主题宣讲": "lecture"}, ()
)
BEFORE = NINE - timedelta(days=10)


def calendar(*events: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head.split("\n")]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().split("\n"), "END:VEVENT"]
    return "\r\n".join([*filter(None, lines), "END:VCALENDAR", ""]).encode()


def one(data: bytes):
    (row,) = read_file(data, "a.ics")
    return entries.understand(row, READING)


def occurrences(data: bytes) -> list[tuple[str, str | None]]:
    """Start and end of each session: days, or UTC instants to the minute."""
    found = []
    for draft in one(data).draft.occurrences:
        if draft.start_at is None:
            found.append((f"{draft.start_day}", f"{draft.end_day}"))
        else:
            found.append((minute(draft.start_at), draft.end_at and minute(draft.end_at)))
    return found


def minute(at: datetime) -> str:
    return at.strftime("%m-%d %H:%M")


def said(read) -> list[str]:
    return [finding.message % finding.values for finding in read.findings]
