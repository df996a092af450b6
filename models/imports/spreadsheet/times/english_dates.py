"""English days and hours in the signs that time_words reads: Sat 20 April 2024 as 2024年4月20日周六, 9:00 to 11:00 as
9:00至11:00. Pure."""

import re

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_WEEKDAYS = dict(zip("mon tue wed thu fri sat sun".split(), "一二三四五六日", strict=True))
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAY = (
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
_ORDINAL = "(?:st|nd|rd|th)?"
_TO = r"\s*(?:[-–—~]|\bto\b|\buntil\b|\bthrough\b)\s*"
_LAST = rf"(?:{_TO}(?P<last>\d{{1,2}}){_ORDINAL}(?![\d:/]|\s*[ap]\.?m))?"
_BEFORE = rf"(?<![a-z\d:])(?:(?P<before>{_WEEKDAY})\.?,?\s+)?"
_AFTER = rf"(?:,?\s*\(?(?P<after>{_WEEKDAY})\b\)?)?"
_DATES = (
    # April 20, 2024; Apr 20-26
    re.compile(
        rf"(?<!\d[ -]){_BEFORE}(?P<month>{_MONTH})\.?\s*(?P<day>\d{{1,2}}){_ORDINAL}(?![\da-z:]){_LAST}"
        rf"(?:,?\s*(?<!\d)(?P<year>20\d\d)(?![\d:]))?{_AFTER}",
        re.I,
    ),
    # 20 April 2024, 20th of Apr, 20-Apr-24
    re.compile(
        rf"{_BEFORE}(?P<day>\d{{1,2}}){_ORDINAL}{_LAST}(?:\s+of\s+|[\s-]*)(?P<month>{_MONTH})\b\.?"
        rf"(?:,?[\s-]*(?P<year>20\d\d)(?![\d:])|-(?P<short_year>\d\d)(?!\d))?{_AFTER}",
        re.I,
    ),
)
# Below or behind a day: 2024-04-22 Mon, 22/4 (Friday)
_WEEKDAY_ALONE = re.compile(rf"(?<=[\d日])\s*[(,]?\s*({_WEEKDAY})\b\.?\)?", re.I)
_WORDS = (
    (re.compile(r"\b(?:every\s?day|each\s+day|daily)\b", re.I), "每天"),
    (re.compile(r"\ball[\s-]day\b", re.I), "全天"),
    (re.compile(r"\b(?:to|until|till|through)\b", re.I), "至"),
    (re.compile(r"\band\b", re.I), "、"),
    (re.compile(r"\b(?:(?:in\s+the\s+)?morning)\b", re.I), "上午"),
    (re.compile(r"\b(?:(?:in\s+the\s+)?afternoon)\b", re.I), "下午"),
    (re.compile(r"\b(?:(?:in\s+the\s+)?evening)\b", re.I), "晚上"),
    (re.compile(r"\b(?:at|on|from)\b", re.I), ""),
)
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})(?=\s*[ap]\.?m\b)", re.I)  # 9 am
_HOURS = re.compile(r"(?<![\d:.])(\d{1,2})\s*[-–—]\s*(\d{1,2})\s*([ap])\.?m\b", re.I)  # 2-4 pm
_LETTER = re.compile("[A-Za-z]")


def in_chinese(text: str) -> str:
    """The text with its English days and words of time in Chinese; what is not one of them stays."""
    if not _LETTER.search(text):
        return text
    for pattern in _DATES:
        text = pattern.sub(_day, text)
    text = _WEEKDAY_ALONE.sub(lambda match: f"周{_WEEKDAYS[match[1][:3].lower()]}", text)
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    return _HOUR.sub(r"\1:00", _HOURS.sub(_both_hours, text))


def _both_hours(match: re.Match[str]) -> str:
    """2-4 pm as 2 pm-4 pm; 11-1 pm stays: its first hour is of the morning."""
    half = f" {match[3]}m"
    return f"{match[1]}{half}-{match[2]}{half}" if int(match[1]) < int(match[2]) < 12 else match[0]


def _day(match: re.Match[str]) -> str:
    found = match.groupdict()
    year = found["year"] or (f"20{found['short_year']}" if found.get("short_year") else None)
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    weekday = found["before"] or found["after"]
    signs = f"{year}年" if year else ""
    signs += f"{month}月{int(found['day'])}日"
    signs += f"周{_WEEKDAYS[weekday[:3].lower()]}" if weekday else ""
    return signs + (f"-{int(found['last'])}日" if found["last"] else "")
