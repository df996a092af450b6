"""Organizations as a tree, derived from region and line: county bureau, city, province; courts and schools beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.organizations.tables import Organization


@dataclass(frozen=True)
class TreeRow:
    """An organization at its place. depth: 0 for one without an organization of its line above it."""

    organization: Organization
    depth: int


def tree_of(organizations: Iterable[Organization]) -> list[TreeRow]:
    """Each organization after the one above it: that of its line in the nearest region above. Siblings by region and name."""
    rows = sorted(organizations, key=lambda one: (one.region_code or "", one.line or "", one.name, one.id))
    heads: dict[tuple[str, str], Organization] = {}
    for one in rows:
        if one.line and one.region_code:
            heads.setdefault((one.region_code, one.line), one)
    below: dict[int | None, list[Organization]] = {}
    for one in rows:
        below.setdefault(_parent_id(one, heads), []).append(one)
    return list(_walk(None, 0, below))


def below_of(organizations: Iterable[Organization], above: Organization) -> list[Organization]:
    """Those that stand directly below one in the tree of these organizations."""
    rows = tree_of(organizations)
    start = next((number for number, row in enumerate(rows) if row.organization.id == above.id), len(rows))
    below = []
    for row in rows[start + 1 :]:
        if row.depth <= rows[start].depth:
            break
        if row.depth == rows[start].depth + 1:
            below.append(row.organization)
    return below


def _parent_id(one: Organization, heads: dict[tuple[str, str], Organization]) -> int | None:
    above = (heads.get((code, one.line or "")) for code in _codes_above(one.region_code))
    return next((head.id for head in above if head is not None), None)


def _codes_above(code: str | None) -> Sequence[str]:
    """The codes of the prefecture and the province above a region, the nearest first."""
    if code is None:
        return ()
    candidates = (code[:4] + "00", code[:2] + "0000")
    return [above for above in dict.fromkeys(candidates) if above != code]


def _walk(
    parent_id: int | None, depth: int, below: dict[int | None, list[Organization]]
) -> Iterable[TreeRow]:
    for one in below.get(parent_id, ()):
        yield TreeRow(one, depth)
        yield from _walk(one.id, depth + 1, below)
