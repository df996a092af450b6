"""同上 and 〃 for what stands above. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from models.imports.findings import Line

_DITTO = re.compile("[〃〞″]|[\"'＂]{1,2}|(?:内容|地点|单位|时间)?同(?:上|前)(?:一?[行项栏])?")


def written_out(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines with the words of the cell above in their place; empty where nothing stands above."""
    above: list[str] = []
    for line in lines:
        if any(map(_DITTO.fullmatch, line.cells)):
            texts = [*above, *[""] * (len(line.cells) - len(above))]
            cells = [texts[n] if _DITTO.fullmatch(cell) else cell for n, cell in enumerate(line.cells)]
            line = replace(line, cells=cells)
        if sum(map(bool, line.cells)) > 1:
            above = line.cells
        yield line
