"""Cells of files for spreadsheets, which must not take what people typed for a formula."""

from typing import TypeVar

Cell = TypeVar("Cell")
# What begins a formula in one spreadsheet program or another, in full width too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


def safe_text(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def safe_cell(value: Cell) -> Cell | str:
    """The same for a cell of any kind: numbers stay numbers."""
    return safe_text(value) if isinstance(value, str) else value
