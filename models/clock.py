"""Instants, days and hours. Instants are stored in UTC; days and hours are those of a campaign's zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.errors import N_, Mistake


def now() -> datetime:
    """The present instant, aware, in UTC. Take it once per operation and pass it on."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_of(instant: datetime, zone_name: str) -> date:
    """The calendar day on which an instant falls in a zone."""
    return instant.astimezone(zone(zone_name)).date()


def hour_of(instant: datetime, zone_name: str) -> int:
    """The hour of the day, 0-23, in which an instant falls in a zone."""
    return instant.astimezone(zone(zone_name)).hour


def day_bounds(first: date, last: date, zone_name: str) -> tuple[datetime, datetime]:
    """From the first instant of the first day to the first instant after the last day, both UTC."""
    local_zone = zone(zone_name)
    start = datetime.combine(first, time.min, local_zone)
    end = datetime.combine(last + timedelta(days=1), time.min, local_zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def at_local(day: date, clock: time, zone_name: str) -> datetime:
    """The instant at which a wall clock of the zone shows this day and time, in UTC."""
    return datetime.combine(day, clock, zone(zone_name)).astimezone(UTC)


def days(first: date, last: date) -> list[date]:
    """Every day from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def parse_instant(text: object) -> datetime:
    """An RFC 3339 instant with its zone, in UTC. Raises Mistake for anything else."""
    try:
        # RFC 3339 allows t and z in lower case; fromisoformat does not.
        value = datetime.fromisoformat(text.upper()) if isinstance(text, str) else None
        if value is not None and value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Mistake(N_("Write the time with its zone, for example 2024-04-20T09:30:00+08:00."))


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD. Raises Mistake for anything else."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Mistake(N_("“%(text)s” is not a day. Write it as 2024-04-20."), text=text[:40])


def instant_text(instant: datetime, zone_name: str | None = None) -> str:
    """RFC 3339 with milliseconds, in UTC or in a zone."""
    local = instant.astimezone(zone(zone_name)) if zone_name else instant.astimezone(UTC)
    return local.isoformat(timespec="milliseconds")
