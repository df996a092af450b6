"""The names of columns as they are compared, and the fields that a name may stand for."""

import re
import unicodedata

from models.imports.spreadsheet.cells import simplified
from models.imports.spreadsheet.column_synonyms import ALIASES, CONTACTS, NOT_READ, PIECES

# The columns of models/data/reported-events.csv, in its order.
COLUMNS = (
    "id", "year", "title", "start_date", "end_date", "start_time", "end_time", "time_text", "venue_text", "province",
    "city", "county", "organizers", "audiences", "format", "online", "attendance_reported", "materials_reported",
    "consultations_reported", "views_reported", "other_outcomes", "source_url",
)  # fmt: skip
FIELDS = tuple(dict.fromkeys((*COLUMNS, *ALIASES)))
# A longer text is no name of a column.
_LONGEST_NAME = 16
PIECE_RANK = 10
# A number of them more often than their time.
_SITTING = "场次"
# Signs and spaces say nothing in a header: 省（自治区、直辖市）, Start date *, "start_date".
_SIGNS = re.compile(r"[\W_]+")
# 活动名称（必填）, 开始日期【年-月-日】
_NOTE = re.compile(r"[(\[【][^()\[\]【】]*(?:[)\]】]|$)")
# 活动名称 Event: one name in two languages
_LATIN = re.compile("[a-z]+")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_PREFIX = re.compile("^(?:event|activity)(?=[a-z])")
_SUFFIX = re.compile("(?<=[a-z])names?$")
# Beside the time of the event: until when something is handed in.
_DEADLINE = re.compile("(?:报名|填报|上报|报送|提交|审批).*(?:时间|日期|时限|期限)$")
# 原定时间, beside the one that holds
_FORMER = re.compile("^原(?:定|计划|先|拟|有|时间|地点|日期)")
# 3、您单位的名称, as forms number and ask; （1）活动名称
_QUESTION = re.compile(
    r"^\s*(?:[(（]?\d{1,2}[)）、.．:：]+\s*)?(?:请(?:填写|输入|选择)|您(?:的|所在)?|贵(?=单位|部门))?"
)
# What a form notes of who filled it in, and when.
_SUBMISSION = re.compile(
    r"^(?:审批|发起)(?:编号|状态|结果|意见|记录|时间|人|人?(?:姓名|部门|工号))$|^(?:提交|填写|修改|更新|创建|答题|答卷|作答)(?:答卷)?(?:者|人|时间|日期|设备|方式|来源|ip)(?:自动)?$|^(?:所用时间|来源详情|来自ip|"
    r"操作系统|浏览器|ip(?:地址)?|扩展属性|微信(?:昵称|openid)|提交者自动)$"
)
_AND = re.compile("以及|[及和与暨/]")
# Two fields that one cell may hold: the place and where it is.
_ONE_CELL = {"venue_text", "address"}
# A text with a value behind a colon, and a date, are no names.
_NO_NAME = re.compile(r"[:：].|\d")


def bare(text: str) -> str:
    """A name of a column without signs and the number of a question, as it is compared and remembered."""
    return _SIGNS.sub("", simplified(_unnumbered(text))).lower()


def _unnumbered(text: str) -> str:
    return _QUESTION.sub("", unicodedata.normalize("NFKC", text))


def _ranks() -> dict[str, dict[str, int]]:
    """By name the fields that it may stand for, with how far behind it stands for each."""
    ranks: dict[str, dict[str, int]] = {}
    for field in FIELDS:
        for rank, group in enumerate(ALIASES.get(field, "").split("|")):
            for name in (*group.split(), *((field,) if rank == 0 else ())):
                ranks.setdefault(bare(name), {}).setdefault(field, rank)
    return ranks


RANKS = _ranks()
_PIECES = tuple((field, re.compile(pattern)) for field, pattern in PIECES)


def is_left_out(name: str) -> bool:
    """Whether a name is of a column that is never read: numbers of rows, contacts of persons."""
    names = {bare(name), without_note(name)}
    return not names.isdisjoint(NOT_READ | CONTACTS) or any(map(is_of_form, names))


def is_of_form(name: str) -> bool:
    """Whether a bare name is of what a form notes by itself: 提交时间, 来自IP."""
    return _SUBMISSION.match(name) is not None and name not in RANKS


# Beside such columns these are of the form as well.
OF_FORMS = frozenset("来源 完成时间 开始答题时间 结束答题时间 状态".split())


def without_note(text: str) -> str:
    return bare(_NOTE.sub("", _unnumbered(text)))


def options_of(name: str) -> dict[str, int]:
    """The fields that a name may stand for, with their ranks."""
    plain = _unnumbered(name)
    known = RANKS.get(bare(plain)) or RANKS.get(bare(_NOTE.sub("", plain)))
    if known is None and _CHINESE.search(plain):
        known = RANKS.get(_LATIN.sub("", bare(plain)))
    if known is None:
        short = _SUFFIX.sub("", bare(plain))  # event_title, organizer_name
        known = RANKS.get(short) or RANKS.get(_PREFIX.sub("", short))
    if known:
        return known
    short = bare(_NOTE.sub("", plain))
    if not short or len(short) > _LONGEST_NAME or _NO_NAME.search(plain):
        return {}
    if _DEADLINE.search(short) or _FORMER.search(short):
        return {}
    both = _first_of_two(_NOTE.sub("", plain))
    if both.keys() & _ONE_CELL:
        return both
    for field, pattern in _PIECES:
        if pattern.search(short):
            return {field: PIECE_RANK + (short == _SITTING)}
    return both


def _first_of_two(name: str) -> dict[str, int]:
    """活动名称及内容 and 地点/平台 hold what 活动名称 and 地点 do. Not 时间及地点: its cells hold two fields."""
    parts = _AND.split(name, maxsplit=1)
    first, second = bare(parts[0]), bare(parts[-1]) if len(parts) > 1 else ""
    known, other = RANKS.get(first, {}), RANKS.get(second, {})
    if not second or not known:
        return {}
    if other and "description" in known and "title" in known:
        return {"description": PIECE_RANK}  # 活动内容及形式
    if other and not known.keys() & other.keys() and not {*known, *other} <= _ONE_CELL:
        return {}
    return {field: rank + PIECE_RANK for field, rank in known.items()}
