"""Files uploaded at the desk: kept for a day for the preview, then imported or discarded."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.campaigns.tables import Campaign
from models.db import LARGEST_ID, Base, BigId, Instant, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.draft import EventDraft, OrganizationDraft
from models.events.scope import changes, events_for
from models.events.tables import Event
from models.imports import apply, organization_answers
from models.imports.calendar.ics_file import TOO_MANY_EVENTS
from models.imports.column_answers import ColumnQuestion, answers_of, questions
from models.imports.findings import CalendarEntry, Finding, Names, Outcome, Row, RowVerdict
from models.imports.organization_answers import OrganizationQuestion
from models.imports.read_file import read_file
from models.imports.row_writer import STILL_HERE
from models.imports.source import Exported, Source, nothing_exported
from models.imports.understand import adopter
from models.organizations.tables import Account

LIFE = timedelta(hours=24)
LEASE = timedelta(minutes=15)  # without a result by then, the process that imported the file has ended
MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 5_000  # a preview takes seconds and the import half a minute: the browser waits for both
TOO_LARGE = N_("The file is larger than %(most)s MB. Please split it.")
MOST_KEPT = 5  # files of one account that wait for a look


class UploadedFile(Base):
    """A file between its upload and its acceptance; after that what became of it, until it expires. accepted_at without an
    outcome: it is being imported."""

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

    @property
    def is_imported(self) -> bool:
        return self.outcome is not None

    def is_running(self, now: datetime) -> bool:
        """Whether it is being imported."""
        return not self.is_imported and self.accepted_at is not None and self.accepted_at > now - LEASE


@dataclass(frozen=True)
class Preview:
    """What would become of a file now. mark: names exactly this, so that only what was seen is accepted.

    gone: the events that are cancelled only where a person says so: they came from this desk and are not in this
    calendar, or it has moved them away."""

    outcomes: list[Outcome]
    gone: list[Outcome]
    mark: str
    questions: list[ColumnQuestion] = field(default_factory=list)
    organizations: list[OrganizationQuestion] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        return any(_writes(outcome) for outcome in self.outcomes)


def _writes(outcome: Outcome) -> bool:
    if outcome.verdict == RowVerdict.CANCELLED:
        return outcome.event is not None
    return outcome.verdict in (RowVerdict.NEW, RowVerdict.CHANGED)


def keep(account: Account, campaign: Campaign, name: str, data: bytes, now: datetime) -> UploadedFile:
    """Keep a file for a look. Raises Mistake for one that cannot be read; then nothing is kept."""
    if len(data) > MOST_BYTES:
        raise Mistake(TOO_LARGE, most=MOST_BYTES >> 20)
    rows = read_file(data, name, answers_of(account), MOST_ROWS)
    if len(rows) > MOST_ROWS:
        raise Mistake(TOO_MANY_EVENTS, most=MOST_ROWS)  # a calendar
    with transaction():
        newest = select(UploadedFile.id).where(UploadedFile.account_id == account.id)
        newest = newest.order_by(UploadedFile.id.desc())
        old = db.session.scalars(newest.offset(MOST_KEPT - 1)).all()
        db.session.execute(delete(UploadedFile).where(UploadedFile.id.in_(old)))
        upload = UploadedFile(
            account_id=account.id,
            campaign_id=campaign.id,
            name=name[-200:],
            digest=hashlib.sha256(data).hexdigest(),
            data=data,
            created_at=now,
            expires_at=now + LIFE,
        )
        db.session.add(upload)
    return upload


def find(account: Account, upload_id: int, now: datetime) -> UploadedFile:
    """A file that this account handed in within the last day. Raises NotFound."""
    query = select(UploadedFile).where(
        UploadedFile.id == min(upload_id, LARGEST_ID),
        UploadedFile.account_id == account.id,
        UploadedFile.expires_at > now,
    )
    upload = db.session.scalar(query)
    if upload is None:
        raise NotFound(N_("This file is no longer here: files are kept for one day. Please upload it again."))
    return upload


def preview(
    upload: UploadedFile, account: Account, now: datetime, exported: Exported = nothing_exported
) -> Preview:
    """What would become of each row; nothing is written. exported: see Source."""
    answers = answers_of(account)
    rows = read_file(upload.data, upload.name, answers)
    organization_of = organization_answers.answers_of(account)
    leads: list[tuple[str, str | None]] = []
    source = _source(account, rows, exported, organization_of)

    def adopt(draft: EventDraft) -> EventDraft:
        if draft.lead is not None:
            leads.append((draft.lead.name, draft.lead.region_code))
        return source.adopt(draft)

    everything = apply.preview(upload.campaign, rows, replace(source, adopt=adopt), now)
    reached = _reached(upload, account)
    gone = [outcome for outcome in everything if outcome.asks and outcome.event in reached]
    outcomes = [outcome for outcome in map(_left, everything) if outcome]
    verdicts = [(outcome.row, outcome.verdict, outcome.event) for outcome in outcomes + gone]
    open_questions = questions(upload.data, upload.name, rows, answers)
    organizations = organization_answers.questions(leads, organization_of)
    answered = [(one.name, one.answer) for one in organizations]
    content = f"{upload.digest} {verdicts} {open_questions} {answered}"
    mark = hashlib.sha256(content.encode()).hexdigest()[:32]
    return Preview(outcomes, gone, mark, open_questions, organizations)


def accept(
    upload: UploadedFile,
    account: Account,
    mark: str,
    now: datetime,
    ticked: Collection[int] = (),
    exported: Exported = nothing_exported,
) -> None:
    """Write what was seen, and cancel those of the gone ones that are ticked, by the ids of their events.

    Raises Conflict where something else would be written by now, or it was written already, or another request is at it: who
    has waited for a while presses the button again."""
    _claim(upload, now)
    try:
        _import(upload, account, mark, now, ticked, exported)
    except BaseException:
        db.session.rollback()
        with transaction():
            upload.accepted_at = None
        raise


def _claim(upload: UploadedFile, now: datetime) -> None:
    free = or_(UploadedFile.accepted_at.is_(None), UploadedFile.accepted_at <= now - LEASE)
    row = update(UploadedFile).where(UploadedFile.id == upload.id, free).values(accepted_at=now)
    with transaction():
        claimed = not upload.is_imported and db.session.scalar(row.returning(UploadedFile.id))
    if not claimed:
        raise Conflict(N_("This file has already been imported."))


def _import(
    upload: UploadedFile,
    account: Account,
    mark: str,
    now: datetime,
    ticked: Collection[int],
    exported: Exported,
) -> None:
    seen = preview(upload, account, now, exported)
    if seen.mark != mark:
        raise Conflict(N_("Something has changed since you looked. The preview below is up to date."))
    cancel = {outcome.event for outcome in seen.gone if outcome.event} & set(ticked)
    cancel |= {
        outcome.event
        for outcome in seen.outcomes
        if outcome.verdict == RowVerdict.CANCELLED and outcome.event
    }
    rows = read_file(upload.data, upload.name, answers_of(account))
    source = _source(account, rows, exported, organization_answers.answers_of(account))
    outcomes = apply.apply(upload.campaign, rows, source, now, cancel)
    with transaction():
        upload.accepted_at, upload.data = now, b""
        upload.outcome = [_as_json(outcome) for outcome in map(_left, outcomes) if outcome]


def discard(upload: UploadedFile) -> None:
    with transaction():
        db.session.delete(upload)


def forget_old(now: datetime) -> int:
    """Delete what has expired; how many files that were."""
    with transaction():
        old = db.session.scalars(select(UploadedFile.id).where(UploadedFile.expires_at <= now)).all()
        db.session.execute(delete(UploadedFile).where(UploadedFile.id.in_(old)))
        return len(old)


def outcomes_of(upload: UploadedFile) -> list[Outcome]:
    """What became of an accepted file."""
    return [
        Outcome(
            row["row"],
            RowVerdict(row["verdict"]),
            tuple(map(_finding, row["findings"])),
            row["event"],
            row["title"],
        )
        for row in upload.outcome or []
    ]


def _left(outcome: Outcome) -> Outcome | None:
    """The outcome of a row as it is until its event is confirmed as cancelled; None: no row of the file."""
    if not outcome.asks or outcome.written:
        return outcome
    if outcome.row is None:
        return None
    return replace(outcome, verdict=RowVerdict.OTHER_YEAR, findings=(*outcome.findings, Finding(STILL_HERE)))


def _reached(upload: UploadedFile, account: Account) -> set[int]:
    """The ids of the events that came from this desk before and are still on it."""
    from_here = Event.campaign_id == upload.campaign_id, Event.origin == _origin(account)
    return set(db.session.scalars(events_for(account, changes).where(*from_here).with_only_columns(Event.id)))


def _origin(account: Account) -> str:
    return f"desk:{account.organization_id}"


def _source(
    account: Account,
    rows: Sequence[Row | CalendarEntry],
    exported: Exported,
    organization_of: Mapping[str, OrganizationDraft | None],
) -> Source:
    """organization_of: what this desk means by names of organizations."""
    adopt_draft = adopter(account)
    return Source(
        origin=_origin(account),
        complete=isinstance(rows[0], CalendarEntry),  # a table is a list of what is new as often as of all
        asks=True,
        by=account,
        adopt=lambda draft: adopt_draft(organization_answers.meant(draft, organization_of)),
        publish=account.may_publish,
        exported=exported,
    )


def _as_json(outcome: Outcome) -> dict:
    findings = [
        [finding.message, {name: _plain(value) for name, value in finding.values.items()}, finding.cell]
        for finding in outcome.findings
    ]
    return {
        "row": outcome.row,
        "verdict": outcome.verdict,
        "event": outcome.event,
        "title": outcome.title,
        "findings": findings,
    }


def _plain(value: object) -> object:
    if isinstance(value, Names):
        return {"names": list(value.messages)}
    return value if isinstance(value, (int, str)) else str(value)


def _finding(stored: list) -> Finding:
    message, values, cell = stored
    values_by_name = {
        name: Names(tuple(value["names"])) if isinstance(value, dict) else value
        for name, value in values.items()
    }
    finding = Finding(message, **values_by_name)
    finding.cell = cell
    return finding
