"""Words that templates of every room share: names of terms, regions, groups, days and times in the reader's language."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, Term, TermKind
from models.events.tables import HalfDay, Mode, Occurrence
from models.places import regions
from models.places.english import english_name
from models.places.tables import Region

# A pattern of CLDR for each thing said about a day; the language decides order and words.
_DAY = {"zh": "M月d日 EEE", "en": "EEE d MMMM"}
_SHORT_DAY = {"zh": "M月d日", "en": "d MMM"}
_DAY_OF_YEAR = {"zh": "y年M月d日 EEE", "en": "EEE d MMMM y"}
_WEEKDAY = {"zh": "EEE", "en": "EEE"}


def language() -> str:
    """The reader's language: zh or en."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def t(term: Term | None) -> str:
    """The name of a term in the reader's language; nothing for none."""
    return term.name(language()) if term is not None else ""


def term_gist(term: Term | None) -> str:
    return term.gist(language()) if term is not None else ""


def campaign_name(campaign: Campaign) -> str:
    return campaign.name_zh if language() == "zh" else campaign.name_en


def campaign_theme(campaign: Campaign) -> str:
    return campaign.theme_zh if language() == "zh" else campaign.theme_en


def marked_name(campaign: Campaign) -> str:
    """What the marked day is called (世界知识产权日)."""
    return campaign.marked_zh if language() == "zh" else campaign.marked_en


def group_name(campaign: Campaign, key: str) -> str:
    """The name of an audience group; the unknown group has one too."""
    return t(next((term for term in campaign.groups if term.key == key), None)) or _("Not stated")


def group_icon(campaign: Campaign, key: str) -> str:
    """The symbol of icons.svg for a group."""
    return next((term.icon for term in campaign.groups if term.key == key and term.icon), UNKNOWN_GROUP)


def group_class(campaign: Campaign, key: str) -> str:
    """The classes that give a group its colour: by key for the known ones, by number for other campaigns."""
    return f"group-n{campaign.group_number(key)} group-{key}"


def format_name(campaign: Campaign, key: str | None) -> str:
    """The name of a form of activity; "other" for what a report called by a word of its own."""
    if not key:
        return ""
    term = campaign.term(TermKind.FORMAT, key)
    return t(term) or _("Other form")


def mode_name(mode: str | None) -> str:
    names: dict[str, str] = {
        Mode.ONSITE: _("On site"),
        Mode.ONLINE: _("Online"),
        Mode.MIXED: _("On site and online"),
    }
    return names.get(mode or "", "")


def region_label(region: Region | str | None) -> str:
    """The region with what lies above it: 江苏省 连云港市 灌云县, Guanyun County, Lianyungang, Jiangsu. Groupings such as
    市辖区 are left out."""
    code = region.code if isinstance(region, Region) else region
    return _region_path(code, language()) if code else ""


@lru_cache(maxsize=8192)
def _region_path(code: str, _language: str) -> str:
    rows = _regions()
    path = [rows[part] for part in (*regions.ancestors(code), code) if part in rows]
    names = [region_name(row) for row in path if row.code == code or not is_grouping(row)]
    return " ".join(names) if language() == "zh" else ", ".join(reversed(names))


def region_name(region: Region | regions.StandardRegion) -> str:
    """The region's own name."""
    if language() == "zh":
        return region.name
    return english_name(region if isinstance(region, regions.StandardRegion) else _regions()[region.code])


@lru_cache(maxsize=1)
def _regions() -> dict[str, regions.StandardRegion]:
    return {row.code: row for row in regions.all_regions()}


def is_grouping(row: regions.StandardRegion) -> bool:
    """Whether a row only groups the counties below it: 市辖区, 县, 省直辖县级行政区划."""
    return row.name in ("市辖区", "县") or "直辖县级" in row.name


def day_label(day: date, *, year: bool = False) -> str:
    """4月20日 周六 / Sat 20 April; with its year where the reader cannot know it."""
    pattern = _DAY_OF_YEAR if year else _DAY
    return _formatted(day, pattern[language()], language())


@lru_cache(maxsize=2048)  # a list says the same few days a hundred times
def _formatted(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def short_day(day: date) -> str:
    """4月20日 / 20 Apr."""
    return _formatted(day, _SHORT_DAY[language()], language())


def weekday(day: date) -> str:
    """周六 / Sat."""
    return _formatted(day, _WEEKDAY[language()], language())


def half_day_name(half_day: str | None) -> str:
    names: dict[str, str] = {
        HalfDay.MORNING: _("morning"),
        HalfDay.AFTERNOON: _("afternoon"),
        HalfDay.EVENING: _("evening"),
    }
    return names.get(half_day or "", "")


def clock_time(instant: datetime, zone: str) -> str:
    """The wall clock of the campaign's zone: 09:30."""
    return f"{instant.astimezone(clock.zone(zone)):%H:%M}"


def instant_label(instant: datetime, zone: str) -> str:
    """A moment with its day and year, in the campaign's zone."""
    return f"{day_label(clock.day_of(instant, zone), year=True)} {clock_time(instant, zone)}"


def when(occurrence: Occurrence) -> str:
    """When an occurrence is: days and, where reported, clock times or half-day."""
    first, last = occurrence.start_day, occurrence.end_day
    if occurrence.start_at and occurrence.end_at:
        zone = occurrence.event.campaign.zone
        if _is_one_day(occurrence.start_at, occurrence.end_at, zone):
            return f"{day_label(first)} {hours(occurrence)}"
        begins, ends = clock_time(occurrence.start_at, zone), clock_time(occurrence.end_at, zone)
        return f"{day_label(first)} {begins} – {day_label(last)} {ends}"
    if last != first:
        days = _("%(first)s to %(last)s", first=day_label(first), last=day_label(last))
    elif occurrence.open_ended:
        days = _("from %(day)s", day=day_label(first))
    else:
        days = day_label(first)
    return f"{days} {hours(occurrence)}".rstrip()


def hours(occurrence: Occurrence) -> str:
    """The clock times of an occurrence, or its half-day; "" where neither is known."""
    if occurrence.start_at is None:
        return half_day_name(occurrence.half_day)
    return clock_times(occurrence.start_at, occurrence.end_at, occurrence.event.campaign.zone)


def clock_times(start: datetime, end: datetime | None, zone: str) -> str:
    """From when to when: 09:30–11:00."""
    if end is None:
        return clock_time(start, zone)
    ends = clock_time(end, zone)
    if clock.day_of(end, zone) > clock.day_of(start, zone) and _is_one_day(start, end, zone):
        ends = "24:00" if ends == "00:00" else _("%(time)s the next day", time=ends)
    return f"{clock_time(start, zone)}–{ends}"


def is_of_one_day(occurrence: Occurrence) -> bool:
    """Whether a session belongs to one day only."""
    start, end = occurrence.start_at, occurrence.end_at
    if start and end:
        return _is_one_day(start, end, occurrence.event.campaign.zone)
    return occurrence.start_day == occurrence.end_day and not occurrence.open_ended


def _is_one_day(start: datetime, end: datetime, zone: str) -> bool:
    """Whether a session belongs to the day on which it begins: also one over midnight, of a day at most."""
    nights = (clock.day_of(end, zone) - clock.day_of(start, zone)).days
    return nights == 0 or (nights == 1 and end - start <= timedelta(days=1))


def no_date(campaign: Campaign) -> str:
    """What stands in place of a date: a week that is over was reported without one, a coming one will have it."""
    return _("Date not reported") if _is_over(campaign) else _("Date to be confirmed")


def no_time(campaign: Campaign) -> str:
    """What stands in place of the clock times of a session that has neither these nor a half-day."""
    return _("Time not reported") if _is_over(campaign) else _("all day")


def _is_over(campaign: Campaign) -> bool:
    return clock.day_of(clock.now(), campaign.zone) > campaign.ends


def wait_words(wait: timedelta) -> str:
    """How long something has waited: minutes, hours or days."""
    minutes = max(0, int(wait.total_seconds() // 60))
    if minutes < 60:
        return ngettext("waiting %(num)s minute", "waiting %(num)s minutes", minutes)
    if minutes < 48 * 60:
        return ngettext("waiting %(num)s hour", "waiting %(num)s hours", minutes // 60)
    return ngettext("waiting %(num)s day", "waiting %(num)s days", minutes // (24 * 60))


WORDS = (
    language, t, term_gist, campaign_name, campaign_theme, marked_name, group_name, group_icon, group_class, format_name,
    mode_name, region_label, region_name, day_label, short_day, weekday, half_day_name, clock_time, instant_label,
    when, hours, no_date, no_time, wait_words,
)  # fmt: skip


def register(app: Flask) -> None:
    """Give every template the words above, by their own names."""
    app.jinja_env.globals.update({word.__name__: word for word in WORDS})
