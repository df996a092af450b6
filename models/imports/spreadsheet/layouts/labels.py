"""Labels in a text: 时间：4月20日；地点：市民公园. Pure."""

import re

from models.imports.spreadsheet.column_names import is_left_out, options_of

_LABEL = re.compile(r"(?:^|(?<=[\s;；，,。、】\]）)]))([\u4e00-\u9fff]{2,8})\s*[:：]")
# 举办讲座（地点：市图书馆）
_IN_BRACKETS = re.compile(r"[（(]([\u4e00-\u9fff]{2,6})[:：]([^（）()]{2,})[)）]")
_LEAST = 2
_LONGEST = 1000


def labelled(text: str) -> dict[str, str]:
    """What stands behind the labels of a text, by their names; {} for fewer than two that name columns."""
    if len(text) > _LONGEST or not ("：" in text or ":" in text):
        return {}
    parts = [(name, value) for name, value in _parts(text) if options_of(name)]
    if len(parts) < _LEAST:
        return {}
    return dict(reversed(parts))


def without_contacts(text: str) -> str:
    """A text without the persons that its labels name: 联系人：…, 电话：…."""
    for name, value in _parts(text):
        if is_left_out(name):
            text = re.sub(rf"[;；，,、。]?\s*{name}\s*[:：]\s*{re.escape(value)}", "", text)
    return text.strip()


def _parts(text: str) -> list[tuple[str, str]]:
    labels = list(_LABEL.finditer(text))
    ends = [match.start() for match in labels[1:]] + [len(text)] * bool(labels)
    return [
        (match[1], text[match.end() : end].strip(" \n;；，,。、"))
        for match, end in zip(labels, ends, strict=True)
    ]


def in_brackets(text: str) -> dict[str, str]:
    """The same of labels in brackets, also of one alone."""
    return {
        match[1]: match[2].strip() for match in _IN_BRACKETS.finditer(text[:_LONGEST]) if options_of(match[1])
    }
