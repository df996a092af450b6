"""Whole numbers under bounds and sums, for tests that look for a second table which agrees with everything published."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Bounds = dict[Hashable, tuple[int, int]]


@dataclass(frozen=True)
class Sum:
    """The sum of some variables, minus others, lies between two numbers."""

    plus: tuple[Hashable, ...]
    lowest: int
    highest: int
    minus: tuple[Hashable, ...] = ()

    def narrow(self, bounds: Bounds) -> list[Hashable] | None:
        """Narrow the bounds of each variable by those of the others. Which changed; None: there is no solution."""
        terms = [(name, 1) for name in self.plus] + [(name, -1) for name in self.minus]
        ranges = [
            bounds[name] if sign > 0 else tuple(-end for end in bounds[name])[::-1] for name, sign in terms
        ]
        least, most = sum(low for low, _high in ranges), sum(high for _low, high in ranges)
        if least > self.highest or most < self.lowest:
            return None
        changed = []
        for (name, sign), (low, high) in zip(terms, ranges, strict=True):
            new = max(low, self.lowest - (most - high)), min(high, self.highest - (least - low))
            if new != (low, high):
                bounds[name] = new if sign > 0 else (-new[1], -new[0])
                changed.append(name)
        return changed


def solution(
    bounds: Mapping[Hashable, tuple[int, int]], sums: Sequence[Sum], tries: int = 20_000
) -> dict[Hashable, int] | None:
    """A value of each variable, those next to 0 first; None: there is none, or none was met in so many tries."""
    by_name: dict[Hashable, list[Sum]] = {name: [] for name in bounds}
    for one in sums:
        for name in (*one.plus, *one.minus):
            by_name[name].append(one)
    return _search(dict(bounds), list(sums), by_name, iter(range(tries)))


def _search(
    bounds: Bounds, waiting: list[Sum], by_name: Mapping[Hashable, list[Sum]], tries: Iterator[int]
) -> dict[Hashable, int] | None:
    while waiting:
        changed = waiting.pop().narrow(bounds)
        if changed is None:
            return None
        for name in changed:
            waiting += by_name[name]
    name = next((name for name, (low, high) in bounds.items() if low < high), None)
    if name is None:
        return {name: low for name, (low, _high) in bounds.items()}
    low, high = bounds[name]
    for value in sorted(range(low, high + 1), key=abs):
        if next(tries, None) is None:
            return None
        found = _search({**bounds, name: (value, value)}, list(by_name[name]), by_name, tries)
        if found is not None:
            return found
    return None
