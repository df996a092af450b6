"""The cells of a grid of lanes: each block, and each gap between blocks, is one cell over its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Rows(Protocol):
    """A block from its first row (included) to its last (excluded)."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...


B = TypeVar("B", bound=Rows)


@dataclass(frozen=True)
class Cell(Generic[B]):
    """block None: a gap. rows: how many it stands over."""

    block: B | None
    rows: int


def cells_by_slot(lanes: Sequence[Sequence[B]], first: int, last: int) -> dict[int, list[Cell[B]]]:
    """For each row from first to last the cells that begin there, lane by lane. Blocks of a lane do not overlap."""
    cells: dict[int, list[Cell[B]]] = {slot: [] for slot in range(first, last)}
    for lane in lanes:
        at = first
        for block in lane:
            if block.first > at:
                cells[at].append(Cell(None, block.first - at))
            cells[block.first].append(Cell(block, block.last - block.first))
            at = block.last
        if at < last:
            cells[at].append(Cell(None, last - at))
    return cells
