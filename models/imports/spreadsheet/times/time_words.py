"""Times as people write them: 4月26日上午9:00, 4月22-26日, 每天9:00-17:00（周一闭馆）, 4月22日9:00-11:00、14:00-16:00.

Pure. A text is cut into signs (days, clocks, weekdays, …) and all of it is understood or none."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta

from models.imports.spreadsheet import cells
from models.imports.spreadsheet.times.normal_form import plain
from models.imports.spreadsheet.times.time_slots import (
    WEEKDAYS,
    Group,
    Hours,
    Slot,
    Span,
    Unread,
    in_afternoon,
    open_weekdays,
    slots_of,
)

MOST_DAYS = 120
_MOST_SIGNS = 200
# Texts of days and hours are short.
_LONGEST = 500
HALF_DAYS = {
    "凌晨": "", "早上": "morning", "早晨": "morning", "清晨": "morning", "上午": "morning", "中午": "", "午间": "",
    "正午": "", "下午": "afternoon", "午后": "afternoon", "傍晚": "evening", "晚上": "evening", "晚间": "evening",
    "夜间": "evening", "晚": "evening",
}  # fmt: skip
_HALF = "|".join(HALF_DAYS)
ALL_DAY = r"\(?(?:全天|整天)\)?"
WEEKDAY = "(?:星期|周|礼拜)[一二三四五六日天]"
_SIGNS = re.compile(
    rf"""
    (?P<closed>[(,]?(?:逢|每)?{WEEKDAY}(?:[、和及,](?:星期|周)?[一二三四五六日天])*(?:闭馆|休馆|休息|除外|不开放|闭门)\)?)
    |(?P<open>\(?(?:(?:每个?|逢)?工作日|周末|{WEEKDAY}[至到—–~-]{{1,2}}{WEEKDAY}|[每逢]{WEEKDAY}(?:[、和及,](?:星期|周)?[一二三四五六日天])*
        |{WEEKDAY}(?:[、和及,](?:星期|周)[一二三四五六日天])+)\)?)
    |(?P<fullday>(?P<y>\d{{4}})[年/.-](?P<m>\d{{1,2}})[月/.-](?P<d>\d{{1,2}})(?:[日号]|(?!\d)))
    |(?P<shortyear>(?P<yy>\d{{2}})(?P<ys>[/.-])(?P<ym>\d{{1,2}})(?P=ys)(?P<yd>\d{{1,2}})(?:[日号]|(?![\d:])))
    |(?P<monthday>(?P<mm>\d{{1,2}})月(?P<md>\d{{1,2}})(?:[日号]|(?!\d)))
    |(?P<clock>(?P<h>\d{{1,2}})(?::(?P<min>\d{{2}})(?::\d{{2}})?|[时点](?:(?P<cmin>\d{{1,2}})分?|(?P<part>半|整|一刻|三刻))?钟?)
        (?P<pm>[AaPp]\.?[Mm]\.?)?)
    |(?P<dayfirst>(?P<fd>1[3-9]|2\d|3[01])/(?P<fm>0?[1-9]|1[0-2])(?:[日号]|(?![\d:])))
    |(?P<slashday>(?P<sm>\d{{1,2}})/(?P<sd>\d{{1,2}})(?:[日号]|(?![\d:])))
    |(?P<dotday>(?P<dm>\d{{1,2}})\.(?P<dd>\d{{1,2}})(?:[日号]|(?![\d:])))
    |(?P<dashday>(?P<hm>0?[1-9]|1[0-2])-(?P<hd>\d{{1,2}})(?![\d:时点日号]))
    |(?P<compactday>(?P<zm>0[1-9]|1[0-2])(?P<zd>[0-3]\d)(?:[日号]|(?![\d:])))
    |(?P<dayonly>(?P<o>\d{{1,2}})[日号])
    |(?P<weekday>\(?(?P<w>{WEEKDAY})\)?)
    |(?P<half>\(?(?P<hw>{_HALF})\)?)
    |(?P<next>次日|第二天|翌日)
    |(?P<daily>每天|每日|每场|天天|逐日|均为)
    |(?P<allday>{ALL_DAY})
    |(?P<to>起至|至|到|-{{1,2}}|—{{1,2}}|–|~)
    |(?P<sep>[;；、,，/和及与\n])
    |(?P<number>\d{{1,2}})(?=(?:、\d{{1,2}})*[-—–~至到、]\d{{1,2}}[日号])
    """,
    re.X,
)
_DAYS = ("fullday", "shortyear", "monthday", "dayfirst", "slashday", "dotday", "dashday", "compactday")
# Numbers that may say something else as well: days only in a month of the week.
_DOUBTFUL_DAYS = ("dayfirst", "dotday", "dashday", "compactday")
_KINDS = (*_DAYS, *"closed open clock dayonly weekday half next daily allday to sep number".split())


def read(
    text: str, year: int | None, span: Span | None = None, months: tuple[int, ...] = ()
) -> tuple[Slot, ...]:
    """The occurrences that a text names; () where any of it is not certain.

    year: for days without one. span: the days that the row names elsewhere, for a text that has only hours; with 每天
    each of its days is an occurrence. months: in which 4.22, 4-22, 0422 and 22/4 are days."""
    if len(text) > _LONGEST:
        return ()
    try:
        groups = list(_Reader(_signs(text, months), year, span, months).groups())
        return tuple(dict.fromkeys(slot for group in groups for slot in slots_of(group)))
    except (Unread, ValueError):
        return ()


def clock(text: str, half: str = "") -> tuple[time | None, str]:
    """The clock time of a text and the part of the day said with it; None for none. half: of its start, 下午2:30-4:00."""
    try:
        reader = _Reader(_signs(text), None)
        at, half = reader.clock(half)
        return (at, half) if reader.at_end() else (None, "")
    except (Unread, ValueError):
        return None, ""


def is_day(text: str) -> bool:
    """Whether a text is a day and nothing more."""
    slots = read(text, 2024, months=tuple(range(1, 13))) or read(text, 2023, months=tuple(range(1, 13)))
    return len(slots) == 1 and slots[0].start is None and slots[0].half_day is None


def has_hours(text: str) -> bool:
    """Whether a text is hours without a day."""
    day = date(2024, 4, 22)
    return not has_day(text) and bool(read(text, 2024, (day, day)))


def has_day(text: str) -> bool:
    return any(sign.lastgroup and _kind(sign) in _DAYS for sign in _SIGNS.finditer(plain(text)))


def _kind(sign: re.Match[str]) -> str:
    return next(kind for kind in _KINDS if sign[kind])


def _signs(text: str, months: tuple[int, ...] = ()) -> list[re.Match[str]]:
    line, at = plain(text, months), 0
    signs: list[re.Match[str]] = []
    while at < len(line):
        sign = _SIGNS.match(line, at)
        if sign is None or len(signs) == _MOST_SIGNS:
            raise Unread
        signs.append(sign)
        at = sign.end()
    return signs


class _Reader:
    """Signs from left to right."""

    def __init__(
        self,
        signs: list[re.Match[str]],
        year: int | None,
        span: Span | None = None,
        months: tuple[int, ...] = (),
    ) -> None:
        self.signs, self.position = signs, 0
        self.year, self.span, self.months = year, span, months

    def at_end(self) -> bool:
        return self.position == len(self.signs)

    def next_is(self, *kinds: str, ahead: int = 0) -> bool:
        at = self.position + ahead
        return at < len(self.signs) and _kind(self.signs[at]) in kinds

    def take(self) -> re.Match[str]:
        self.position += 1
        return self.signs[self.position - 1]

    def groups(self) -> Iterator[Group]:
        group: Group | None = None
        while not self.at_end():
            if self.next_is("sep"):
                self.take()
            elif self.next_is(*_DAYS) or ((group or self.only_month()) and self.next_is_day_alone()):
                # 4月22日、23日 9:00: days that follow one another share their hours.
                if group and not group.hours and not group.closed:
                    group.spans += self.days(group.spans[-1][1])
                else:
                    if group and group.spans == [self.span]:
                        raise Unread  # 10:00 4月20日: hours before their day
                    if group:
                        yield group
                    group = Group(self.days(group.spans[-1][1] if group else None))
            else:
                if group is None:
                    if self.span is None:
                        raise Unread
                    group = Group([self.span])
                self.of_days(group)
        if group is None:
            raise Unread
        yield group

    def of_days(self, group: Group) -> None:
        """What follows the days of a group: every day, hours, closing days."""
        if self.next_is("daily"):
            self.take()
            group.daily = True
        elif self.next_is("allday"):
            self.take()
            group.hours.append((None, None, None))
        elif self.next_is("closed"):
            group.closed |= {WEEKDAYS[letter] for letter in self.take()["closed"] if letter in WEEKDAYS}
        elif self.next_is("open"):
            # Of one day, or after others: which days are meant, only a person knows.
            if group.hours or group.closed or all(first == last for first, last in group.spans):
                raise Unread
            group.closed, group.opened = frozenset(range(7)) - open_weekdays(self.take()["open"]), True
        else:
            hours = self.hours()
            group.hours.append(self.until(group, *hours) if self.next_is("to") else hours)

    def until(self, group: Group, start: time | None, _end: time | None, _half: str | None) -> Hours:
        """The end of 4月20日9:00-4月26日17:00, of which the day is another one."""
        self.take()
        first, last = group.spans[-1]
        if first != last or group.hours or start is None:
            raise Unread
        last = self.day(first)
        end, _ = self.clock("")
        one_night = last == first + timedelta(days=1) and cells.is_night(start, end)
        if last == first:
            if end <= start:
                raise Unread
        elif not one_night:
            if not first < last <= first + timedelta(days=MOST_DAYS):
                raise Unread
            group.spans[-1], group.through = (first, last), True
        return start, end, None

    def days(self, previous: date | None) -> list[tuple[date, date]]:
        """4月22日, 4月22-26日, 4月22日（周一）至4月26日; before: a day whose month those without one share."""
        spans = [self.day(previous)]
        while self.next_is("sep") and self.next_is("number", ahead=1):
            self.take()
            spans.append(self.day(spans[-1]))
        first = last = spans.pop()
        if self.next_is("to") and self.next_is(*_DAYS, "dayonly", "number", ahead=1):
            self.take()
            last = self.day(first)
        if not first <= last <= first + timedelta(days=MOST_DAYS):
            raise Unread
        return [*((day, day) for day in spans), (first, last)]

    def next_is_day_alone(self) -> bool:
        """22日, and 22 of 22、24日; 4 of 4-20日 may be the month."""
        listed = self.next_is("sep", ahead=1) or int(self.signs[self.position]["number"] or 0) > 12
        return self.next_is("dayonly") or (self.next_is("number") and listed)

    def only_month(self) -> date | None:
        """The first of the one month in which the days of a plan lie."""
        return date(self.year, self.months[0], 1) if self.year and len(self.months) == 1 else None

    def day(self, previous: date | None) -> date:
        sign = self.take()
        kind = _kind(sign)
        if kind == "fullday":
            day = date(int(sign["y"]), int(sign["m"]), int(sign["d"]))
        elif kind in ("dayonly", "number"):
            previous = previous or self.only_month()
            if previous is None:
                raise Unread
            day = previous.replace(day=int(sign["o"] or sign["number"]))
        else:
            day = self.day_of_month(sign, kind, previous.year if previous else self.year)
        if self.next_is("weekday") and WEEKDAYS[self.take()["w"][-1]] != day.weekday():
            raise Unread  # the day or its weekday is wrong: which, a person knows
        return day

    def day_of_month(self, sign: re.Match[str], kind: str, year: int | None) -> date:
        """A day of which no year is said, or its last two digits."""
        month = int(next(filter(None, sign.group("ym", "mm", "fm", "sm", "dm", "hm", "zm"))))
        day = int(next(filter(None, sign.group("yd", "md", "fd", "sd", "dd", "hd", "zd"))))
        if year is None or (kind in _DOUBTFUL_DAYS and month not in self.months):
            raise Unread
        if kind == "shortyear" and (int(sign["yy"]) != year % 100 or day == year % 100):
            raise Unread  # 24.4.25; of 24.4.24 either number may be the year
        return date(year, month, day)

    def hours(self) -> Hours:
        """上午9:00-11:30, 9:00-次日2:00, 14:30, 下午."""
        half = ""
        if self.next_is("half") and not self.next_is("clock", ahead=1):
            word = self.take()["hw"]
            if not HALF_DAYS[word]:
                raise Unread
            return None, None, HALF_DAYS[word]
        start, half = self.clock("")
        if start == time(0) and half in cells.NIGHT_WORDS:
            raise Unread  # 晚上12点 is of the next day
        if not self.next_is("to") or self.next_is(*_DAYS, "dayonly", ahead=1):
            return start, None, None
        self.take()
        next_day = self.next_is("next")
        if next_day:
            self.take()
        end, _ = self.clock("" if next_day else half)
        first, last = self.signs[self.position - 3], self.signs[self.position - 1]
        if not (half or next_day or first["pm"]) and (last["pm"] or "").lower().startswith("p"):
            start = in_afternoon(start, end)
        if (end <= start) != (next_day or cells.is_night(start, end)):
            raise Unread
        return start, end, None

    def clock(self, word_before: str) -> tuple[time, str]:
        """下午3:00 is 15:00, and so is the end of 下午2:00-3:00. The word of the part of the day as well."""
        half = self.take()["hw"] if self.next_is("half") else ""
        if not self.next_is("clock"):
            raise Unread
        sign = self.take()
        hour = int(sign["h"])
        part = {"半": 30, "一刻": 15, "三刻": 45}.get(sign["part"] or "", 0)
        minute = part or int(sign["min"] or sign["cmin"] or 0)
        word = half or word_before
        if sign["pm"]:
            word = "下午" if sign["pm"][0] in "Pp" else "凌晨" if hour == 12 else "上午"
        return cells.time_of_day(hour, minute, word, stated=bool(half or sign["pm"])), (
            word if sign["pm"] else half or word_before
        )
