"""The ledger: every attempt to check in, as a row that is added and never changed; and what is derived from these rows.

Scan, Resend and Review are added only, with one exception: 30 days after the last seal of a week models.operations.holder_links
puts random holders in place of passes and phones, and empties digests. Presence and Counter are derived from them;
models.figures.recount checks that.
"""

from datetime import date, datetime
from enum import IntFlag, StrEnum
from functools import cache
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, BigId, Instant, enumeration


class ScanKind(StrEnum):
    PASS = "pass"
    TOUCH = "touch"
    TALLY = "tally"
    UNDO = "undo"
    VENUE = "venue"  # a phone that opened a venue code


class Method(StrEnum):
    """How a visit is evidenced: scanned (pass, rotating), self-reported (printed, touch), counted by staff (tally), declared
    afterwards (estimate)."""

    PASS = "pass"
    ROTATING = "rotating"
    PRINTED = "printed"
    TOUCH = "touch"
    TALLY = "tally"
    ESTIMATE = "estimate"


class Verdict(StrEnum):
    STORED = "stored"
    REPEAT = "repeat"
    REFUSED = "refused"
    RETRY = "retry"


class Reason(StrEnum):
    """Why a scan is refused."""

    UNKNOWN_CODE = "unknown_code"
    BAD_SIGNATURE = "bad_signature"
    REVOKED = "revoked"
    WRONG_CAMPAIGN = "wrong_campaign"
    WRONG_EVENT = "wrong_event"
    NOT_OPEN = "not_open"
    FULL = "full"
    NOT_ALLOWED = "not_allowed"
    BAD_SCAN = "bad_scan"


# For these the answer says nothing of what is in the code: it is not ours, or not of this campaign.
CODE_REASONS = (Reason.UNKNOWN_CODE, Reason.BAD_SIGNATURE, Reason.BAD_SCAN, Reason.WRONG_CAMPAIGN)


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Decision(StrEnum):
    """What a person decides on a stored or repeat row in a review."""

    ACCEPT = "accept"
    SET_ASIDE = "set_aside"


class Nearness(StrEnum):
    """Whether a phone was near the venue, by its own comparison. Its position is never sent."""

    NEAR = "yes"
    FAR = "no"
    UNKNOWN = "not_told"


METHODS = tuple(Method)


class Flag(IntFlag):
    """Flags of a row. One with a flag of HELD_BACK does not count until a person accepts it."""

    NONE = 0
    LATE = 1  # received more than 15 minutes after it happened
    CLOCK = 2  # the device's clock was far off, or ahead of the receipt
    OVER_CAPACITY = 4
    OUTSIDE_HOURS = 8
    RAISED = 16  # a larger headcount confirmed later
    REENTRY = 32
    ABOVE_DECLARED = 64
    CONFLICT = 128
    REVOKED_PASS = 256
    AFTER_REVOCATION = 512
    SET_ASIDE = 1024

    @property
    def names(self) -> list[str]:
        return [*_names(int(self))]


@cache
def _names(flags: int) -> tuple[str, ...]:
    return tuple(flag.name.lower() for flag in Flag if flag.name and flag & flags)


HELD_BACK = Flag.REVOKED_PASS | Flag.AFTER_REVOCATION | Flag.SET_ASIDE
# The condition on Scan, word for word as in the index: PostgreSQL does not use it for a value that is sent apart.
HELD: ColumnElement[bool] = literal_column(f"(scan.flags & {int(HELD_BACK)}) != 0")


_WAS_ASKED = text("near IS NOT NULL")
_WAS_MOVED = text("moved_from IS NOT NULL")
_IS_UNDO = text("undoes IS NOT NULL")
_IS_HELD = text(f"(flags & {int(HELD_BACK)}) != 0")


class Scan(Base):
    """One attempt and its answer. at: corrected to server time; device_at: as the device's clock said."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_undoes", "undoes"),
        Index("ix_scan_event", "event_id", "number"),
        Index("ix_scan_undo", "number", sqlite_where=_IS_UNDO, postgresql_where=_IS_UNDO),
        Index("ix_scan_occurrence_day", "occurrence_id", "day"),
        # Few phones are asked whether they are near.
        Index("ix_scan_near", "occurrence_id", sqlite_where=_WAS_ASKED, postgresql_where=_WAS_ASKED),
        Index("ix_scan_moved_from", "moved_from", sqlite_where=_WAS_MOVED, postgresql_where=_WAS_MOVED),
        Index("ix_scan_held", "event_id", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
    )

    number: Mapped[int] = mapped_column(BigId, primary_key=True)  # in the order of receipt
    id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))  # None: a phone
    supervisor: Mapped[bool] = mapped_column(default=False)  # the device had supervisor scope
    code_number: Mapped[int | None] = mapped_column(ForeignKey("venue_code.number"))
    seq: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[ScanKind] = mapped_column(enumeration(ScanKind, 6))
    direction: Mapped[Direction] = mapped_column(enumeration(Direction, 3), default=Direction.IN)
    method: Mapped[Method | None] = mapped_column(enumeration(Method, 8))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    presence_id: Mapped[int | None] = mapped_column(ForeignKey("presence.id"), index=True)
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("pass.id"))
    holder: Mapped[str | None] = mapped_column(String(40))
    group: Mapped[str | None] = mapped_column("audience", String(60))
    headcount: Mapped[int | None]
    taken: Mapped[bool] = mapped_column(default=False)  # by a pass that the visitor took without staff
    near: Mapped[Nearness | None] = mapped_column(enumeration(Nearness, 8))  # None: the phone was not asked
    undoes: Mapped[UUID | None] = mapped_column(Uuid)
    device_at: Mapped[datetime] = mapped_column(Instant)
    skew_ms: Mapped[int | None] = mapped_column(BigId)  # device clock minus server time, as applied
    at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    day: Mapped[date] = mapped_column(Date)
    hour: Mapped[int]
    shown: Mapped[Verdict | None] = mapped_column(enumeration(Verdict, 8))
    verdict: Mapped[Verdict] = mapped_column(enumeration(Verdict, 8))
    reason: Mapped[Reason | None] = mapped_column(enumeration(Reason, 16))
    since: Mapped[datetime | None] = mapped_column(Instant)
    flags: Mapped[int] = mapped_column(default=0)
    digest: Mapped[bytes] = mapped_column(
        LargeBinary(16)
    )  # of the content: distinguishes a resend from a conflict
    # A row that takes the place of another one, which was booked at the wrong session (models.corrections.moves): its id.
    moved_from: Mapped[UUID | None] = mapped_column(Uuid)
    code_length: Mapped[int | None]  # of an unknown code: only its length and a keyed hash are stored
    code_hash: Mapped[str | None] = mapped_column(String(64))


class Resend(Base):
    """A scan id that was received again with different content. The first answer stands; this is for review only."""

    __tablename__ = "resend"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    scan_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))
    received_at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[ScanKind] = mapped_column(enumeration(ScanKind, 6))
    group: Mapped[str | None] = mapped_column("audience", String(60))
    headcount: Mapped[int | None]
    device_at: Mapped[datetime] = mapped_column(Instant)
    shown: Mapped[Verdict | None] = mapped_column(enumeration(Verdict, 8))
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))


class Review(Base):
    """A person's decision on a scan: accept one that is held back, or set one aside. The newest one is valid."""

    __tablename__ = "ruling"

    id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[UUID] = mapped_column(ForeignKey("scan.id"), index=True)
    decision: Mapped[Decision] = mapped_column(enumeration(Decision, 9))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class Presence(Base):
    """Derived: one holder at one occurrence on one campaign day. Every check-in of this holder locks this row.

    holder: "p:" + serial of a pass, "b:" + keyed hash of a browser's cookie, "s:" + scan id for anonymous ones (touch,
    tally), "x:" + a random number for a pass or browser whose link was destroyed. weight: people of the visit; 0: nothing
    counts. inside: people inside, by the scans in and out.
    """

    __tablename__ = "presence"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "day", "holder"),
        Index("ix_presence_holder", "holder"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    day: Mapped[date] = mapped_column(Date)
    holder: Mapped[str] = mapped_column(String(40))
    identified: Mapped[bool]  # a pass or a browser: can be a participant
    visit_id: Mapped[UUID | None] = mapped_column(Uuid)  # the scan that is the visit
    group: Mapped[str | None] = mapped_column("audience", String(60))
    method: Mapped[Method | None] = mapped_column(enumeration(Method, 8))
    hour: Mapped[int | None]
    weight: Mapped[int] = mapped_column(default=0)
    inside: Mapped[int] = mapped_column(default=0)
    # The visit is by a pass that the visitor took without staff.
    taken: Mapped[bool] = mapped_column(default=False)


class Counter(Base):
    """Derived: visits of one occurrence, day, hour, group and method. Small cells, so that check-ins rarely wait for a row."""

    __tablename__ = "counter"

    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[str] = mapped_column("audience", String(60), primary_key=True)
    method: Mapped[Method] = mapped_column(enumeration(Method, 8), primary_key=True)
    visits: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)  # visits by passes that visitors took without staff
    inside: Mapped[int] = mapped_column(default=0)


class Answer(msgspec.Struct, frozen=True):
    """The answer to a scan. since: when they first came; again: this id was answered before."""

    id: UUID | None
    verdict: str
    reason: str | None = None
    group: str | None = None
    headcount: int | None = None
    since: datetime | None = None
    flags: Flag = Flag.NONE
    again: bool = False
