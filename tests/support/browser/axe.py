"""axe-core on what a page shows now."""

from functools import cache

from playwright.sync_api import Page

from tests.support.servers.served_application import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
EVERYTHING: dict = {"resultTypes": ["violations"]}
# A theme changes colours alone, which tests/test_themes.py holds: the other rules would find the same once more.
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# Colours on their way from one theme to the other are those of neither.
RUN = """async (rules) => {
    const transitions = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.allSettled(transitions.map((one) => one.finished));
    return axe.run(rules);
}"""


def serious(page: Page) -> list[str]:
    """Its serious and critical findings, each with the elements it found them on."""
    _load(page)
    return _found(page, EVERYTHING)


def serious_in_both(page: Page) -> list[str]:
    """The same in light and in dark, each finding after the theme's name; the page stays dark."""
    _load(page)
    findings = []
    for theme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme)
        findings += [f"{theme}: {finding}" for finding in _found(page, rules)]
    return findings


@cache
def _source() -> str:
    return SOURCE.read_text()


def _load(page: Page) -> None:
    page.wait_for_load_state()  # after a click the page that is left still takes scripts, and loses them
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_source())


def _found(page: Page, rules: dict) -> list[str]:
    found = page.evaluate(RUN, rules)["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
