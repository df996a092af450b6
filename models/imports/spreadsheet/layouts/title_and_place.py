"""Cells of a grid with two lines each, the title and below it the place. Pure."""

import re
from collections.abc import Iterable

_PLACE = re.compile(
    r"(?:[厅室馆场园楼院店街村镇区心堂台站所校学口廊吧城]|[\dA-Za-z]{2,5}[室号]?)(?:[（(][^()（）]*[)）])?$"
)
# 进校园 is another title.
_TITLE = re.compile(r"(?:走?进|走访|参观|探访|游览|打卡|送法)")
_LABEL = re.compile(r"^(?:活动)?地点\s*[:：]\s*")
_LEAST = 2


def are_pairs(cells: Iterable[str]) -> bool:
    """Whether each filled cell is a title and its place; of some both may be titles, if the second one says so."""
    filled = [lines_of(cell) for cell in cells if cell.strip()]
    pairs = [pair for pair in filled if not are_titles(pair)]
    if len(pairs) < _LEAST or any(len(pair) != 2 for pair in pairs):
        return False
    titles = [pair for pair in pairs if not _PLACE.search(pair[0])]
    return all(_PLACE.search(pair[1]) for pair in pairs) and 2 * len(titles) > len(pairs)


def are_titles(lines: list[str]) -> bool:
    return len(lines) == 2 and _TITLE.match(lines[1]) is not None


def titles_and_places(cell: str) -> list[list[str]]:
    """Of a cell in a table of such pairs each title with its place, "" for none."""
    lines = lines_of(cell)
    return [[line, ""] for line in lines] if are_titles(lines) else [lines] if lines else []


def lines_of(cell: str) -> list[str]:
    return [_LABEL.sub("", line.strip()) for line in cell.split("\n") if line.strip()]
