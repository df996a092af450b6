"""axe-core on what a page shows now."""

from playwright.sync_api import Page

from tests.support.served import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def serious(page: Page) -> list[str]:
    """Its serious and critical findings, each with the elements it found them on."""
    page.evaluate(SOURCE.read_text())
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
