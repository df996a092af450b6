"""The packages of models/ stand on floors: each imports only from lower ones, and `models` registers every table."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_imports import ROOT, imports

FLOORS = (
    {"api_operation", "measures", "text", "transactions"},
    {"errors"},
    {"security"},
    {"db", "urls", "bearer", "drawing", "data"},
    {"clock", "config", "installation", "places", "service_settings"},
    {"campaigns"},
    {"organizations"},
    {"audit", "events"},
    {"codes", "public", "outcomes"},
    {"devices", "ics"},
    {"ledger"},
    {"registration"},
    {"figures", "publishing"},
    {"imports", "desk", "visitors", "live"},
    {"accounts", "webhooks", "exports", "summaries"},
    {"checkin", "operations"},
    {"corrections", "backup"},
    {"demo", "synthetic"},
    {"migrations"},
)
FLOOR = {package: number for number, packages in enumerate(FLOORS, 1) for package in packages}
MODULES = [path for path in sorted((ROOT / "models").rglob("*.py")) if path.parent != ROOT / "models"] + [
    path for path in sorted((ROOT / "models").glob("*.py")) if path.stem != "__init__"
]


def package_of(path: Path) -> str:
    """models/events/scope.py -> events, models/clock.py -> clock."""
    return path.relative_to(ROOT / "models").with_suffix("").parts[0]


def imported_packages(path: Path) -> set[str]:
    """The packages and modules directly under models/ that a module imports anywhere, its own left out."""
    packages = set()
    for module, name in imports(path):
        parts = [*module.split("."), *([name] if module == "models" else [])]
        if parts[0] == "models" and len(parts) > 1 and parts[1]:
            packages.add(parts[1])
    return packages - {package_of(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_lower_floors(path):
    floor = FLOOR[package_of(path)]
    assert {package for package in imported_packages(path) if FLOOR[package] >= floor} == set()


def test_every_package_has_a_floor():
    assert {package_of(path) for path in MODULES} == set(FLOOR)


def test_the_test_sees_imports_of_modules_and_of_names():
    assert imported_packages(ROOT / "models/events/merges.py") == {
        "clock",
        "db",
        "errors",
        "organizations",
        "places",
    }
    assert imported_packages(ROOT / "models/places/gcj02.py") == set()
    assert {"clock", "codes"} <= imported_packages(ROOT / "models/operations/tick.py")


def declared_tables() -> set[str]:
    """The __tablename__ of every class under models/."""
    tables = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                tables |= {
                    ast.literal_eval(statement.value)
                    for statement in node.body
                    if isinstance(statement, ast.Assign)
                    and ast.unparse(statement.targets[0]) == "__tablename__"
                }
    return tables


def test_importing_models_registers_every_table():
    """In a process of its own: here other tests have imported everything."""
    program = "import json, models; from models.db import db; print(json.dumps(sorted(db.metadata.tables)))"
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(json.loads(shown.stdout)) == declared_tables()
