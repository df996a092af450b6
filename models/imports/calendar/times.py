"""Times of a calendar file: dates, instants, zones by every name that makers give them, lengths."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from models.errors import N_, Mistake
from models.imports.calendar.file_zone import zone_of
from models.imports.findings import VEvent

_MOMENT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?P<timed>T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<utc>Z)?)?", re.I
)
_LENGTH = re.compile(
    r"\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?", re.I
)
_OFFSET = re.compile(r"TZOFFSETTO[^:]*:\s*([+-])(\d{2})(\d{2})", re.I)
_NAME = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")
# Windows in its own words, which differ by language; for other zones these words give the winter offset only.
_CHINA = ("中国标准时间", "北京时间", "中国时间")
_BEIJING = re.compile(r"\(?(?:UTC|GMT)\+0?8(?::?00)?\)?\s*(?:Beijing|北京)", re.I)
_PLAIN_OFFSET = re.compile(r"(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.I)
_DISPLAYED = re.compile(r"\((?:UTC|GMT)[+-]\d{1,2}:?\d{2}\)\s*(?P<cities>.+)")
_AMERICA = {
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Eastern Time (US & Canada)": "America/New_York",
}
_SHORT_NAMES = frozenset(
    "PRC ROC ROK Japan Hongkong Singapore Israel Turkey Iran Egypt Cuba Eire Portugal Poland".split()
)
_LOCATION = re.compile(r"X-LIC-LOCATION[^:]*:\s*(\S+)", re.I)


@dataclass(frozen=True, slots=True)
class Moment:
    """wall: what a clock of the zone shows; zone None: a whole day (wall is its midnight). floating: no zone is given.
    contradicted: it names a zone and says that it is in UTC; what the clock of the zone shows was meant."""

    wall: datetime
    zone: tzinfo | None
    floating: bool = False
    contradicted: bool = False

    @property
    def day(self) -> date:
        return self.wall.date()

    def at(self) -> datetime:
        """The instant, in UTC."""
        return self.wall.replace(tzinfo=self.zone).astimezone(UTC)


def moment(params: Mapping[str, str], value: str, vevent: VEvent, zone_name: str) -> Moment:
    """One date or time. zone_name: the campaign's, for floating times in a file without a zone. Raises Mistake."""
    match = _MOMENT.fullmatch(value.strip())
    try:
        # What lies centuries away is a mistake of its maker, and overflows when it is reckoned with.
        if match is None or not 1900 <= int(match[1]) <= 2200:
            raise ValueError(value[:20])
        wall = datetime(
            int(match[1]), int(match[2]), int(match[3]),
            int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0),
        )  # fmt: skip
    except ValueError:
        raise Mistake(N_("“%(text)s” is not a calendar date or time."), text=value[:40]) from None
    if not match["timed"]:
        return Moment(wall, None)
    name = params.get("TZID", "")
    if match["utc"] and name.upper() not in ("", "UTC", "GMT"):
        return Moment(wall, _zone_named(name, vevent), contradicted=True)
    if match["utc"]:
        return Moment(wall, UTC)
    if name:
        return Moment(wall, _zone_named(name, vevent))
    own = _known(vevent.zone) if vevent.zone else None
    return Moment(wall, own or ZoneInfo(zone_name), floating=own is None)


def length(value: str) -> timedelta | None:
    """A DURATION such as PT1H30M; None for what is none, and for a negative one."""
    match = _LENGTH.fullmatch(value.strip())
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _zone_named(name: str, vevent: VEvent) -> tzinfo:
    block = "\n".join(vevent.zones.get(name, ()))
    located = _LOCATION.search(block)
    zone = _known(name) or (_known(located[1]) if located else None)
    zone = zone or _fixed(block) or zone_of(vevent.zones.get(name, ()))
    if zone is None:
        raise Mistake(
            N_("The time zone “%(name)s” is unknown, so the time is not certain. Enter this event by hand."),
            name=name[:60],
        )
    return zone


@lru_cache(maxsize=256)
def _known(name: str) -> tzinfo | None:
    """A zone by its name: Asia/Shanghai, China Standard Time, /example.org/20240101/Asia/Shanghai, UTC."""
    name = name.strip().strip('"')
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    if name in _CHINA or _BEIJING.match(name):
        return ZoneInfo("Asia/Shanghai")
    offset = _PLAIN_OFFSET.fullmatch(name)
    if offset:
        return _shifted(offset[1], int(offset[2]), int(offset[3] or 0))
    if name in _SHORT_NAMES:
        return ZoneInfo(name)
    displayed = _DISPLAYED.fullmatch(name)
    if displayed:
        return _displayed(displayed["cities"])
    name = WINDOWS_TO_OLSON.get(name, name)
    parts = name.split("/")
    for candidate in (name, "/".join(parts[-2:]), "/".join(parts[-3:])):
        if _NAME.fullmatch(candidate):
            try:
                return ZoneInfo(candidate)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return None


def _displayed(cities: str) -> tzinfo | None:
    """A zone as Windows shows it: (UTC+09:00) Osaka, Sapporo, Tokyo. By the first of its cities that names a zone."""
    if cities in _AMERICA:
        return ZoneInfo(_AMERICA[cities])
    for city in cities.split(","):
        last = city.strip().replace(" ", "_")
        zones = sorted(
            name for name in available_timezones() if name.rpartition("/")[2] == last and "/" in name
        )
        if zones:
            return ZoneInfo(zones[0])
    return None


def _fixed(block: str) -> tzinfo | None:
    """A zone of its own making that keeps one offset all year. Others are not computed: their rules may be anything."""
    offsets = {match.groups() for match in _OFFSET.finditer(block)}
    if len(offsets) != 1:
        return None
    sign, hours, minutes = offsets.pop()
    return _shifted(sign, int(hours), int(minutes))


def _shifted(sign: str, hours: int, minutes: int) -> tzinfo | None:
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset) if offset < timedelta(hours=24) else None
