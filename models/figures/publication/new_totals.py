"""Totals that become public because a wider region is released after one inside it. Pure.

What was withheld of the inner region's own totals could be computed from them, less the rest. So it is withheld in a second
region too, one that nobody saw before: what the inner region's other table changes, that of the second makes up for. Where no
second region fits, the new totals are withheld with the inner one's.
"""

from collections.abc import Mapping, Set

from models.figures.publication.withholding import ALL, NOWHERE, SMALLEST, Cell, is_inside, nodes_of, path_of


def complement(
    before: Set[Cell], hidden: Set[Cell], totals: Mapping[Cell, int], seen: Set[str], public: Set[str]
) -> frozenset[Cell]:
    """What more is withheld. before: what was in the last release, where seen was public. hidden, totals: of this one."""
    found = set(hidden)
    units = {node for node, _day, _group in totals if len(node) == 6 or node.endswith(("=", NOWHERE))}
    fresh = [unit for unit in sorted(units) if not is_inside(unit, seen)]
    for top in sorted(node for node in seen if not is_inside(node, seen - {node})):
        above = [node for node in path_of(top)[1:] if is_inside(node, public)]
        own = sorted((day, group) for node, day, group in before if node == top)
        if above and own:
            nodes = _second(fresh, above, own, totals, found)
            found |= {(node, day, group) for node in nodes for day, group in own}
    return frozenset(found)


def _second(
    fresh: list[str],
    above: list[str],
    own: list[tuple[str, str]],
    totals: Mapping[Cell, int],
    hidden: Set[Cell],
) -> list[str]:
    """The nodes that the second region changes, the nearest and then the smallest first; all above where none fits."""

    def nearest(unit: str) -> tuple[int, int, str]:
        return above.index(_common(unit, above)), totals.get((unit, ALL, ALL), 0), unit

    cells = [one for one in own if ALL not in one]
    for unit in sorted((one for one in fresh if set(nodes_of(one)) & set(above)), key=nearest):
        common = _common(unit, above)
        # The calendar says on which days a region has no event, and so no visits.
        if not all(totals.get((unit, day, ALL)) for day, _group in own):
            continue
        # Of several cells some get more and some less, so all need visits.
        if len(cells) > 1 and not all(totals.get((unit, *one)) for one in cells):
            continue
        kept = [(node, *one) for node in above[above.index(common) :] for one in own]
        if all(cell in hidden or not 0 < totals.get(cell, 0) < SMALLEST for cell in kept):
            below = nodes_of(unit)[: nodes_of(unit).index(common)]
            return [*above[: above.index(common)], *below]
    return above


def _common(unit: str, above: list[str]) -> str:
    return next(node for node in above if node in nodes_of(unit))
