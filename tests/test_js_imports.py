"""The import order of our own JavaScript: a module imports its own folder and the folders named for it, nothing else."""

import posixpath

import pytest

from tests.support.browser.js_modules import imported_in, imports, modules, reached

# Folder → the folders that it may import from besides itself. No chain of them comes back to where it began.
ALLOWED = {
    "browser": set(),
    "kiosk/base": {"browser"},
    "kiosk/codes": {"browser", "kiosk/base"},
    "kiosk/storage": {"browser", "kiosk/base"},
    "kiosk/server": {"browser", "kiosk/base", "kiosk/storage"},
    "kiosk/check-in": {"browser", "kiosk/base", "kiosk/codes", "kiosk/storage", "kiosk/server"},
    "kiosk/input": {"browser", "kiosk/base", "kiosk/codes", "kiosk/storage"},
    "kiosk/pairing": {"browser", "kiosk/base", "kiosk/codes", "kiosk/server", "kiosk/input"},
    "kiosk/screen": {"browser", "kiosk/base", "kiosk/storage", "kiosk/server", "kiosk/check-in"},
    "kiosk": {
        "browser",
        "kiosk/base",
        "kiosk/storage",
        "kiosk/server",
        "kiosk/check-in",
        "kiosk/input",
        "kiosk/pairing",
        "kiosk/screen",
    },
    "device-check": set(),
    "screens": {"browser", "kiosk/server"},
    "pass": {"browser"},
    "slip": {"kiosk/codes"},
    "phone": set(),
    "public": {"browser"},
    "desk": {"browser", "live"},
    "live": set(),
    "wall": {"browser", "live"},
}


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_its_folder_may(module):
    folder = posixpath.dirname(module)
    named = imports(module)
    assert named - set(modules()) == set()
    assert {posixpath.dirname(one) for one in named} - {folder} - ALLOWED[folder] == set()


@pytest.mark.parametrize("module", modules())
def test_no_module_imports_itself_over_others(module):
    assert [one for one in sorted(imports(module)) if module in reached(one)] == []


def test_every_folder_has_its_line():
    assert {posixpath.dirname(module) for module in modules()} == set(ALLOWED)


def test_the_test_sees_imports_of_all_kinds():
    assert "kiosk/codes/code-format.js" in imports("kiosk/check-in/scan.js")
    assert "kiosk/base/dom.js" in imports("kiosk/app.js")
    lines = (
        'import "./one.js";',
        'import {\n  two,\n} from "./two.js";',
        'const three = await import("./three.js");',
        'export { four } from "./four.js";',
    )
    assert imported_in("\n".join(lines)) == ["./one.js", "./two.js", "./three.js", "./four.js"]
