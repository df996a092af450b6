"""The public figures: visits by county, day and group at most, with cells withheld (models.figures.publication.withholding).

Counted once, when figures are released; every public page and file is derived from this one table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import product
from threading import Lock

from models.campaigns.tables import Campaign
from models.errors import N_, Mistake
from models.events.tables import Event
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.figures.publication.changes import (
    NOTHING,
    Sources,
    Waiting,
    due,
    last_release,
    next_release,
    visits_of,
)
from models.figures.publication.methods import PublicMethods, identified_visits, public_methods, total
from models.figures.publication.participants import PublicParticipants, public_participants
from models.figures.publication.withholding import (
    ALL,
    NOWHERE,
    Cell,
    code_of,
    family,
    node_of,
    nodes_of,
    path_of,
    unit_of,
)
from models.figures.visits import visit_rows
from models.ledger.tables import METHODS
from models.places import regions
from models.places.regions import RegionLevel
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
    those that are withheld, fallen only until a later release: their counts are 1 to 4, or all of them wait. nodes: what of
    the country is released; units: those with visits or withheld cells there. participants, by_method: of the country."""

    as_of: datetime
    sources: Mapping[Cell, Sources]
    values: dict[Cell, int]
    hidden: frozenset[Cell]
    fallen: frozenset[Cell]
    participants: PublicParticipants
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

    def answer(self, by: Sequence[str], filters: Filters, level: RegionLevel | None = None) -> PublicFigures:
        """level: of the regions in the rows. Raises Mistake for what is not public."""
        narrowed = {name for name, _value in filters.query()}
        if set(by) - set(BY) or narrowed - set(BY):
            raise Mistake(ONLY_THESE)
        nodes = self._chosen(filters.region)
        days, groups = self._days(filters), list(filters.audience) or [ALL]
        whole = not narrowed and self.nodes == {ALL}
        return PublicFigures(
            self.as_of,
            self.visits(nodes, days, groups),
            self.participants.shown if whole and self.tells_total else None,
            self.methods() if whole else None,
            list(self._rows(by, nodes, days, groups, level)) if by else [],
        )

    def last_day(self, day: date) -> date:
        """The last day that it holds. day: that of its freezing, which may not be in it yet."""
        return day if day.isoformat() in self._values_of(1) else day - timedelta(days=1)

    @property
    def tells_total(self) -> bool:
        """Whether the visits of the country are public. If not, nothing that they follow from is."""
        return (ALL, ALL, ALL) not in self.hidden

    def methods(self) -> dict[str, int | None]:
        return self.by_method.shown() if self.tells_total else dict.fromkeys(METHODS)

    def _chosen(self, codes: Iterable[str]) -> list[str]:
        """The nodes of the chosen regions, as far as they are released; without a choice all that is released."""
        chosen = frozenset(map(node_of, codes)) or self.nodes
        visible = {node for node in chosen if set(path_of(node)) & self.nodes}
        visible |= {node for node in self.nodes if set(path_of(node)) & chosen}
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
        below = regions.level_below(filters.region[0] if len(filters.region) == 1 else None)
        return self._nodes_at(below, self._chosen(filters.region))

    def _nodes_at(self, level: RegionLevel, chosen: Sequence[str]) -> list[str]:
        """The nodes of a level within the chosen ones. What lies above the level is a node of its own."""
        digits = {RegionLevel.PROVINCE: 2, RegionLevel.PREFECTURE: 4, RegionLevel.COUNTY: 6}[level]
        inside = {unit for unit in self.units if set(nodes_of(unit)) & set(chosen)}
        nodes = {unit if unit == NOWHERE else unit[:digits] for unit in inside}
        return [node for node in sorted(nodes) if set(path_of(node)) & self.nodes]

    @staticmethod
    def _days(filters: Filters) -> list[str]:
        return [day.isoformat() for day in filters.day] or [ALL]

    def released_codes(self) -> list[str]:
        """The regions that are released; [] where the whole country is."""
        return [str(code_of(node)) for node in sorted(self.nodes) if node != ALL]

    def _rows(
        self,
        by: Sequence[str],
        nodes: list[str],
        days: list[str],
        groups: list[str],
        level: RegionLevel | None,
    ) -> Iterable[dict]:
        options = {
            "region": [unit for unit in self.units if set(nodes_of(unit)) & set(nodes)]
            if level is None
            else self._nodes_at(level, nodes),
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


def _uppermost(nodes: Iterable[str]) -> frozenset[str]:
    """Without those that lie in another one."""
    everything = frozenset(nodes)
    return frozenset(node for node in everything if not (set(path_of(node)) - {node}) & everything)


def _plain(name: str, value: str) -> object:
    if name == "region":
        return code_of(value)
    return date.fromisoformat(value) if name == "day" else value


def count(
    campaign: Campaign,
    now: datetime,
    before: PublicTable | None,
    public_before: frozenset[str],
    public: frozenset[str],
) -> PublicTable:
    """The public table now. Events that were never reviewed are left out.

    before: the table of the last release. public_before: the nodes of it that anybody could see. public: those of this one."""
    part = FiguresFilter(conditions=(Event.published_at.is_not(None),))
    counted: dict[Cell, Counter[str]] = defaultdict(Counter)
    for row in visit_rows(campaign, ("region", "day", "audience"), part).values():
        cell = (unit_of(row["region"]), row["day"].isoformat(), row["audience"])
        counted[cell].update({name: visits for name, visits in row["methods"].items() if visits})
    last = NOTHING
    if before:
        hidden = before.hidden - before.fallen
        last = last_release(before.sources, hidden, public_before, before.fallen)
    shown = due(counted, last, campaign.today(now).isoformat())
    if len(shown) < len(counted):
        part = replace(part, days=tuple(sorted({date.fromisoformat(day) for _unit, day, _group in shown})))
    published = next_release(shown, last, public)
    methods = total(published.sources.values())
    whole_before = before if ALL in public_before else None
    by_method = public_methods(methods, whole_before.by_method if whole_before else None)
    participants = public_participants(
        figures(campaign, now, (), part).participants,
        identified_visits(methods),
        whole_before.participants if whole_before else PublicParticipants(),
        may_change=by_method.tells_participants,
    )
    return table_of(
        now,
        published.sources,
        published.hidden,
        published.fallen,
        participants,
        by_method,
        published.waiting,
    )


def table_of(
    as_of: datetime,
    sources: Mapping[Cell, Sources],
    hidden: frozenset[Cell],
    fallen: frozenset[Cell],
    participants: PublicParticipants,
    by_method: PublicMethods,
    waiting: Mapping[str, Waiting],
) -> PublicTable:
    values = family(visits_of(sources))
    units = {unit for unit, _day, _group in sources} | {
        cell[0] for cell in hidden | fallen if len(cell[0]) == 6 or cell[0].endswith(("=", NOWHERE))
    }
    return PublicTable(
        as_of,
        sources,
        values,
        hidden | fallen,
        fallen,
        participants,
        by_method,
        waiting,
        tuple(sorted(units)),
    )


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
