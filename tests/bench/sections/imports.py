"""A plan of 2,000 rows: read and previewed, and written, against 10 seconds each."""

import time
from pathlib import Path

from models.imports.apply import apply, preview
from models.imports.read_file import read_file
from models.imports.source import Source
from tests.bench.measurement.ratios import tell
from tests.support.records.week import NINE, load_week
from tests.support.servers.databases import Databases

ROWS, SECONDS = 2_000, 10.0
HEAD = "活动名称,日期,时间,地点,主办单位,受众群体,地区"


def plan() -> bytes:
    rows = (
        f"讲座第{n}期,4月{20 + n % 7}日,9:00-11:00,第{n}文化馆,灌云县知识产权局,青少年,江苏省连云港市灌云县"
        for n in range(ROWS)
    )
    return "\n".join((HEAD, *rows)).encode()


def run(kinds: dict[str, Databases], folder: Path) -> None:
    from wsgi import create_app

    for kind, databases in kinds.items():
        with databases.fresh() as url:
            settings = {"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(folder / f"imports-{kind}")}
            with create_app(settings).app_context():
                week, data = load_week(), plan()
                for name, verb in (("previewed", preview), ("written", apply)):
                    start = time.perf_counter()
                    outcomes = verb(week, read_file(data, "plan.csv"), Source(), NINE)
                    spent = time.perf_counter() - start
                    note = f"{spent:.1f} s, {len(outcomes)} rows"
                    tell(
                        f"{kind}: {SECONDS:.0f} s ÷ a plan of {ROWS} rows {name}", SECONDS / spent, 1.0, note
                    )
