"""Where an event stands in the calendar, beside the event"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NO_DATE = 99_999_999 * 10_000
_SITTINGS = """
SELECT event.id, campaign.starts, campaign.ends, campaign.zone,
       occurrence.start_day, occurrence.end_day, occurrence.start_at
FROM occurrence JOIN event ON event.id = occurrence.event_id JOIN campaign ON campaign.id = event.campaign_id
"""


def upgrade() -> None:
    # Not as a batch: that would put the table anew on SQLite, and every row that names an event in its way.
    place = sa.Column("calendar_place", sa.BigInteger(), nullable=False, server_default=str(_NO_DATE))
    op.add_column("event", place)
    op.add_column("event", sa.Column("on_days", sa.BigInteger(), nullable=False, server_default="0"))
    _fill()
    op.drop_index("ix_event_campaign_id", "event")
    columns = ["campaign_id", "calendar_place", "id", "status", "withdrawn_at", "on_days"]
    op.create_index("ix_event_calendar", "event", columns)


def _fill() -> None:
    days = dict.fromkeys(("starts", "ends", "start_day", "end_day"), sa.Date())
    asked = sa.text(_SITTINGS).columns(**days, start_at=sa.DateTime(timezone=True))
    found: dict[int, list[int]] = {}
    for row in op.get_bind().execute(asked):
        here = found.setdefault(row.id, [_NO_DATE, 0])
        here[0] = min(here[0], _place(row.start_day, row.start_at, row.zone))
        here[1] |= _days(row.starts, row.ends, row.start_day, row.end_day)
    rows = [{"id_": number, "place": place, "days": days} for number, (place, days) in found.items()]
    if rows:
        write = sa.text("UPDATE event SET calendar_place = :place, on_days = :days WHERE id = :id_")
        op.get_bind().execute(write, rows)


def _place(day: date, at: datetime | None, zone: str) -> int:
    minute = 0
    if at is not None:
        local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute + 1
    return (day.year * 10_000 + day.month * 100 + day.day) * 10_000 + minute


def _days(starts: date, ends: date, start: date, end: date) -> int:
    first, last = max(0, (start - starts).days), min((end - starts).days, (ends - starts).days, 61)
    return sum(1 << number for number in range(first, last + 1))


def downgrade() -> None:
    op.drop_index("ix_event_calendar", "event")
    op.create_index("ix_event_campaign_id", "event", ["campaign_id"])
    op.drop_column("event", "on_days")
    op.drop_column("event", "calendar_place")
