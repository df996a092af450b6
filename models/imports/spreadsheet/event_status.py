"""What a row says of whether its event takes place: in a column for it, in brackets at its title, or as its remark."""

import re
from dataclasses import dataclass

from models.errors import N_
from models.imports.findings import NOT_CERTAIN, Finding
from models.imports.spreadsheet import cells

_OFF = r"取消|停办|撤销|撤消|中止|终止|不再举办|停止举办"
_LATER = r"延期|延后|推迟|改期|顺延|择期|缓办|postponed|rescheduled"
_CANCELLED = re.compile(
    rf"(?:原定)?(?:因.{{1,20}}?[,，]?)?(?:本?场?活动)?(?:现|决定|临时)?已?(?:{_OFF})(?:举办|举行|开展|活动)?[。.]?|cancell?ed",
    re.I,
)
# Not 如遇雨天改期.
_POSTPONED = re.compile(rf"(?!.*[如若遇]).{{0,20}}(?:{_LATER}).{{0,20}}", re.I)
_UNCERTAIN = re.compile(r"待定|暂定|未定|待确定|不确定|tentative", re.I)
# As planned, or past: nothing to add.
_AS_PLANNED = re.compile(
    r"(?:活动)?(?:正常|计划|已?(?:计划|确定|确认|审核|发布|批准|报名|落实|完成|开展|举办|举行|结束|开始))(?:中|举办|举行|开展)?|"
    r"(?:未|待|拟|将|正在|即将|如期|按期|按时|照常)(?:开展|举办|举行|开始|实施|进行)(?:中)?|(?:进行|筹备|准备|报名|策划)中?|有效|新增|完成|结束|"
    r"(?:is )?(?:scheduled|confirmed|planned|active|ok|done|completed|normal)",
    re.I,
)
_AT_TITLE = re.compile(rf"[(（【\[](?:已|本场)?(?:{_OFF})(?:举办|举行)?[)）】\]]")


@dataclass(frozen=True, slots=True)
class State:
    """title: without the mark by which it says that the event is cancelled."""

    cancelled: bool
    title: str


def state(cell: dict[str, str], findings: list[Finding]) -> State:
    """Whether the event of a row is cancelled. What is no cancellation and no plain state is named in a finding."""
    title = _AT_TITLE.sub("", cell["title"]).strip()
    marked = bool(title) and title != cell["title"]
    remarks = [_as_remark(cell[name], name, findings) for name in ("progress", "remarks", "description")]
    cancelled = _in_column(cell["status"], findings) or any(remarks)
    if not marked and _POSTPONED.fullmatch(_bracketed(cell["title"])):
        findings.append(_postponed(cell["title"], "title"))
    return State(cancelled or marked, title if marked else cell["title"])


def _in_column(text: str, findings: list[Finding]) -> bool:
    words = cells.plain(text)
    if not words or _AS_PLANNED.fullmatch(words):
        return False
    if _CANCELLED.fullmatch(words):
        return True
    if _POSTPONED.fullmatch(words):
        findings.append(_postponed(text, "status"))
    elif _UNCERTAIN.fullmatch(words):
        findings.append(Finding(NOT_CERTAIN, text=text[:40]).about("status"))
    else:
        why = Finding(
            N_(
                "“%(text)s” was not recognised; the event is imported as one that takes place. Write 正常 or 取消."
            ),
            text=text[:40],
        )
        findings.append(why.about("status"))
    return False


def _as_remark(text: str, column: str, findings: list[Finding]) -> bool:
    """A remark counts where it says nothing else."""
    words = cells.plain(text)
    if _CANCELLED.fullmatch(words):
        return True
    if _POSTPONED.fullmatch(words):
        findings.append(_postponed(text, column))
    return False


def _postponed(text: str, column: str) -> Finding:
    why = Finding(
        N_(
            "“%(text)s”: imported with the date of this row. Where that date no longer holds, write the new one, or "
            "取消."
        ),
        text=text[:60],
    )
    return why.about(column)


def _bracketed(title: str) -> str:
    """What stands in brackets at the beginning or the end of a title."""
    match = re.match(r"[(（【\[]([^)）】\]]*)[)）】\]]", title) or re.search(
        r"[(（【\[]([^(（【\[]*)[)）】\]]$", title
    )
    return match[1] if match else ""
