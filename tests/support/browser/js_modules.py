"""Our own JavaScript as a graph: every module under static/js by its path there, and what it imports."""

import posixpath
import re
from pathlib import Path

JS = Path(__file__).resolve().parents[3] / "static" / "js"
IMPORT = re.compile(r'(?:^import\b[^;"]*|^export\b[^;"()]* from |\bimport\()"([^"]+)"', re.MULTILINE)


def modules() -> list[str]:
    return sorted(path.relative_to(JS).as_posix() for path in JS.rglob("*.js"))


def imported_in(script: str) -> list[str]:
    return IMPORT.findall(script)


def imports(module: str) -> set[str]:
    """Every module of ours that one imports, also later on; libraries in static/vendor are not ours."""
    found = set()
    for name in imported_in((JS / module).read_text(encoding="utf-8")):
        target = posixpath.normpath(posixpath.join("/static/js", posixpath.dirname(module), name))
        if not target.startswith("/static/vendor/"):
            found.add(target.removeprefix("/static/js/"))
    return found


def reached(module: str) -> set[str]:
    found, new = set(), {module}
    while new:
        found |= new
        new = set().union(*(imports(one) for one in new)) - found
    return found
