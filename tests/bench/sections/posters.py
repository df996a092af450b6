"""Posters in bulk: a thousand to one PDF, at least 20 a second, in less than 250 MB."""

import os
import subprocess
import sys
from pathlib import Path

from models.codes import venue_codes
from models.db import db
from tests.bench.measurement.ratios import tell
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.databases import Databases

COUNT, A_SECOND, MEGABYTES = 1000, 20, 250
TITLE = "“知识产权转化运用促进高质量发展”主题宣讲暨中小学生发明创造成果展示活动（第{}场）"
_OWN_PROCESS = """
import resource, sys, time
from wsgi import create_app
from kiosk.paper import formats, posters
from models.codes.venue_codes import VenueCode
from models.db import db
from sqlalchemy import select
from tests.support.records.week import NINE
with create_app().app_context():
    numbers = list(db.session.scalars(select(VenueCode.number).order_by(VenueCode.number)))
    start = time.perf_counter()
    with open(sys.argv[1], "wb") as out:
        posters.write_posters(out, numbers, NINE, form=formats.find(sys.argv[2]))
    spent = time.perf_counter() - start
    print(len(numbers) / spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(kinds: dict[str, Databases], folder: Path) -> None:
    from wsgi import create_app

    with kinds["sqlite"].fresh() as url:
        settings = {"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(folder / "posters")}
        with create_app(settings).app_context():
            week = load_week()
            events = [make_event(week, TITLE.format(number)).id for number in range(COUNT)]
            venue_codes.codes_for_events(events, NINE)
            db.session.remove()
            db.engine.dispose()
        for form in ("a4", "four"):
            rate, memory, size = _written(settings, folder / f"posters-{form}.pdf", form)
            tell(
                f"{COUNT} posters ({form}) a second ÷ {A_SECOND}", rate / A_SECOND, 1, f"{rate:.0f} a second"
            )
            tell(
                f"{MEGABYTES} MB ÷ memory of {COUNT} posters ({form})",
                MEGABYTES / memory,
                1,
                f"{memory:.0f} MB; the file {size:.1f} MB",
            )


def _written(settings: dict[str, str], out: Path, form: str) -> tuple[float, float, float]:
    """Posters a second, the most memory of a process of its own (MB), and the size of its file (MB)."""
    told = subprocess.run(
        [sys.executable, "-c", _OWN_PROCESS, str(out), form],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    rate, memory = map(float, told.stdout.split())
    return rate, memory, out.stat().st_size / 1e6
