"""`openweek import`: a file of events into a campaign, with a verdict and a reason for every row."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import gettext as _

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.errors import N_, Mistake
from models.imports.apply import apply, apply_each, counts, preview
from models.imports.findings import (
    CalendarEntry,
    Outcome,
    Row,
)
from models.imports.read_file import MOST_BYTES, read_file
from models.imports.source import Source
from web.feeds.events_csv import everything as our_csv
from web.words.imports import VERDICT_NAMES, reason, summary


def register(app: Flask) -> None:
    app.cli.add_command(import_)


@click.command("import")
@click.argument("file")
@click.option(
    "--campaign", "campaign_id", required=True, metavar="ID", help="The campaign that takes them in."
)
@click.option("--dry-run", is_flag=True, help="Say what would become of each row and write nothing.")
@click.option("--partial", is_flag=True, help="Write row by row: should one fail, those before it stay.")
@click.option(
    "--origin", metavar="NAME", help="Where the file comes from; ids of rows and events count within it."
)
@click.option(
    "--complete",
    is_flag=True,
    help="The file is all there is of its origin: what is missing in it and still to come is cancelled.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON value and nothing else.")
@with_appcontext
def import_(
    file: str,
    campaign_id: str,
    dry_run: bool,
    partial: bool,
    origin: str | None,
    complete: bool,
    as_json: bool,
) -> None:
    """Take the events of FILE into a campaign and publish them.

    FILE is a table (.csv in UTF-8 or GB18030, .xlsx) with the columns of the template or of
    models/data/reported-events.csv, or a calendar (.ics). Each row or event gets a verdict (new, changed, same,
    cancelled, other_year, refused) and a reason. Rows that are refused or of another year never stop the
    others. All that is taken in is written in one transaction, so that a failure on the way leaves nothing half done;
    with --partial each row is written by itself. Importing again changes only what differs, and what was changed at the
    desk meanwhile stays.

    Exit code 0: the file was understood. 2: it was not, and one sentence says why."""
    campaign = find_campaign(campaign_id)
    if complete and not origin:
        raise Mistake(N_("--complete needs --origin: only events from that source can be missing."))
    rows = read_file(_bytes_of(file), file)
    source = Source(origin=f"file:{origin}"[:200] if origin else None, complete=complete, exported=our_csv)
    verb = preview if dry_run else apply_each if partial else apply
    quiet = as_json or not sys.stderr.isatty()
    with click.progressbar(length=len(rows), file=sys.stderr, hidden=quiet, label=_("Rows")) as bar:
        outcomes = verb(campaign, rows, source, clock.now(), on_row=lambda: bar.update(1))
    gone = 0 if as_json or complete or not origin else _missing(campaign, rows, source)
    click.echo(_as_json(outcomes) if as_json else _as_text(outcomes, dry_run, gone))


def _bytes_of(path: str) -> bytes:
    """A little more than a file may have, so that a larger one is seen to be."""
    try:
        with click.open_file(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Mistake(
            N_("The file %(path)s cannot be read: %(reason)s."), path=path, reason=error.strerror
        ) from None


def _missing(campaign: Campaign, rows: Sequence[Row | CalendarEntry], source: Source) -> int:
    """How many events of an origin its file has no more, where that was not asked for."""
    outcomes = preview(campaign, rows, replace(source, complete=True, asks=True), clock.now())
    return sum(outcome.row is None and outcome.asks for outcome in outcomes)


def _as_json(outcomes: list[Outcome]) -> str:
    rows = [
        {"row": outcome.row, "verdict": outcome.verdict, "reason": reason(outcome), "event": outcome.event}
        for outcome in outcomes
    ]
    return json.dumps({"rows": rows, "summary": counts(outcomes)}, ensure_ascii=False)


def _as_text(outcomes: list[Outcome], dry_run: bool, gone: int) -> str:
    lines = [
        _(
            "Row %(row)s: %(verdict)s. %(reason)s",
            row=o.row or o.title,
            verdict=_(VERDICT_NAMES[o.verdict]),
            reason=reason(o),
        )
        for o in outcomes
    ]
    lines.append(summary(outcomes))
    if gone:
        lines.append(
            _(
                "%(count)s events from this source are not in the file and stay as they are. Use --complete to "
                "cancel them.",
                count=gone,
            )
        )
    if dry_run:
        lines.append(_("Nothing was saved."))
    return "\n".join(lines)
