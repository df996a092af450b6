"""Compare the rows of a file with the events that are there, give each row its verdict, write what is new or changed.

A row that is refused never stops the others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.campaigns.tables import Campaign
from models.db import db
from models.errors import N_, Mistake
from models.imports import understand
from models.imports.compare import Comparison
from models.imports.findings import VERDICTS, CalendarEntry, Outcome, Row, RowVerdict
from models.imports.own_export import own_rows, write_own_rows
from models.imports.row_writer import RowWriter
from models.imports.source import Mode, Source
from models.publishing.change import event_transaction


def preview(
    campaign: Campaign,
    rows: Sequence[Row | CalendarEntry],
    source: Source,
    now: datetime,
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """What would become of the rows that read_file gave; nothing is written. The outcomes are those of apply."""
    return _run(RowWriter(campaign, now, source, Mode.PREVIEW), rows, on_row)


def apply(
    campaign: Campaign,
    rows: Sequence[Row | CalendarEntry],
    source: Source,
    now: datetime,
    cancel: Collection[int] = (),
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Write what is new or changed, all in one transaction: an outcome for each row, then those for missing events.

    cancel: where the source asks, the ids of the events that a person agreed to cancel. on_row: called after each row.
    Raises Mistake when the database cannot take the file in; then nothing was written."""
    return _run(RowWriter(campaign, now, source, Mode.ALL, cancel), rows, on_row)


def apply_each(
    campaign: Campaign,
    rows: Sequence[Row | CalendarEntry],
    source: Source,
    now: datetime,
    cancel: Collection[int] = (),
    on_row: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """The same, each row in a transaction of its own: one that the database refuses holds up no other."""
    return _run(RowWriter(campaign, now, source, Mode.EACH, cancel), rows, on_row)


def _run(
    writer: RowWriter, rows: Sequence[Row | CalendarEntry], on_row: Callable[[], object]
) -> list[Outcome]:
    campaign, source, now = writer.campaign, writer.source, writer.now
    understood = understand.understand(campaign, rows)
    own = own_rows(campaign, rows, source.exported)
    others = [position for position in range(len(rows)) if position not in own]
    adopted = understand.adopt([rows[at] for at in others], [understood[at] for at in others], source)
    try:
        with event_transaction() if writer.mode == Mode.ALL else nullcontext():
            if writer.writes:
                # Two imports of one file at once would both find its rows new: the second waits here.
                db.session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
            by_position = write_own_rows(writer, understood, own)
            comparison = Comparison(campaign, source, dict(zip(others, adopted, strict=True)))
            for position, row in comparison.rows.items():
                event, likeness = comparison.event_of(row), comparison.alike.get(position)
                by_position[position] = writer.write(row, event, likeness)
                on_row()
            if writer.writes:
                new = [at for at, row in by_position.items() if row.written and row.event is None]
                for at, event_id in zip(new, writer.new_ids(), strict=True):
                    by_position[at] = replace(by_position[at], event=event_id)
            outcomes = [by_position[position] for position in sorted(by_position)]
            seen = {outcome.event for outcome in outcomes if outcome.event}
            if source.complete and source.origin:
                outcomes += [writer.write_missing(*missing) for missing in comparison.missing(seen, now)]
            else:
                outcomes += [writer.write_dropped(event) for event in comparison.dropped(seen)]
    except SQLAlchemyError:
        raise Mistake(
            N_("The file could not be saved to the database. Nothing was saved; please try again.")
        ) from None
    return outcomes


def counts(outcomes: Iterable[Outcome]) -> dict[RowVerdict, int]:
    """How many rows got each verdict, every verdict named."""
    numbers = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: numbers[verdict] for verdict in VERDICTS}
