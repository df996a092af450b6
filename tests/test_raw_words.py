"""Statuses, verdicts, reasons, roles and decisions are compared by their enums, so that a type checker sees a wrong word."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.events.tables import ChangeVerb, EventStatus, OccurrenceStatus
from models.ledger.tables import Decision, Reason, Verdict
from models.organizations.tables import Role

ROOT = Path(__file__).resolve().parents[1]
ENUMS = (EventStatus, OccurrenceStatus, ChangeVerb, Verdict, Reason, Decision, Role)
WORDS = {word.value for enum in ENUMS for word in enum}
# The words also occur as names of JSON fields and of form values, which are no statuses.
OTHER_THINGS = {"kiosk/simulator/report.py", "kiosk/commands/kiosks.py", "kiosk/api/configuration.py"}
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("models", "kiosk", "web")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


def compared(tree: ast.AST) -> Iterator[ast.expr]:
    """What stands in a comparison, also one by one in a tuple of alternatives."""
    for node in ast.walk(tree):
        for side in (node.left, *node.comparators) if isinstance(node, ast.Compare) else ():
            yield from side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else (side,)


@pytest.mark.parametrize("path", [path for path in FILES if path not in OTHER_THINGS])
def test_no_raw_word_is_compared(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    raw = [
        (side.lineno, side.value)
        for side in compared(tree)
        if isinstance(side, ast.Constant) and isinstance(side.value, str) and side.value in WORDS
    ]
    assert raw == []
