"""An export of every scan, 50 thousand and 1 million of them: memory, and processor time for a row, which a busy machine
does not change. `make bench ARGS="exports scans=200000"` makes the large one smaller."""

import os
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from werkzeug.security import generate_password_hash

from models.db import db, on_postgresql, transaction
from models.exports.tables import ExportFormat, ExportKind
from models.organizations.tables import Account, Role
from tests.bench.measurement.ledger_fill import fill
from tests.bench.measurement.ratios import tell
from tests.support.records.week import NINE, load_week
from tests.support.servers.databases import Databases
from web.desk.exports import files, tables

EVENTS, FEW_SCANS = 300, 50_000
MANY_SCANS = next((int(arg[6:]) for arg in sys.argv if arg.startswith("scans=")), 1_000_000)


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        measured = {}
        for scans in (FEW_SCANS, MANY_SCANS):
            with databases.fresh() as url:
                app, account_id = _filled(url, folder / f"exports-{kind}-{scans}", scans)
                with app.test_request_context(), app.app_context():
                    measured[scans] = _export(account_id)
                    db.session.remove()
                    db.engine.dispose()
        (few_rows, few_seconds, few_peak), (rows, seconds, peak) = measured.values()
        note = f"{rows:,} rows, {peak:.1f} MB above the start; {few_rows:,} rows {few_peak:.1f} MB"
        tell(f"{kind}: memory of an export, many rows ÷ few", (peak + 1) / (few_peak + 1), most=2, note=note)
        note = f"{seconds:.0f} s, {rows / seconds:,.0f} rows a second of processor time"
        tell(
            f"{kind}: processor time for a row, many ÷ few",
            seconds / rows / (few_seconds / few_rows),
            most=2,
            note=note,
        )


def _filled(url: str, instance: Path, scans: int) -> tuple[Flask, int]:
    from wsgi import create_app

    app = create_app({"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(instance)})
    with app.app_context():
        campaign = load_week()
        fill(campaign, EVENTS, scans)
        with transaction():
            if on_postgresql():
                # Its autovacuum is off here, and without statistics it plans for small tables.
                db.session.execute(text("ANALYZE"))
            account = Account(
                email="cui@example.cn",
                organization_id=1,
                role=Role.COMMITTEE,
                password_hash=generate_password_hash("a good password", "pbkdf2:sha256:1"),
                created_at=NINE,
            )
            db.session.add(account)
        account_id = account.id
        db.session.remove()
    return app, account_id


def _export(account_id: int) -> tuple[int, float, float]:
    """Rows, seconds of processor time, megabytes above the start at the peak."""
    account = db.session.get_one(Account, account_id)
    choice = tables.read_choice(account, ExportKind.SCANS, {"campaign": "ip-2024"})
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here
    before, start = _memory("VmRSS"), _processor_seconds()
    table = tables.table_of(account, ExportKind.SCANS, choice, NINE)
    for _piece in files.pieces(ExportFormat.CSV, table.heads, table.rows):
        pass
    return table.count, _processor_seconds() - start, _memory("VmHWM") - before


def _processor_seconds() -> float:
    """Of this process and of its connection's process of PostgreSQL."""
    if not on_postgresql():
        return time.process_time()
    backend = db.session.scalars(text("SELECT pg_backend_pid()")).one()
    # After the name in brackets: state is field 3, user and system time are 14 and 15.
    fields = Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
