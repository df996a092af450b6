"""Visits of the country by method, as far as they are public. Pure."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from models.figures.publication.withholding import SMALLEST
from models.ledger.tables import METHODS

NOT_KEPT = ""  # the method of visits that were released when tables did not keep the methods of each cell


@dataclass(frozen=True)
class PublicMethods:
    """visits: of all methods. withheld: those that stay so, because they were small once or are the complement of one that was.
    changed: withheld this time."""

    visits: Mapping[str, int] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()

    def shown(self) -> dict[str, int | None]:
        hidden = METHODS if self.visits.get(NOT_KEPT) else self.withheld | self.changed
        return {name: None if name in hidden else self.visits.get(name, 0) for name in METHODS}


def total(sources: Iterable[Mapping[str, int]]) -> dict[str, int]:
    visits: dict[str, int] = {}
    for methods in sources:
        for name, number in methods.items():
            visits[name] = visits.get(name, 0) + number
    return visits


def public_methods(visits: Mapping[str, int], before: PublicMethods | None) -> PublicMethods:
    """Where one is small, or its change since the last release, it and the next smallest are withheld.

    before: where the whole country was public."""
    then = before.visits if before and not before.visits.get(NOT_KEPT) else visits
    small = {name for name in METHODS if 0 < visits.get(name, 0) < SMALLEST}
    withheld = _with_complement(small | (before.withheld if before else set()), visits, then)
    changes = {name: abs(visits.get(name, 0) - then.get(name, 0)) for name in METHODS}
    changed = {name for name in METHODS if 0 < changes[name] < SMALLEST}
    return PublicMethods(visits, withheld, _with_complement(withheld | changed, visits, then) - withheld)


def _with_complement(hidden: Set[str], visits: Mapping[str, int], then: Mapping[str, int]) -> frozenset[str]:
    """Of the others the smallest that has visits and has changed is the complement: one alone follows from the total."""
    if len(hidden) != 1:
        return frozenset(hidden)
    others = [name for name in METHODS if name not in hidden]
    return frozenset(hidden) | {
        min(
            others,
            key=lambda name: (not visits.get(name), visits.get(name) == then.get(name), visits.get(name, 0)),
        )
    }
