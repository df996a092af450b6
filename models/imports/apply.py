"""Compare the rows of a file with the events that are there, give each row its verdict, write what is new or changed.

A row that is refused never stops the others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.campaigns.tables import Campaign
from models.db import db, on_postgresql
from models.errors import N_, Mistake
from models.imports import understand
from models.imports.beforehand.preparation import Preparation, prepare
from models.imports.compare import Comparison
from models.imports.findings import VERDICTS, CalendarEntry, Outcome, Row, RowVerdict, Understood
from models.imports.own_export import OwnRow, own_rows, write_own_rows
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
    campaign, source = writer.campaign, writer.source
    understood = understand.understand(campaign, rows)
    own = own_rows(campaign, rows, source.exported)
    others = [position for position in range(len(rows)) if position not in own]
    adopted = understand.adopt([rows[at] for at in others], [understood[at] for at in others], source)
    remaining = dict(zip(others, adopted, strict=True))
    committed = False
    try:
        early = Preparation()
        if writer.mode == Mode.ALL and not on_postgresql() and not own:
            early = prepare(writer, remaining, on_row)
        outcomes = _write(writer, understood, own, remaining, early, on_row)
        committed = True
    except SQLAlchemyError:
        raise Mistake(
            N_("The file could not be saved to the database. Nothing was saved; please try again.")
        ) from None
    finally:
        writer.hidden.delete_rest(committed=committed)
    return outcomes


def _write(
    writer: RowWriter,
    understood: Sequence[Understood],
    own: Mapping[int, OwnRow],
    rows: dict[int, Understood],
    early: Preparation,
    on_row: Callable[[], object],
) -> list[Outcome]:
    """The outcomes of all rows; what is to be written is written. rows: those that are not of our own export."""
    campaign, source, now = writer.campaign, writer.source, writer.now
    with event_transaction() if writer.mode == Mode.ALL else nullcontext():
        if writer.writes:
            # Two imports of one file at once would both find its rows new: the second waits here. Scans refer to the
            # campaign's key and do not wait.
            lock = select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True)
            db.session.execute(lock)
        by_position = write_own_rows(writer, understood, own)
        comparison = early.comparison if early.holds(campaign) else None
        repeat = early.outcome if comparison else lambda _position: None
        comparison = comparison or Comparison(campaign, source, rows)
        for position, row in comparison.rows.items():
            event, likeness = comparison.event_of(row), comparison.alike.get(position)
            by_position[position] = repeat(position) or writer.write(row, event, likeness)
            if position not in early.positions:
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
    if early.changes:
        db.session.expire_all()  # it does not know what was repeated
    return outcomes


def counts(outcomes: Iterable[Outcome]) -> dict[RowVerdict, int]:
    """How many rows got each verdict, every verdict named."""
    numbers = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: numbers[verdict] for verdict in VERDICTS}
