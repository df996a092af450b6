"""The import rule: models imports neither kiosk nor web nor anything of a request; those two never each other."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"models", "kiosk", "web", "wsgi"}
ALLOWED = {
    "models": {"models"},
    "kiosk": {"models", "kiosk"},
    "web": {"models", "web"},
    "wsgi.py": PACKAGES,
}
# What models may not import, because it belongs to a request.
OF_A_REQUEST = {
    "flask": {
        "request",
        "session",
        "g",
        "render_template",
        "redirect",
        "url_for",
        "abort",
        "jsonify",
        "Blueprint",
    },
    "flask_login": None,
    "flask_wtf": None,
    "flask_limiter": None,
    "flask_babel": None,
    "wtforms": None,
}


def modules() -> list[Path]:
    paths = [path for name in ("models", "kiosk", "web") for path in sorted((ROOT / name).rglob("*.py"))]
    return [*paths, ROOT / "wsgi.py"]


@cache
def imports(path: Path) -> frozenset[tuple[str, str]]:
    """Every (module, name) that a file imports anywhere; name is "" for a plain import."""
    pairs = set()
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            pairs |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            pairs |= {(module, alias.name) for alias in node.names}
    return frozenset(pairs)


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(path):
    packages = {module.split(".")[0] for module, _name in imports(path)} & PACKAGES
    assert packages - ALLOWED[package_of(path)] == set()


@pytest.mark.parametrize("path", sorted((ROOT / "models").rglob("*.py")), ids=lambda path: path.stem)
def test_models_know_nothing_of_a_request(path):
    forbidden = {
        (module, name)
        for module, name in imports(path)
        if (package := module.split(".")[0]) in OF_A_REQUEST
        and (OF_A_REQUEST[package] is None or name in OF_A_REQUEST[package] or not name)
    }
    assert forbidden == set()


def test_the_test_sees_imports_of_both_kinds():
    file = ROOT / "models" / "db.py"
    assert ("sqlalchemy", "event") in imports(file)
    assert ("sqlite3", "") in imports(file)


def test_only_wsgi_imports_all_packages():
    knowing = [
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if {"models", "kiosk", "web"} <= {module.split(".")[0] for module, _name in imports(path)}
    ]
    assert knowing == ["wsgi.py"]
