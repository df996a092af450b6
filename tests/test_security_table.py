"""docs/security.md: every requirement of ASVS 5.0 up to level 2 has a row, and each test that a row names exists."""

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (\d[\d.–, ]*) \| [^|]+ \| (met|not met|built so|setup|n/a) \| ([^|]+) \|$", re.MULTILINE
)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
# Requirements of level 1 and 2 in each section, in the order of the standard.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6,
    "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12,
    "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2,
    "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def _numbers(text: str) -> list[str]:
    """`4.4.1–4.4.3, 5.1.1` one by one."""
    found = []
    for part in text.split(", "):
        first, _dash, last = part.partition("–")
        section, _dot, low = first.rpartition(".")
        high = last.rpartition(".")[2] or low
        found += [f"{section}.{number}" for number in range(int(low), int(high) + 1)]
    return found


def test_every_requirement_has_one_row():
    rows = [number for numbers, _state, _how in ROW.findall(PAGE) for number in _numbers(numbers)]
    required = [f"{section}.{n}" for section, most in SECTIONS.items() for n in range(1, most + 1)]
    assert len(required) == 253
    assert sorted(rows) == sorted(required)


def test_every_test_that_is_named_exists():
    missing = []
    for file, name in TEST.findall(PAGE):
        path = ROOT / file
        if not path.exists() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_what_is_met_names_a_test():
    assert [
        numbers for numbers, state, how in ROW.findall(PAGE) if state == "met" and not TEST.search(how)
    ] == []


def test_sizes_of_files_are_those_of_the_code():
    rows = re.findall(r"\| (\d+) MB(?:, [^|]+)? \| `([\w.]+)` \|", PAGE)
    modules = [(int(size), import_module(name)) for size, name in rows]
    sizes = [getattr(module, "MOST_BYTES", None) or module.MAX_BYTES for _size, module in modules]
    assert sizes == [size * 1024 * 1024 for size, _module in modules]
    assert len(sizes) == 7
