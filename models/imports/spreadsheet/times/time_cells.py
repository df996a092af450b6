"""The time cells of a row, moved into the columns where they belong: 上午9:00 as 09:00, a whole day under
开始时间 as the first day, 4月20日（周六） as a day."""

import calendar
import re
from datetime import date, datetime, time

from models import clock
from models.errors import N_
from models.imports.findings import NOT_CERTAIN, Finding, InCell
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.times import normal_form, time_words
from models.imports.spreadsheet.times.time_slots import WEEKDAYS, Slot
from models.imports.vocabulary import Vocabulary

_CELLS = ("start_date", "end_date", "start_time", "end_time", "time_text")
_ALL_DAY = re.compile(time_words.ALL_DAY)
_UNCERTAIN = re.compile("暂定|待定|拟定|另定|另行通知|待通知")
_WEEK = re.compile(
    r"(?:(?:在|于)?(?:20\d\d年?)?(?:全国)?(?:知识产权)?(?:宣传周|宣传活动周)(?:活动)?(?:期间|全周|整周|当周|全程|内)|(?:活动周?|宣传)期间)[,，:：]?(?=$|[每上下]|\d{1,2}[:：点时])"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?")
_YEAR_OF_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[年/.-]")
_ONWARDS = re.compile(
    r"(?:自|从|from|since)?(.+?)(?:起|开始|始|以后|onwards?)(?:长期)?(?:[,;]?每[天日](?P<hours>\d.+))?", re.I
)
_NO_SUCH_DAY = N_("“%(text)s” is not a day: that month has %(last)s days. Please correct it.")
_YEAR_MONTH_DAY = re.compile(r"(?:(\d{4})[年/.-])?(\d{1,2})[月/.-](\d{1,2})[日号]?")


def written_year(cell: dict[str, str]) -> int | None:
    """The year in the words of the time, of which the rest need not be understood to see that it is another one."""
    for name in ("start_date", "time_text", "start_time"):
        match = _YEAR_OF_DAY.search(normal_form.plain(cell[name]))
        if match:
            return int(match[1])
    return None


def uncertain(cell: dict[str, str]) -> list[Finding]:
    """What a row says of its time that changes neither day nor hour: 4月22日（暂定）."""
    for name in (*_CELLS, "period"):
        word = _UNCERTAIN.search(cell[name])
        if word:
            return [Finding(NOT_CERTAIN, text=word[0]).about(name)]
    return []


def arranged(cell: dict[str, str], year: int, vocabulary: Vocabulary) -> dict[str, str]:
    """The row with these cells in order. Raises InCell for a day that is none, or whose weekday is another."""
    cell = dict(cell)
    if "year" not in cell:
        _arrange_week(cell, vocabulary)
        _arrange_words(cell)
    for name in _CELLS:
        cell[name] = _ISO.sub(lambda match: _local(match[0], vocabulary.zone), cell[name])
    months = vocabulary.months
    for name in ("time_text", "period", "start_time"):
        if cell[name] and cell["start_date"] and _ALL_DAY.fullmatch(normal_form.plain(cell[name])):
            cell[name] = ""  # a day without hours is the whole day
    cell["time_text"] = _joined_hours(cell["time_text"], cell["period"])
    for hour, day in (("start_time", "start_date"), ("end_time", "end_date")):
        if cell[hour] and not cell[day] and time_words.is_day(cell[hour]):
            cell[day], cell[hour] = cell[hour], ""
    _arrange_onwards(cell)
    for name in ("start_date", "end_date"):
        _arrange_day(cell, name, year, months)
    if cell["start_date"] and not cell["end_date"]:
        slots = time_words.read(cell["start_date"], year, None, months)
        if len(slots) == 1 and slots[0].first < slots[0].last and not slots[0].open_hours:
            cell["start_date"], cell["end_date"] = slots[0].first.isoformat(), slots[0].last.isoformat()
    _arrange_clocks(cell)
    return cell


def _arrange_words(cell: dict[str, str]) -> None:
    """Words under a date that are no day, 待定 or 活动前一周, as words of the time: they refuse no row."""
    if cell["start_date"] and not re.search(r"\d", normal_form.plain(cell["start_date"])):
        cell["time_text"] = " ".join(filter(None, (cell["start_date"], cell["time_text"])))
        cell["start_date"] = ""


def _joined_hours(first: str, second: str) -> str:
    """The hours of two columns as one text: 上午 beside 9:00-11:00, which may say 上午 as well."""
    halves = [text for text in (first, second) if text in time_words.HALF_DAYS]
    hours = [text for text in (first, second) if text and text not in time_words.HALF_DAYS]
    if len(halves) == len(hours) == 1 and halves[0] in hours[0]:
        return hours[0]
    if hours and time_words.has_day(hours[0]):
        halves, hours = hours, halves  # 4月24日 beside 下午
    return " ".join([*halves, *hours])


def _arrange_week(cell: dict[str, str], vocabulary: Vocabulary) -> None:
    """宣传周期间 as the days of the week, with the hours behind it."""
    for name in ("start_date", "time_text"):
        match = _WEEK.match(cells.plain(cell[name]))
        if match and not (cell["end_date"] or (name == "time_text" and cell["start_date"])):
            days = f"{vocabulary.starts.isoformat()}至{vocabulary.ends.isoformat()}"
            cell[name] = days + cells.plain(cell[name])[match.end() :]
            cell["week"] = name


def _arrange_onwards(cell: dict[str, str]) -> None:
    """自4月20日起 as the first day of what has no stated end. Of such a row, onwards is true."""
    if cell["end_date"] or cell["end_time"]:
        return
    for name in ("start_date", "time_text"):
        match = _ONWARDS.fullmatch(normal_form.plain(cell[name]))
        if match and time_words.is_day(match[1]) and (name == "start_date" or not cell["start_date"]):
            cell[name] = ""
            cell["start_date"], cell["onwards"] = match[1], "1"
            if match["hours"] and not cell["start_time"]:
                cell["start_time"], _, cell["end_time"] = re.sub(
                    "[-—–~至到]+", "-", match["hours"]
                ).partition("-")
            return


def _arrange_day(cell: dict[str, str], name: str, year: int, months: tuple[int, ...]) -> None:
    text = cell[name]
    if not text or cells.day(text, year):
        return
    slots = time_words.read(text, year, None, months)
    if len(slots) == 1 and slots[0] == Slot(slots[0].first, slots[0].first):
        cell[name] = slots[0].first.isoformat()
        return
    day = _wrong_weekday(text, year)
    if day:
        raise InCell(
            name,
            N_("“%(text)s”: %(day)s is another day of the week. Please correct it."),
            text=text[:40],
            day=day,
        )
    last = _days_of_month(text, year)
    if last and _YEAR_MONTH_DAY.fullmatch(cells.plain(text)):
        raise InCell(name, _NO_SUCH_DAY, text=text[:40], last=last)


def _days_of_month(text: str, year: int) -> int | None:
    """How many days the month of a text has that names a later one; None for any other text."""
    for match in _YEAR_MONTH_DAY.finditer(cells.plain(text)):
        month, day = int(match[2]), int(match[3])
        if 1 <= month <= 12 and day > (last := calendar.monthrange(int(match[1] or year), month)[1]):
            return last
    return None


def _arrange_clocks(cell: dict[str, str]) -> None:
    """Clock times in words as clock times; the end of what begins in the afternoon is in the afternoon."""
    start, half = time_words.clock(cell["start_time"]) if cell["start_time"] else (None, "")
    end = time_words.clock(cell["end_time"], half)[0] if cell["end_time"] else None
    late = start == time(0) and half in cells.NIGHT_WORDS  # 晚上12点 is of the next day
    if start is not None and not late and cells.clock_time(cell["start_time"]) is None:
        cell["start_time"] = f"{start:%H:%M}"
    if end is not None and (half or cells.clock_time(cell["end_time"]) is None):
        cell["end_time"] = f"{end:%H:%M}"


def _wrong_weekday(text: str, year: int) -> date | None:
    """The day of a text whose weekday is another one than the text says."""
    plain = normal_form.plain(text)
    without = re.sub(rf"\(?{time_words.WEEKDAY}\)?", "", plain)
    if without != plain and not time_words.read(text, year):
        slots = time_words.read(without, year)
        said = {WEEKDAYS[word[-1]] for word in re.findall(time_words.WEEKDAY, plain)}
        return slots[0].first if slots and slots[0].first.weekday() not in said else None
    return None


def unread_day(text: str, year: int) -> Finding:
    """Why the words of a time give no day."""
    last = _days_of_month(text, year)
    if last:
        return Finding(_NO_SUCH_DAY, text=text[:40], last=last)
    day = _wrong_weekday(text, year)
    if day:
        return Finding(
            N_("“%(text)s”: %(day)s is another day of the week. Kept in these words, without a date."),
            text=text[:40],
            day=day,
        )
    if time_words.has_hours(text):
        return Finding(N_("“%(text)s” has no day; kept in these words, without a date."), text=text[:80])
    return Finding(
        N_("“%(text)s” was not recognised as days and hours; kept in these words, without a date."),
        text=text[:80],
    )


def _local(text: str, zone: str) -> str:
    """An ISO 8601 time as the clock of the campaign shows it."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is not None:
        at = at.astimezone(clock.zone(zone))
    return f"{at:%Y-%m-%d}" if text.endswith("T00:00:00") else f"{at:%Y-%m-%d %H:%M}"
