"""A file handed in at the desk: kept for a day while a person looks at what would become of it, then taken in or not."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, Base, BigId, Instant, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.scope import events_for
from models.events.tables import Event
from models.imports import CalendarEntry, Finding, Names, Outcome, read_file, take_in
from models.imports.findings import RowVerdict
from models.imports.ownership import adopter
from models.imports.row_writer import STILL_HERE
from models.organizations.tables import Account, Role

LIFE = timedelta(hours=24)
MOST_BYTES = 4 * 1024 * 1024
MOST_KEPT = 5  # files of one account that wait for a look


class ImportDraft(Base):
    """A file between its upload and its acceptance; after that what became of it, until it expires."""

    __tablename__ = "import_draft"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[list | None] = mapped_column(JSON)  # of the accepted file, row by row

    campaign: Mapped[Campaign] = relationship()


@dataclass(frozen=True)
class Preview:
    """What would become of a file now. mark: names exactly this, so that only what was seen is accepted.

    asked: the events that are cancelled only where a person says so: they came from this desk and are not in this
    calendar, or it has moved them away."""

    outcomes: list[Outcome]
    asked: list[Outcome]
    mark: str

    @property
    def writes(self) -> bool:
        return any(_writes(outcome) for outcome in self.outcomes)


def _writes(outcome: Outcome) -> bool:
    return outcome.verdict in ("new", "changed") or (
        outcome.verdict == "cancelled" and outcome.event is not None
    )


def hand_in(account: Account, campaign: Campaign, name: str, data: bytes, now: datetime) -> ImportDraft:
    """Keep a file for a look. Raises Mistake for one that cannot be read; then nothing is kept."""
    if len(data) > MOST_BYTES:
        raise Mistake(N_("The file is larger than %(most)s MB. Please split it."), most=MOST_BYTES >> 20)
    read_file(data, name)
    with transaction():
        held = (
            select(ImportDraft.id).where(ImportDraft.account_id == account.id).order_by(ImportDraft.id.desc())
        )
        old = db.session.scalars(held.offset(MOST_KEPT - 1)).all()
        db.session.execute(delete(ImportDraft).where(ImportDraft.id.in_(old)))
        draft = ImportDraft(
            account_id=account.id,
            campaign_id=campaign.id,
            name=name[-200:],
            digest=hashlib.sha256(data).hexdigest(),
            data=data,
            created_at=now,
            expires_at=now + LIFE,
        )
        db.session.add(draft)
    return draft


def find(account: Account, draft_id: int, now: datetime) -> ImportDraft:
    """A file that this account handed in within the last day. Raises Unknown."""
    asked = select(ImportDraft).where(
        ImportDraft.id == min(draft_id, LARGEST_ID),
        ImportDraft.account_id == account.id,
        ImportDraft.expires_at > now,
    )
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound(N_("This file is no longer here: files are kept for one day. Please upload it again."))
    return found


def preview(draft: ImportDraft, account: Account, now: datetime) -> Preview:
    """What would become of each row; nothing is written."""
    found = _take_in(draft, account, now, (), dry_run=True)
    reached = _reached(draft, account)
    asked = [one for one in found if one.asks and one.event in reached]
    outcomes = [one for one in map(_left, found) if one]
    told = [(one.row, one.verdict, one.event) for one in outcomes + asked]
    return Preview(outcomes, asked, hashlib.sha256(f"{draft.digest} {told}".encode()).hexdigest()[:32])


def accept(
    draft: ImportDraft, account: Account, mark: str, now: datetime, ticked: Collection[int] = ()
) -> None:
    """Write what was seen, and cancel those of the asked that are ticked, by the ids of their events.

    Raises Conflict where something else would be written by now, or it was written already."""
    if draft.accepted_at is not None:
        raise Conflict(N_("This file has already been imported."))
    seen = preview(draft, account, now)
    if seen.mark != mark:
        raise Conflict(N_("Something has changed since you looked. The preview below is up to date."))
    cancel = {one.event for one in seen.asked} & set(ticked)
    cancel |= {one.event for one in seen.outcomes if one.verdict == "cancelled" and one.event}
    outcomes = _take_in(draft, account, now, cancel, dry_run=False)
    with transaction():
        draft.accepted_at, draft.data = now, b""
        draft.outcome = [_kept(one) for one in map(_left, outcomes) if one]


def discard(draft: ImportDraft) -> None:
    with transaction():
        db.session.delete(draft)


def forget_old(now: datetime) -> int:
    """Delete what has expired; how many files that were."""
    with transaction():
        return db.session.execute(delete(ImportDraft).where(ImportDraft.expires_at <= now)).rowcount


def outcomes_of(draft: ImportDraft) -> list[Outcome]:
    """What became of an accepted file."""
    return [
        Outcome(one["row"], one["verdict"], tuple(map(_finding, one["findings"])), one["event"], one["title"])
        for one in draft.outcome or []
    ]


def _left(outcome: Outcome) -> Outcome | None:
    """The outcome of a row as it is while nobody has said that its event is cancelled; None: it is no row of the file."""
    if not outcome.asks or outcome.written:
        return outcome
    if outcome.row is None:
        return None
    return replace(outcome, verdict=RowVerdict.OTHER_YEAR, findings=(*outcome.findings, Finding(STILL_HERE)))


def _reached(draft: ImportDraft, account: Account) -> set[int]:
    """The ids of the events that came from this desk before and are still on it."""
    here = Event.campaign_id == draft.campaign_id, Event.origin == _origin(account)
    return set(db.session.scalars(events_for(account).where(*here).with_only_columns(Event.id)))


def _origin(account: Account) -> str:
    return f"desk:{account.organization_id}"


def _take_in(
    draft: ImportDraft, account: Account, now: datetime, cancel: Collection[int], *, dry_run: bool
) -> list[Outcome]:
    rows = read_file(draft.data, draft.name)
    return take_in(
        draft.campaign,
        rows,
        now,
        whole=isinstance(rows[0], CalendarEntry),  # a table is a list of what is new as often as of all
        cancel=cancel,
        dry_run=dry_run,
        by=account,
        origin=_origin(account),
        adopt=adopter(account),
        publish=account.role != Role.ORGANIZER,  # an organizer's is reviewed first
    )


def _kept(outcome: Outcome) -> dict:
    findings = [
        [finding.message, {name: _plain(value) for name, value in finding.values.items()}, finding.cell]
        for finding in outcome.findings
    ]
    told = {"row": outcome.row, "verdict": outcome.verdict, "event": outcome.event, "title": outcome.title}
    return told | {"findings": findings}


def _plain(value: object) -> object:
    if isinstance(value, Names):
        return {"names": list(value.messages)}
    return value if isinstance(value, (int, str)) else str(value)


def _finding(kept: list) -> Finding:
    message, values, cell = kept
    named = {
        name: Names(tuple(value["names"])) if isinstance(value, dict) else value
        for name, value in values.items()
    }
    found = Finding(message, **named)
    found.cell = cell
    return found
