"""The public figures: visits by county, day and group at most, with cells withheld (models.figures.publication.withholding).

Counted once, when figures are released; every public page and file is derived from this one table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product
from threading import Lock

from models.campaigns.tables import Campaign
from models.errors import N_, Mistake
from models.events.tables import Event
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.figures.publication.changes import Sources, Waiting, next_release, visits_of
from models.figures.publication.methods import NOT_KEPT, PublicMethods, public_methods, total
from models.figures.publication.withholding import (
    ALL,
    NOWHERE,
    SMALLEST,
    Cell,
    code_of,
    family,
    node_of,
    nodes_of,
    unit_of,
)
from models.figures.visits import visit_rows
from models.public.filters import Filters

BY = ("audience", "region", "day")
ONLY_THESE = N_("The public figures are by region, day and audience group only.")


@dataclass(frozen=True)
class PublicFigures:
    """visits None: withheld. participants None: not public for this part. rows: a dict with the dimensions and visits."""

    as_of: datetime
    visits: int | None
    participants: int | None
    methods: dict[str, int | None] | None
    rows: list[dict] = field(default_factory=list)


@dataclass(frozen=True)
class PublicTable:
    """sources: visits of the cells of units by method. values: of every cell with visits; hidden: of these and of empty ones,
    those that are withheld. nodes: what of the country is released; units: those with visits or withheld cells there.
    participants, by_method: of the country, participants None where they are withheld."""

    as_of: datetime
    sources: Mapping[Cell, Sources]
    values: dict[Cell, int]
    hidden: frozenset[Cell]
    participants: int | None
    by_method: PublicMethods
    waiting: Mapping[str, Waiting]
    units: tuple[str, ...]
    nodes: frozenset[str] = frozenset({ALL})

    def part(self, nodes: frozenset[str]) -> "PublicTable":
        units = tuple(unit for unit in self.units if nodes & set(nodes_of(unit)))
        return replace(self, nodes=_uppermost(nodes), units=units)

    def visits(self, nodes: Iterable[str], days: Iterable[str], groups: Iterable[str]) -> int | None:
        """The sum of these cells; None where one of them is withheld."""
        wanted = list(product(nodes, days, groups))
        if any(cell in self.hidden for cell in wanted):
            return None
        return sum(self.values.get(cell, 0) for cell in wanted)

    def answer(self, by: Sequence[str], filters: Filters) -> PublicFigures:
        """Raises Mistake for what is not public."""
        narrowed = {name for name, _value in filters.query()}
        if set(by) - set(BY) or narrowed - set(BY):
            raise Mistake(ONLY_THESE)
        nodes = self._chosen(filters.region)
        days, groups = self._days(filters), list(filters.audience) or [ALL]
        whole = not narrowed and self.nodes == {ALL}
        return PublicFigures(
            self.as_of,
            self.visits(nodes, days, groups),
            self.participants if whole else None,
            self.by_method.shown() if whole else None,
            list(self._rows(by, nodes, days, groups)) if by else [],
        )

    def _chosen(self, codes: Iterable[str]) -> list[str]:
        """The nodes of the chosen regions, as far as they are released; without a choice all that is released."""
        chosen = frozenset(map(node_of, codes)) or self.nodes
        visible = {node for node in chosen if set(_path(node)) & self.nodes}
        visible |= {node for node in self.nodes if set(_path(node)) & chosen}
        return sorted(_uppermost(visible))

    def subregions(self, filters: Filters) -> list[tuple[str | None, int | None]]:
        """Visits of the regions one level below the chosen one (provinces for none), the largest first."""
        days, groups = self._days(filters), list(filters.audience) or [ALL]
        rows = [(code_of(node), self.visits([node], days, groups)) for node in self._nodes_below(filters)]
        return sorted(rows, key=lambda row: (row[1] is None, -(row[1] or 0), row[0] or ""))

    def groups_by_region(self, filters: Filters) -> dict[str | None, dict[str, int | None]]:
        """Visits by group of the same regions."""
        days, groups = self._days(filters), self.groups(filters)
        return {
            code_of(node): {group: self.visits([node], days, [group]) for group in groups}
            for node in self._nodes_below(filters)
        }

    def groups_by_day(self, filters: Filters) -> dict[date, dict[str, int | None]]:
        days: dict[date, dict[str, int | None]] = {}
        for row in self.answer(("day", "audience"), filters).rows:
            days.setdefault(row["day"], {})[row["audience"]] = row["visits"]
        return days

    def groups(self, filters: Filters) -> list[str]:
        """The chosen groups, else all that have visits or withheld cells."""
        return list(filters.audience) or self._values_of(2)

    def _nodes_below(self, filters: Filters) -> list[str]:
        """What lies at the chosen region's own level is a node of its own."""
        chosen = set(self._chosen(filters.region))
        digits = len(node_of(filters.region[0])) + 2 if len(filters.region) == 1 else 2
        inside = {unit for unit in self.units if set(nodes_of(unit)) & chosen}
        nodes = {unit if unit == NOWHERE else unit[:digits] for unit in inside}
        return [node for node in sorted(nodes) if set(_path(node)) & self.nodes]

    @staticmethod
    def _days(filters: Filters) -> list[str]:
        return [day.isoformat() for day in filters.day] or [ALL]

    def released_codes(self) -> list[str]:
        """The regions that are released; [] where the whole country is."""
        return [str(code_of(node)) for node in sorted(self.nodes) if node != ALL]

    def _rows(
        self, by: Sequence[str], nodes: list[str], days: list[str], groups: list[str]
    ) -> Iterable[dict]:
        options = {
            "region": [unit for unit in self.units if set(nodes_of(unit)) & set(nodes)],
            "day": self._values_of(1) if days == [ALL] else days,
            "audience": self._values_of(2) if groups == [ALL] else groups,
        }
        for values in product(*(options[name] for name in by)):
            chosen = dict(zip(by, values, strict=True))
            visits = self.visits(
                [chosen["region"]] if "region" in chosen else nodes,
                [chosen["day"]] if "day" in chosen else days,
                [chosen["audience"]] if "audience" in chosen else groups,
            )
            if visits != 0:
                yield {name: _plain(name, value) for name, value in chosen.items()} | {"visits": visits}

    def _values_of(self, position: int) -> list[str]:
        return sorted({cell[position] for cell in (*self.values, *self.hidden)} - {ALL})


def _path(node: str) -> tuple[str, ...]:
    """A node and those above it."""
    if node == NOWHERE or node.endswith("="):
        return nodes_of(node)
    return (*(node[:length] for length in (6, 4, 2) if length <= len(node)), ALL)


def _uppermost(nodes: Iterable[str]) -> frozenset[str]:
    """Without those that lie in another one."""
    everything = frozenset(nodes)
    return frozenset(node for node in everything if not (set(_path(node)) - {node}) & everything)


def _plain(name: str, value: str) -> object:
    if name == "region":
        return code_of(value)
    return date.fromisoformat(value) if name == "day" else value


def count(
    campaign: Campaign, now: datetime, before: PublicTable | None, public_before: frozenset[str]
) -> PublicTable:
    """The public table now. Events that were never reviewed are left out.

    before: the table of the last release. public_before: the nodes of it that anybody could see."""
    part = FiguresFilter(conditions=(Event.published_at.is_not(None),))
    counted: dict[Cell, Counter[str]] = defaultdict(Counter)
    for row in visit_rows(campaign, ("region", "day", "audience"), part).values():
        cell = (unit_of(row["region"]), row["day"].isoformat(), row["audience"])
        counted[cell].update({name: visits for name, visits in row["methods"].items() if visits})
    old = before or _table(now, {}, frozenset(), None, PublicMethods(), {})
    published = next_release(
        counted, old.sources, old.hidden, lambda unit: not public_before.isdisjoint(nodes_of(unit))
    )
    methods = total(published.sources.values())
    participants = figures(campaign, now, (), part).participants
    whole_before = before if ALL in public_before else None
    return _table(
        now,
        published.sources,
        published.hidden,
        _participants(min(participants, sum(methods.values())), whole_before),
        public_methods(methods, whole_before.by_method if whole_before else None),
        published.waiting,
    )


def _participants(participants: int, before: PublicTable | None) -> int | None:
    """A change of under 5 waits, as in the cells."""
    shown = before.participants if before else None
    if shown is not None and abs(participants - shown) < SMALLEST:
        return shown
    return participants if participants >= SMALLEST else None


def _table(
    as_of: datetime,
    sources: Mapping[Cell, Sources],
    hidden: frozenset[Cell],
    participants: int | None,
    by_method: PublicMethods,
    waiting: Mapping[str, Waiting],
) -> PublicTable:
    values = family(visits_of(sources))
    units = {unit for unit, _day, _group in sources} | {
        cell[0] for cell in hidden if len(cell[0]) == 6 or cell[0].endswith(("=", NOWHERE))
    }
    return PublicTable(as_of, sources, values, hidden, participants, by_method, waiting, tuple(sorted(units)))


def written(table: PublicTable) -> dict:
    """As JSON. Servers of an older version read cells, withheld, participants and methods."""
    cells = sorted(table.sources.items())
    return {
        "cells": [[*cell, sum(methods.values())] for cell, methods in cells],
        "sources": [methods for _cell, methods in cells],
        "withheld": sorted(map(list, table.hidden)),
        "participants": table.participants,
        "methods": table.by_method.shown(),
        "methods_withheld": [sorted(table.by_method.withheld), sorted(table.by_method.changed)],
        "waiting": {unit: [one.cells, one.visits] for unit, one in sorted(table.waiting.items())},
    }


def read(as_of: datetime, content: dict) -> PublicTable:
    """Tables of older versions say visits without the methods of each cell, and nothing that waits."""
    cells = content["cells"]
    methods = content.get("sources") or [{NOT_KEPT: cell[3]} for cell in cells]
    sources: dict[Cell, Sources] = {
        (unit, day, group): by_method
        for (unit, day, group, _visits), by_method in zip(cells, methods, strict=True)
    }
    hidden = frozenset((node, day, group) for node, day, group in content["withheld"])
    waiting = waiting_of(content.get("waiting", {}))
    return _table(as_of, sources, hidden, content["participants"], _methods(content, sources), waiting)


def _methods(content: dict, sources: Mapping[Cell, Sources]) -> PublicMethods:
    if "methods_withheld" in content:
        return PublicMethods(total(sources.values()), *map(frozenset, content["methods_withheld"]))
    shown = content["methods"]
    return PublicMethods(
        {name: visits or 0 for name, visits in shown.items()},
        frozenset(name for name, visits in shown.items() if visits is None),
    )


def waiting_of(content: Mapping[str, Sequence[int]]) -> dict[str, Waiting]:
    return {unit: Waiting(*numbers) for unit, numbers in content.items()}


_kept: dict[str, PublicTable] = {}
_lock = Lock()


def kept(campaign_id: str, as_of: datetime) -> PublicTable | None:
    """The table of a release, where this process has read it."""
    with _lock:
        table = _kept.get(campaign_id)
    return table if table is not None and table.as_of == as_of else None


def keep(campaign_id: str, table: PublicTable) -> PublicTable:
    """Without the methods of its cells, which only the next release needs."""
    table = replace(table, sources={})
    with _lock:
        _kept[campaign_id] = table
    return table
