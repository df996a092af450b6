"""Heads counted on paper and entered at the desk afterwards: tally rows, with the counter's name and who entered them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, ForeignKey, String, Uuid, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from models import clock
from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.campaigns.tables import UNKNOWN_GROUP
from models.checkin import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.corrections import scan_review
from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.tables import PUBLIC, Event
from models.ledger.in_effect import newest_decisions
from models.ledger.tables import Decision, Flag, Scan, ScanKind, Verdict
from models.organizations.tables import Account

MAX_HEADS = 9_999  # of one group in one count
MAX_NAME = 60

NO_COUNT = N_("Enter at least one number of people.")
TOO_MANY = N_("Enter a number from 1 to %(most)s for each group, or leave it empty.")
NO_NAME = N_("Enter the name of the person who counted, up to %(most)s characters.")
OTHER_DAY = N_("Choose a day of this event.")
FUTURE = N_("The time of counting is in the future. Enter when the people were counted.")
SENT_BEFORE = N_(
    "This form was sent before with other numbers; the first ones stand. Use the empty form for more."
)
NO_SUCH_COUNT = N_("There is no such count of this event.")


class PaperCount(Base):
    """Whose count a tally row is. Written before the row, which admit() adds in a transaction of its own."""

    __tablename__ = "paper_count"

    scan_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    counter: Mapped[str] = mapped_column(String(MAX_NAME))  # the name of the person who counted
    entered_at: Mapped[datetime] = mapped_column(Instant)
    sheet_id: Mapped[int | None] = mapped_column(
        ForeignKey("tally_sheet.id"), index=True
    )  # None: no printed sheet
    sheet_revision: Mapped[int | None]  # the entry of the sheet, see models.corrections.tally_sheets


@dataclass(frozen=True)
class EnteredCount:
    """A tally row from paper. account: the address of who entered it; None: not known any more. out: it was taken out.
    sheet_id, sheet_revision: the printed sheet and the number of its entry; None: entered without one."""

    scan: Scan
    counter: str
    account: str | None
    entered_at: datetime
    out: bool
    sheet_id: int | None = None
    sheet_revision: int | None = None


def days_of(event: Event, now: datetime) -> list[date]:
    """The days for which heads can be entered: those of the event, up to today. None for an event that never was public."""
    if event.status not in PUBLIC:
        return []
    today = event.campaign.today(now)
    days = {day for row in event.occurrences for day in clock.days(row.start_day, row.end_day)}
    return sorted(day for day in days if day <= today)


def enter(
    event: Event,
    account: Account,
    sheet_id: UUID,
    at: datetime,
    counter: str,
    heads: Mapping[str, int],
    now: datetime,
) -> int:
    """Add a tally row for each group; the heads of all of them. Raises Mistake, also admit.BusyError.

    sheet_id: of the form; sent again it adds nothing. at: when they were counted. heads: by key of a group, or unknown."""
    counter = " ".join(counter.split())
    _check(event, at, counter, heads, now)
    attempts = [
        Attempt(
            id=uuid5(sheet_id, group),
            kind=ScanKind.TALLY,
            at=at,
            shown=Verdict.STORED,  # whoever was counted was there, whatever the hours and the room say
            group=group,
            headcount=count,
        )
        for group, count in heads.items()
    ]
    add(event, account, attempts, counter, now)
    return sum(heads.values())


def add(
    event: Event,
    account: Account,
    attempts: Sequence[Attempt],
    counter: str,
    now: datetime,
    on_sheet: tuple[int, int] | None = None,
) -> None:
    """Add tally rows, each with whose count it is. Raises Conflict for an id that has other content; admit.BusyError.

    on_sheet: the id of the printed sheet and the number of its entry."""
    sheet_id, revision = on_sheet or (None, None)
    event_id = event.id
    values = [
        {
            "scan_id": attempt.id,
            "event_id": event_id,
            "account_id": account.id,
            "counter": counter,
            "entered_at": now,
            "sheet_id": sheet_id,
            "sheet_revision": revision,
        }
        for attempt in attempts
    ]
    with transaction():
        db.session.execute(insert(PaperCount).on_conflict_do_nothing(), values)
        record_act(
            AuditVerb.PAPER_COUNT_ENTERED, now, AuditSubject.EVENT, event_id,
            heads=sum(attempt.headcount or 0 for attempt in attempts), sheet=sheet_id,
        )  # fmt: skip
    answers = admit.admit(attempts, ScanSource(event.campaign, lambda at: [event_id], scans=False), now)
    if any(Flag.CONFLICT in answer.flags for answer in answers):
        raise Conflict(SENT_BEFORE)


def read_heads(text: str) -> int:
    """A number of people as it is typed; an empty field is 0. Raises Mistake."""
    text = text.strip()
    if text and not (text.isdecimal() and len(text) < 10):
        raise Mistake(TOO_MANY, most=f"{MAX_HEADS:,}")
    return int(text or 0)


def _check(event: Event, at: datetime, counter: str, heads: Mapping[str, int], now: datetime) -> None:
    if not heads:
        raise Mistake(NO_COUNT)
    groups = {term.key for term in event.campaign.groups} | {UNKNOWN_GROUP}
    if not groups.issuperset(heads) or not all(1 <= count <= MAX_HEADS for count in heads.values()):
        raise Mistake(TOO_MANY, most=f"{MAX_HEADS:,}")
    if not counter or len(counter) > MAX_NAME:
        raise Mistake(NO_NAME, most=MAX_NAME)
    if at > now:
        raise Mistake(FUTURE)
    if clock.day_of(at, event.campaign.zone) not in days_of(event, now):
        raise Mistake(OTHER_DAY)


def entered(event: Event) -> list[EnteredCount]:
    """The counts of an event, the newest entry first."""
    return _read(PaperCount.event_id == event.id, [PaperCount.entered_at.desc(), Scan.number])


def entered_on_sheets(sheet_ids: Iterable[int], revision: int | None = None) -> dict[int, list[EnteredCount]]:
    """The rows of printed sheets, by sheet; of one entry of theirs, or of all."""
    condition: ColumnElement[bool] = PaperCount.sheet_id.in_(set(sheet_ids))
    if revision is not None:
        condition = and_(condition, PaperCount.sheet_revision == revision)
    rows: dict[int, list[EnteredCount]] = defaultdict(list)
    for row in _read(condition, [Scan.number]):
        if row.sheet_id is not None:
            rows[row.sheet_id].append(row)
    return rows


def _read(
    condition: ColumnElement[bool], order: Sequence[ColumnElement | InstrumentedAttribute]
) -> list[EnteredCount]:
    query = (
        select(Scan, PaperCount, Account.email)
        .join(PaperCount, PaperCount.scan_id == Scan.id)
        .outerjoin(Account, Account.id == PaperCount.account_id)
        .where(condition)
        .order_by(*order)
    )
    rows = db.session.execute(query).all()
    out = _taken_out(scan.id for scan, _count, _email in rows)
    return [
        EnteredCount(
            scan,
            count.counter,
            email,
            count.entered_at,
            scan.id in out,
            count.sheet_id,
            count.sheet_revision,
        )
        for scan, count, email in rows
    ]


def _taken_out(scan_ids: Iterable[UUID]) -> set[UUID]:
    decisions = newest_decisions(scan_ids)
    out = {scan_id for scan_id, decision in decisions.items() if decision == Decision.SET_ASIDE}
    return out - scan_review.moved_away(out).keys()  # these count at another session


def take_out(event: Event, scan_id: UUID, why: str, account: Account, now: datetime) -> None:
    """Let a count of this event count no more, by a decision of this account. Raises NotFound."""
    take_out_many(event, [scan_id], why, account, now)


def take_out_many(event: Event, scan_ids: Sequence[UUID], why: str, account: Account, now: datetime) -> None:
    """The same for several counts, in one transaction."""
    counts = select(PaperCount.scan_id).where(
        PaperCount.scan_id.in_(scan_ids), PaperCount.event_id == event.id
    )
    if not scan_ids or set(db.session.scalars(counts)) != set(scan_ids):
        raise NotFound(NO_SUCH_COUNT)
    counted = [*scan_ids, *scan_review.moved_away(scan_ids).values()]
    scan_review.decide_together(event.campaign, counted, Decision.SET_ASIDE, why, account.id, now)
