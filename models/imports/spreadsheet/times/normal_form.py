"""The words of a time in one way of writing, before they are cut into signs: half width, no blanks, digits, no remarks. Pure."""

import re
import unicodedata
from functools import lru_cache

from models.imports.spreadsheet import cells
from models.imports.spreadsheet.times import english_dates

_BLANK = re.compile(r"(?<=\d)\s+(?=\d{1,2}[:时点])")
# 4-22 14:00; not 22-26日 with hours
_BLANK_BEHIND_DASH = re.compile(r"(?<![\d:.时点/日号月、-])(\d{1,2}-\d{1,2})\s+(?=\d{1,2}[:时点])")
# What divides two hours or days and is neither sign nor word: a line break, or the blank behind 10:00-12:00.
_NEXT_LINE = re.compile(r"(?<=[\d日号点时分)])[^\S\n]*\n\s*(?=[\d上下中晚早])")
_NEXT_HOURS = re.compile(r"(:\d\d\s*[-—–~至到]+\s*\d{1,2}:\d\d)\s+(?=\d{1,2}:\d\d)")
_COMPACT_DAY = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_HOURS_ALONE = re.compile(r"(?<![\d:./月-])(\d{1,2})(?=[-—–~至到]\d{1,2}[时点])")  # 14-16时
# What changes neither day nor hour: （暂定）, 共7天, （预计2小时）, 9:00开始.
_REMARK = re.compile(
    r"^(?:暂定|拟定|拟于|拟|计划)(?:于|在)?|[,，]?\(?(?:暂定|(?:为期|历时|共计?|预计|约)\d+个?(?:半?天|日|小时|分钟))\)?$|"
    r"(?:(?<=:\d\d)|(?<=[点时分半]))(?:正式|准时)?(?:开始|开场|起|以?后|之后)$|(?<=[\d日号点时分])(?:举办|举行|召开|进行|开展)$|(?<=[\d点时分])各[一1]?[场次]$"
)
# 4月25日（暂定）15:00, 4月22日（具体时间另行通知）: said as not certain where the row is read.
_NOT_CERTAIN = re.compile(r"(?<=[日号\d])\((?:暂定|拟定|(?:具体)?时间(?:待定|另行通知|另定|待通知))\)")
# 0930-1130
_COMPACT_HOURS = re.compile(
    r"(?<![\d:./月-])([01]\d|2[0-3])([0-5]\d)([-—–~至到]+)([01]\d|2[0-4])([0-5]\d)(?![\d:.年月日号])"
)
# 每天10:00-18:00(4月20日-22日)
_EACH_DAY_FIRST = re.compile(r"^(每[天日]\d{1,2}[:点时][^()]*)\(([^()]*[日号])\)$")
# Of one day the second date is left out; of two days the hours stay words.
_ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)日(\d\d:\d\d)/\1日(?=\d\d:\d\d)")
_ISO_INTERVAL = re.compile(r"(?<=:\d\d)/(?=\d{4}-\d\d-\d\d)")
# 4月20日至26日（9:00—17:00）
_BRACKETS = re.compile(r"\(([^()]*\d[:时点][^()]*)\)")
_LABEL = re.compile(r"^(?:活动)?(?:时间|日期)[:]|^(?:宣传周|宣传月|活动|展览)期间[,:]?(?=\d)")
_DURING = re.compile(r"^(?:宣传周|宣传月|活动|展览)期间\((\d[^()]*)\)$")
# pm 2:30
_HALF_FIRST = re.compile(r"(?<![A-Za-z])([AaPp])\.?[Mm]\.?\s*(\d{1,2}(?::\d\d|[点时]))")
# 9.30-11.30, 下午2.30; before it the month of the day that is said, if one is
_DOTTED_CLOCK = re.compile(
    r"(?P<half>[上下中]午|早上|晚上|晚)?\s*(?<![\d.:/-])(?P<h>\d{1,2})\.(?P<min>[0-5]\d)"
    r"(?:(?P<to>\s*[-—–~至到]+\s*)(?P<toh>\d{1,2})\.(?P<tomin>[0-5]\d))?(?![\d.:年月日号/])"
)
_MONTH_OF_DAY = re.compile(r"(?:(?<=\d{4}[年./-])|(?<![\d.:/-]))(\d{1,2})[月./-]\d{1,2}(?!\d)")
# What a day is besides, with no word of hours: （农历三月十六，赶集日）, （遇雨顺延）; 第七节 and 大课间 of a school.
_ASIDE = re.compile(
    r"\(农历[^()]*\)|\((?:(?![\d上下午晚早周每起至到除隔停消休闭待另定全]|星期|礼拜|工作日|期间)[^()]){2,}\)"
)
_LESSON = re.compile(
    r"(?<=[日号)午一二三四五六天])(?:第[一二三四五六七八九\d](?:[、至-]第?[一二三四五六七八九\d])?节课?|大课间|课间操?|班会课?|晨会|晨读|早读|午会|升旗(?:仪式)?|课后服务|晚自习)(?:时间|期间)?$"
)
# 每晚19:30, 每日晚7点
_EACH_EVENING = re.compile("每[天日]?晚上?")
# 周六(4月20日)
_WEEKDAY_FIRST = re.compile(
    r"^((?:周|星期|礼拜)[一二三四五六日天])[(,]?((?:\d{4}年)?\d{1,2}月\d{1,2}[日号])\)?"
)
# 4月26日9:00-11:00(星期五)
_WEEKDAY_LAST = re.compile(r"^([^()]*?\d[日号])([^()日号]+)\(((?:周|星期|礼拜)[一二三四五六日天])\)$")
# 4月22日(一), 4/22(一)
_SHORT_WEEKDAY = re.compile(r"(?<=[日号\d])\(([一二三四五六日])\)")
# 第一场：4月22日; ①, which would become a digit of the day.
_SESSION = re.compile(
    r"(?:(?<=[;,，；\n])|^)\s*第[一二三四五六七八九十\d]{1,3}[场期次讲批]\s*[:：]?\s*|(?<=[上下]午)场\s*[:：]?(?=\s*\d)"
)
_CIRCLED = re.compile("[①-⑳⑴-⒇㈠-㈩]")
# 4.20—26
_DOTTED_RANGE = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})([-—–~至]{1,2})(\d{1,2})(?![\d.:月时点日号/年])")
# 民国113年4月22日, 113/4/22; 22/4/2024 and 4/22/2024, of which one number can be no month.
_ROC_YEAR = re.compile(r"(?:民国|民國|(?<![\d.:/-]))(1[0-4]\d)([年/.])(?=\d{1,2}[月/.]\d)")
_YEAR_LAST = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(20\d\d)(?!\d)")


# 4月每周五, 4月份周三下午
_WEEKDAYS_OF_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})月份?(?:的)?(每个?|逢)?(?=(?:周|星期|礼拜)[一二三四五六日天])"
)
_LAST_DAYS = dict(zip(range(1, 13), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))


@lru_cache(maxsize=4096)
def plain(text: str, months: tuple[int, ...] = ()) -> str:
    """months: in which 0420-0426 are days, and no hours. Each cell is asked for it several times, and many cells say the same."""
    text = cells.simplified(_SESSION.sub("", _CIRCLED.sub(";", text.strip()).strip(";")))
    line = _NEXT_LINE.sub(";", english_dates.in_chinese(unicodedata.normalize("NFKC", text).strip()))
    line = _dotted_clocks(_HALF_FIRST.sub(r"\2\1m", line), months)
    # Without its blank, 4/2 16:00 would read as the 21st at six.
    joined = re.sub(
        r"\s+", "", _BLANK.sub("日", _BLANK_BEHIND_DASH.sub(r"\1,", _NEXT_HOURS.sub(r"\1;", line)))
    )
    joined = _WEEKDAY_LAST.sub(r"\1(\3)\2", _WEEKDAY_FIRST.sub(r"\2(\1)", joined))
    joined = _LESSON.sub("", _ASIDE.sub("", joined))
    joined = _COMPACT_DAY.sub(r"\1年\2月\3日", cells.with_digits(joined))
    joined = _YEAR_LAST.sub(_year_first, _ROC_YEAR.sub(lambda roc: f"{int(roc[1]) + 1911}{roc[2]}", joined))
    joined = _DOTTED_RANGE.sub(r"\1.\2\3\1.\4", joined)
    joined = _ISO_INTERVAL.sub("至", _ISO_DAY.sub(r"\1日\2至", joined))
    joined = _EACH_DAY_FIRST.sub(r"\2\1", joined)
    joined = _COMPACT_HOURS.sub(lambda match: _hours(match, months), _NOT_CERTAIN.sub("", joined))
    joined = _WEEKDAYS_OF_MONTH.sub(_days_of_month, joined)
    joined = _EACH_EVENING.sub("每天晚上", joined)
    joined = _SHORT_WEEKDAY.sub(r"(周\1)", _DURING.sub(r"\1", joined))
    joined = _LABEL.sub("", joined.replace("日日", "日").replace(")日", ")"))
    joined = _HOURS_ALONE.sub(r"\1点", _BRACKETS.sub(r"\1", joined))
    return _REMARK.sub("", joined.strip("。.,;；")).strip("。.,;；")


def _dotted_clocks(line: str, months: tuple[int, ...]) -> str:
    """Hours written with a dot, with colons: 2024.4.22 9.30-11.30. As they are where they may be days."""
    return _DOTTED_CLOCK.sub(lambda match: _dotted(match, months), line) if "." in line else line


def _dotted(match: re.Match[str], months: tuple[int, ...]) -> str:
    hours = [int(hour) for hour in (match["h"], match["toh"]) if hour]
    days = [int(minute) for minute in (match["min"], match["tomin"]) if minute]
    day_before = list(_MONTH_OF_DAY.finditer(match.string[: match.start()]))
    if match["half"] or not all(1 <= day <= 31 for day in days) or max(hours) > 12:
        sure = True
    elif day_before:
        sure = hours[0] != int(day_before[-1][1])
    else:
        sure = len(hours) == 2 and 0 < len(months) < 12 and not set(hours) & set(months)
    if not sure or max(hours) > 24:
        return match[0]
    end = f"{match['to']}{match['toh']}:{match['tomin']}" if match["to"] else ""
    return f"{match['half'] or ''} {match['h']}:{match['min']}{end}"


def _hours(match: re.Match[str], months: tuple[int, ...]) -> str:
    """0930-1130 with colons; as it is where it goes backwards, as years do, and where both may be days of a month."""
    begins, ends = match[1] + match[2], match[4] + match[5]
    if match[1] == match[4] and int(match[1]) in months and all(0 < int(match[n]) <= 31 for n in (2, 5)):
        return match[0]
    return f"{match[1]}:{match[2]}{match[3]}{match[4]}:{match[5]}" if begins < ends else match[0]


def _days_of_month(match: re.Match[str]) -> str:
    month = int(match[1])
    if month not in _LAST_DAYS or not match[2]:
        return match[0]
    return f"{month}月1日至{month}月{_LAST_DAYS[month]}日每"


def _year_first(match: re.Match[str]) -> str:
    """The day with its year in front; as it is where both numbers may be the month."""
    first, second = int(match[1]), int(match[2])
    if (first > 12) == (second > 12):
        return match[0]
    month, day = (second, first) if first > 12 else (first, second)
    return f"{match[3]}年{month}月{day}日"
