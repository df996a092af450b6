"""How wide the columns of a table are: no number and no word is parted, and the whole is as wide as the text."""

import re
from collections.abc import Callable

from web.summaries.blocks import Table

_PIECES = re.compile(
    r"[^\s\u2e80-\uffff]+|\S"
)  # what stands on one line: a number, a word, a Chinese character


def column_widths(table: Table, measure: Callable[[str], float], room: float) -> list[float]:
    """measure: how wide a text is in its cell, with the room around it.

    Wanted is the longest text on one line, of a long head on two; of that each column gets as much as there is room for beyond
    its longest piece."""
    half = room / 2
    least, wanted = [], []
    for place, head in enumerate(table.head):
        texts = [shown(row[place]) for row in table.lines]
        pieces = {piece for text in (head, *texts) for piece in _PIECES.findall(text)}
        least.append(min(half, max(map(measure, pieces), default=0.0)))
        of_head = measure(head) if measure(head) < room / 5 else measure(head) / 2 + measure("")
        wanted.append(max(least[-1], min(half, max([of_head, room / 12, *map(measure, texts)]))))
    free = room - sum(least)
    if sum(wanted) <= room or free <= 0:
        taken = wanted if free > 0 else least
        return [room * wide / sum(taken) for wide in taken]
    more = [wide - low for wide, low in zip(wanted, least, strict=True)]
    return [low + free * wide / sum(more) for low, wide in zip(least, more, strict=True)]


def shown(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value
