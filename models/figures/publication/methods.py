"""Visits of the country by method, as far as they are public. Pure."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from models.figures.publication.withholding import SMALLEST
from models.ledger.tables import METHODS, Method

# Those of passes and browsers, who are the participants.
IDENTIFIED = frozenset({Method.PASS, Method.ROTATING, Method.PRINTED})
NOT_KEPT = ""  # the method of visits that were released when tables did not keep the methods of each cell


@dataclass(frozen=True)
class PublicMethods:
    """visits: of all methods. withheld: those that stay so, because they were small once or are the complement of one that was.
    changed: withheld this time. numbers: what was last shown of each method that ever was. tells_participants: whether no
    method follows from participants, which are at times the visits of passes and browsers: at one event on one day."""

    visits: Mapping[str, int] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)
    tells_participants: bool = True

    def shown(self) -> dict[str, int | None]:
        hidden = METHODS if self.visits.get(NOT_KEPT) else self.withheld | self.changed
        return {name: None if name in hidden else self.visits.get(name, 0) for name in METHODS}

    def last_shown(self) -> dict[str, int]:
        if not self.visits:
            return {}
        return {
            **self.numbers,
            **{name: visits for name, visits in self.shown().items() if visits is not None},
        }


def total(sources: Iterable[Mapping[str, int]]) -> dict[str, int]:
    visits: dict[str, int] = dict.fromkeys(METHODS, 0)
    for methods in sources:
        for name, number in methods.items():
            visits[name] = visits.get(name, 0) + number
    return visits


def identified_visits(visits: Mapping[str, int]) -> int:
    """Of passes and browsers; all of them where the methods were not kept."""
    return sum(visits.get(name, 0) for name in (*IDENTIFIED, NOT_KEPT))


def public_methods(visits: Mapping[str, int], before: PublicMethods | None) -> PublicMethods:
    """Where one is small, or its change since it was last shown, it and others are withheld, so that it follows from no sum.

    before: where the whole country was public."""
    last = before or PublicMethods()
    visits = total([visits])
    changes = _changes(visits, last)
    small = {name for name in METHODS if 0 < visits.get(name, 0) < SMALLEST}
    whole = frozenset(METHODS)
    for parts in ((IDENTIFIED, whole - IDENTIFIED), (whole,)):
        withheld = changes.with_complement(small | last.withheld, parts, changes.covers)
        changed = changes.with_complement(withheld | changes.few, parts, changes.covers_changes)
        if all(changes.covers_changes(part & changed) for part in (*parts, whole) if part & changed):
            break
    tells_participants = len(parts) > 1
    return PublicMethods(visits, withheld, changed - withheld, last.last_shown(), tells_participants)


@dataclass(frozen=True)
class _Changes:
    """since_last: since the last release. since_shown: since a method was last shown, or the last release if it never was."""

    visits: Mapping[str, int]
    since_last: Mapping[str, int]
    since_shown: Mapping[str, int]
    few: frozenset[str]  # those that were shown and have changed by 1 to 4 since

    def with_complement(
        self, hidden: Set[str], parts: Iterable[Set[str]], covers: Callable[[Set[str]], bool]
    ) -> frozenset[str]:
        """With as many others of the same part as it takes: those first that have visits and have changed, the smallest first."""
        return frozenset().union(*(self._part_with_complement(hidden & part, part, covers) for part in parts))

    def _part_with_complement(
        self, hidden: Set[str], part: Set[str], covers: Callable[[Set[str]], bool]
    ) -> frozenset[str]:
        found = frozenset(hidden)
        for name in sorted((name for name in part if name not in hidden), key=self._order):
            if not found or covers(found):
                break
            found |= {name}
        return found

    def _order(self, name: str) -> tuple[bool, bool, int, int]:
        visits = self.visits.get(name, 0)
        return not visits, not self.since_shown.get(name), visits, METHODS.index(Method(name))

    def covers(self, hidden: Set[str]) -> bool:
        """Whether the sum of these tells no small number."""
        return len(hidden) > 1 and sum(self.visits.get(name, 0) for name in hidden) >= SMALLEST

    def covers_changes(self, hidden: Set[str]) -> bool:
        """Whether it tells no small change either: one of several has changed by more."""
        sums = [sum(since.get(name, 0) for name in hidden) for since in (self.since_last, self.since_shown)]
        if any(0 < abs(change) < SMALLEST for change in sums) or not self.covers(hidden):
            return False
        still = not any(self.since_last.get(name) for name in hidden) and self.few.isdisjoint(hidden)
        return still or any(abs(self.since_shown.get(name, 0)) >= SMALLEST for name in hidden)


def _changes(visits: Mapping[str, int], last: PublicMethods) -> _Changes:
    """What is not known of a last release whose methods were not kept counts as unchanged."""
    now = {str(name): visits[name] for name in METHODS}
    shown = last.last_shown()
    then = {**now, **shown, **({} if last.visits.get(NOT_KEPT) else last.visits)}
    since_shown = {name: number - shown.get(name, then[name]) for name, number in now.items()}
    few = frozenset(name for name in shown if 0 < abs(since_shown[name]) < SMALLEST)
    return _Changes(visits, {name: number - then[name] for name, number in now.items()}, since_shown, few)
