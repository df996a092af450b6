"""axe-core on what a page shows now."""

from playwright.sync_api import Page

from tests.support.servers.served_application import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def serious(page: Page) -> list[str]:
    """Its serious and critical findings, each with the elements it found them on."""
    _load(page)
    return _found(page)


def serious_in_both(page: Page) -> list[str]:
    """The same in light and in dark, each finding after the theme's name; the page stays dark."""
    _load(page)
    findings = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        findings += [f"{theme}: {finding}" for finding in _found(page)]
    return findings


def _load(page: Page) -> None:
    page.wait_for_load_state()  # after a click the page that is left still takes scripts, and loses them
    page.evaluate(SOURCE.read_text())


def _found(page: Page) -> list[str]:
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
