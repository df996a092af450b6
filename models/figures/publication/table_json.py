"""The public table as it is stored, also by older versions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from models.figures.publication.changes import Sources, Waiting
from models.figures.publication.methods import NOT_KEPT, PublicMethods, total
from models.figures.publication.participants import PublicParticipants
from models.figures.publication.public_table import PublicTable, table_of
from models.figures.publication.withholding import Cell


def written(table: PublicTable) -> dict:
    """As JSON. Servers of an older version read cells, withheld, participants and methods."""
    cells = sorted(table.sources.items())
    return {
        "cells": [[*cell, sum(methods.values())] for cell, methods in cells],
        "sources": [methods for _cell, methods in cells],
        "withheld": sorted(map(list, table.hidden)),
        "fallen": sorted(map(list, table.fallen)),
        "participants": table.participants.shown if table.tells_total else None,
        "participants_last": table.participants.last,
        "participants_identified": table.participants.visits,
        "methods": table.methods(),
        "methods_withheld": [sorted(table.by_method.withheld), sorted(table.by_method.changed)],
        "methods_last": dict(table.by_method.last_shown()),
        "waiting": {unit: [one.cells, one.more, one.fewer] for unit, one in sorted(table.waiting.items())},
    }


def read(as_of: datetime, content: dict) -> PublicTable:
    """Tables of older versions say visits without the methods of each cell, and nothing that waits."""
    cells = content["cells"]
    methods = content.get("sources") or [{NOT_KEPT: cell[3]} for cell in cells]
    sources: dict[Cell, Sources] = {
        (unit, day, group): by_method
        for (unit, day, group, _visits), by_method in zip(cells, methods, strict=True)
    }
    return table_of(
        as_of,
        sources,
        _cells(content["withheld"]),
        _cells(content.get("fallen", [])),
        PublicParticipants(
            content["participants"],
            content.get("participants_last", content["participants"]),
            content.get("participants_identified"),
        ),
        _methods(content, sources),
        waiting_of(content.get("waiting", {})),
    )


def _cells(lists: Iterable[Sequence[str]]) -> frozenset[Cell]:
    return frozenset((node, day, group) for node, day, group in lists)


def _methods(content: dict, sources: Mapping[Cell, Sources]) -> PublicMethods:
    shown = content["methods"]
    numbers = content.get(
        "methods_last", {name: visits for name, visits in shown.items() if visits is not None}
    )
    if "methods_withheld" in content:
        withheld, changed = map(frozenset, content["methods_withheld"])
        return PublicMethods(total(sources.values()), withheld, changed, numbers)
    return PublicMethods(
        {name: visits for name, visits in shown.items() if visits is not None},
        frozenset(name for name, visits in shown.items() if visits is None),
        numbers=numbers,
    )


def waiting_of(content: Mapping[str, Sequence[int]]) -> dict[str, Waiting]:
    """Tables of older versions hold the difference alone."""
    return {unit: _waiting(*numbers) for unit, numbers in content.items()}


def _waiting(cells: int, more: int, fewer: int | None = None) -> Waiting:
    return Waiting(cells, more, fewer) if fewer is not None else Waiting(cells, max(more, 0), max(-more, 0))
