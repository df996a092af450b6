"""A cell cut into its entries, for lists of organizations and of places. Pure."""

import re
import unicodedata

SIGNS = "、，,/／&＆"
CHINESE = "\u3400-\u9fff"
# Two names with a blank between them.
BLANK = re.compile(rf"(?<=[{CHINESE})）])\s+(?=[{CHINESE}])")
_NUMBER = re.compile(r"(?:^|(?<=[\s;；，,。]))[(（]?(\d{1,2})[.．、)）](?!\d)|([①-⑳])")


def without_numbers(text: str) -> str:
    """1. 市图书馆 2. 市博物馆 as a list of two; numbers that do not count from one are part of the names."""
    numbers = list(_NUMBER.finditer(text))
    counted = [int(unicodedata.normalize("NFKC", each[1] or each[2])) for each in numbers]
    if len(numbers) < 2 or counted != list(range(1, len(numbers) + 1)) or text[: numbers[0].start()].strip():
        return text
    ends = [*(each.start() for each in numbers[1:]), len(text)]
    pieces = (text[each.end() : end] for each, end in zip(numbers, ends, strict=True))
    return ";".join(piece.strip(" \n;；，,、。") for piece in pieces)


def apart(text: str, signs: str) -> list[str]:
    """The pieces of a text between these signs, which divide nothing within brackets."""
    pieces, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth = max(0, depth + (sign in "(（") - (sign in ")）"))
        if depth == 0 and sign in signs:
            pieces.append(text[start:at].strip())
            start = at + 1
    return [*pieces, text[start:].strip()]
