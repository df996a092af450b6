"""The number in the words of a report: 800余份, 1.1万人次, 数千. Pure."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"(\d[\d,，]*(?:\.\d+)?)\s*(百万|千万|十万|万|亿|千|百|[kK](?![a-z])|thousand|million)?")
_KINDS = re.compile(r"\d+\s*[余多]?\s*[种类款]")  # 13种790册: kinds of leaflets, not copies
_FACTOR = {
    "百": 100,
    "千": 1_000,
    "k": 1_000,
    "K": 1_000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "thousand": 1_000,
    "million": 1_000_000,
}
# With one of these the true number may be smaller.
_NOT_AT_LEAST = re.compile(
    r"约|近|大概|大约|上下|左右|不到|不足|以内|至多|最多|about|nearly|almost|up to|around|less than|~",
    re.IGNORECASE,
)


def lower_bound(text: str) -> int | None:
    """What the words say at least: 800 for 800余份. None where they name no number, or one that may be too large."""
    match = _NUMBER.search(_KINDS.sub("", text))
    if match is None or _NOT_AT_LEAST.search(text):
        return None
    digits, unit = match.groups()
    return int(Decimal(digits.replace(",", "").replace("，", "")) * _FACTOR.get(unit or "", 1))
