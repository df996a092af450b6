"""What is done before the transaction of a large import: new events are written hidden, changes recorded, the rest compared."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import func, select

from models.campaigns.tables import Campaign
from models.db import db
from models.events.draft import EventDraft
from models.ics import version as calendar_version
from models.imports.beforehand import hidden_events, recorded_changes
from models.imports.beforehand.recorded_changes import RecordedChange
from models.imports.compare import Comparison, Likeness, whole_events
from models.imports.findings import Outcome, RowVerdict, Understood
from models.imports.row_writer import RowWriter
from models.imports.source import Mode
from models.organizations.tables import Account, Organization
from models.publishing import shared_venues
from models.publishing.change import event_transaction
from models.publishing.draft_references import Directory


@dataclass(frozen=True)
class Preparation:
    """What was found out, by the position of a row, when the database had this state.

    outcomes: of rows that change nothing. changes: of those that were recorded. positions: rows that on_row was called for."""

    state: tuple[str | None, int] | None = None
    comparison: Comparison | None = None
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    changes: Mapping[int, RecordedChange] = field(default_factory=dict)
    positions: frozenset[int] = frozenset()

    def holds(self, campaign: Campaign) -> bool:
        """Whether no event has changed since and no organization been merged; else the session forgets what it has loaded.
        Inside the import's transaction."""
        if self.comparison is None:
            return False
        if self.state != _state(campaign):
            db.session.expire_all()
            return False
        return True

    def outcome(self, position: int) -> Outcome | None:
        """The outcome of a row, and its change repeated; None where it is yet to be written."""
        if position in self.changes:
            return self.changes[position].repeat()
        return self.outcomes.get(position)


def prepare(writer: RowWriter, rows: dict[int, Understood], on_row: Callable[[], object]) -> Preparation:
    """Rows that will be new events, or change events that are there: so many that scans would wait for them."""
    if len(rows) < min(hidden_events.AT_LEAST, recorded_changes.AT_LEAST):
        return Preparation()
    state = _state(writer.campaign)
    comparison = Comparison(writer.campaign, writer.source, rows)
    asked = RowWriter(writer.campaign, writer.now, writer.source, Mode.PREVIEW, writer.cancel)
    outcomes = {
        at: asked.write(row, comparison.event_of(row), comparison.alike.get(at))
        for at, row in comparison.rows.items()
    }
    new = [at for at, outcome in outcomes.items() if outcome.verdict == RowVerdict.NEW]
    drafts = {at: draft for at in new if (draft := rows[at].draft)}
    if len(drafts) >= hidden_events.AT_LEAST:
        writer.hidden.prepare([*drafts.values()], on_row)
    positions = {at for at, draft in drafts.items() if writer.hidden.id_of(draft)}
    changing = _changing(outcomes, comparison.alike)
    changes: dict[int, RecordedChange] = {}
    if len(changing) >= recorded_changes.AT_LEAST:
        named = sorted({*changing, *drafts} - positions)  # those of new rows too: changed ones may name them
        _add_references(writer, [rows[at] for at in named])
        changes = recorded_changes.record(changing, partial(_row_writer, writer, comparison), on_row)
        positions |= set(changing)
    unchanged = {
        at: outcome
        for at, outcome in outcomes.items()
        if outcome.verdict in (RowVerdict.SAME, RowVerdict.REFUSED, RowVerdict.OTHER_YEAR)
        and at not in comparison.alike
    }
    return Preparation(state, comparison, unchanged, changes, frozenset(positions))


def _state(campaign: Campaign) -> tuple[str | None, int]:
    """The version of the calendar, and how many organizations were merged: one without events leaves the version."""
    row = calendar_version.version(campaign.id)
    merged = select(func.count()).where(Organization.merged_into_id.is_not(None))
    return row[0] if row else None, db.session.scalar(merged) or 0


def _changing(outcomes: Mapping[int, Outcome], alike: Collection[int]) -> list[int]:
    """Rows that change an event which no other row names: what is repeated knows nothing of the rows before it."""
    times = Counter(outcome.event for outcome in outcomes.values())
    return [
        at
        for at, outcome in outcomes.items()
        if (outcome.verdict in (RowVerdict.CHANGED, RowVerdict.CANCELLED) or at in alike)
        and outcome.event is not None
        and times[outcome.event] == 1
    ]


def _add_references(writer: RowWriter, rows: list[Understood]) -> None:
    """Organizations and venues that are not there yet: others refer to them by their numbers. A venue is as the first row
    that names it says, so that this row does not correct it."""
    if not writer.source.publish:
        return  # it proposes
    drafts = [row.draft for row in rows if row.draft]
    for start in range(0, len(drafts), hidden_events.AT_ONCE):
        with event_transaction():
            _write_references(drafts[start : start + hidden_events.AT_ONCE])


def _write_references(drafts: Sequence[EventDraft]) -> None:
    directory = Directory(drafts)
    new = set(directory.new_venues)
    for draft in drafts:
        venues = {directory.venue(venue, draft): venue for venue in draft.all_venues()}
        for venue in new.intersection(venues):
            shared_venues.write_fields(venue, venues[venue])
        new.difference_update(venues)


def _row_writer(
    writer: RowWriter, comparison: Comparison, positions: Sequence[int]
) -> Callable[[int], Outcome | None]:
    """Writes the row at one of these positions, in the session that is current now; not where its event was deleted."""
    source, rows = writer.source, comparison.rows
    by = db.session.get_one(Account, source.by.id) if source.by else None
    campaign = db.session.get_one(Campaign, writer.campaign.id)
    own = RowWriter(campaign, writer.now, replace(source, by=by), Mode.ALL, writer.cancel)
    known = {at: event.id for at in positions if (event := comparison.event_of(rows[at]))}
    alike = {at: comparison.alike[at] for at in positions if at not in known}
    events = whole_events([*known.values(), *(likeness.event.id for likeness in alike.values())])

    def write(at: int) -> Outcome | None:
        event = events.get(known[at] if at in known else alike[at].event.id)
        if event is None:
            return None
        if at in known:
            return own.write(rows[at], event)
        return own.write(rows[at], None, Likeness(event, alike[at].exact))

    return write
