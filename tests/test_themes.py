"""A theme is a set of colours: what a page shows, and where, is the same in light and in dark."""

import re
from pathlib import Path

STYLES = Path(__file__).resolve().parent.parent / "static" / "css"
THEME = re.compile(r"@media[^{]*prefers-color-scheme[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+);")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(")


def test_a_theme_sets_colours_alone():
    sheets = {path: path.read_text() for path in STYLES.rglob("*.css")}
    blocks = {path: THEME.findall(sheet) for path, sheet in sheets.items()}
    assert sum(map(len, blocks.values())) == "".join(sheets.values()).count("prefers-color-scheme") >= 2
    set_in_themes = [
        (path.name, name, value)
        for path, texts in blocks.items()
        for text in texts
        for name, value in DECLARATION.findall(text)
    ]
    assert len(set_in_themes) > 40
    assert [one for one in set_in_themes if not one[1].startswith("--") or not COLOUR.search(one[2])] == []


def test_no_script_or_page_asks_for_the_theme():
    root = STYLES.parent.parent
    sources = [
        *root.glob("static/js/**/*.js"),
        *(path for package in ("web", "kiosk") for path in root.glob(f"{package}/templates/**/*.html")),
    ]
    assert len(sources) > 100
    asking = re.compile(r'(?<!<meta name="theme-color" content="#......" media="\()prefers-color-scheme')
    assert [path.name for path in sources if asking.search(path.read_text())] == []
