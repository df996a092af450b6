"""Run every bench, or those named: `make bench ARGS=check-ins` or `make bench ARGS="feeds check-ins"`."""

import sys
import tempfile
from pathlib import Path

from tests.bench.sections import (
    attacks,
    check_ins,
    checks,
    exports,
    feeds,
    figures,
    imports,
    kills,
    kiosk,
    labels,
    live,
    pages,
    posters,
    soak,
)
from tests.support.servers.databases import Databases, Postgres

SECTIONS = {
    "check-ins": check_ins.run,
    "feeds": feeds.run,
    "figures": figures.run,
    "checks": checks.run,
    "live": live.run,
    "pages": pages.run,
    "kiosk": kiosk.run,
    "posters": posters.run,
    "labels": labels.run,
    "imports": imports.run,
    "exports": exports.run,
    "attacks": attacks.run,
    "kills": kills.run,
    "soak": soak.run,
}


def main(wanted: list[str]) -> int:
    wanted = [name for name in wanted if "=" not in name]  # NAME=VALUE is a section's own
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        print(
            f"There is no bench called {', '.join(unknown)}. Choose from: {', '.join(SECTIONS)}.",
            file=sys.stderr,
        )
        return 2
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(prefix="openweek-pg-") as data,
        Postgres(Path(data)) as server,
    ):
        kinds = {}
        for kind, make in (
            ("sqlite", Databases.sqlite),
            ("postgresql", lambda path: Databases.postgresql(server, path)),
        ):
            home = Path(folder) / kind
            home.mkdir()
            kinds[kind] = make(home)
        for name in wanted or SECTIONS:
            SECTIONS[name](kinds, Path(folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
