"""Passes (参与码): random tokens for one person or a group, without names."""

import secrets
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit.chain import record_act
from models.audit.tables import AuditSubject, AuditVerb
from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.codes import keys, signatures
from models.codes.signatures import Purpose
from models.db import LARGEST_ID, Base, BigId, Instant, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.tables import Event

MOST_HEADCOUNT, MOST_AT_ONCE = 999, 10_000
_SERIALS_IN_A_QUERY = 500
_OF_SESSION = text("occurrence_id IS NOT NULL")


def holder_name(serial: int) -> str:
    """The holder of a pass in the ledger, by the serial of the first pass that it had."""
    return f"p:{serial:010x}"


class Replacement(Base):
    """One pass replaced another. The holder stays the same: root is the serial of the first pass in the chain."""

    __tablename__ = "pass_replacement"

    new_id: Mapped[int] = mapped_column(ForeignKey("pass.id"), primary_key=True)
    old_id: Mapped[int] = mapped_column(ForeignKey("pass.id"), unique=True)
    root: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Pass(Base):
    __tablename__ = "pass"
    __table_args__ = (
        UniqueConstraint("campaign_id", "serial"),
        Index(
            "ix_pass_occurrence_id",
            "occurrence_id",
            sqlite_where=_OF_SESSION,
            postgresql_where=_OF_SESSION,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    purpose: Mapped[int]  # a Purpose of a pass
    group: Mapped[str] = mapped_column("audience", String(60))
    headcount: Mapped[int]
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id"), index=True
    )  # None: the whole campaign
    serial: Mapped[int] = mapped_column(BigInteger)  # 40 random bits
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    # The session that its holder registered for. No foreign key: SQLite would rebuild the table to add one.
    occurrence_id: Mapped[int | None]

    campaign: Mapped[Campaign] = relationship()
    key: Mapped[keys.SigningKey] = relationship()
    event: Mapped[Event | None] = relationship()
    replaces: Mapped[Replacement | None] = relationship(
        foreign_keys=Replacement.new_id, lazy="joined", viewonly=True
    )
    replaced_by: Mapped[Replacement | None] = relationship(foreign_keys=Replacement.old_id, viewonly=True)

    @property
    def holder(self) -> str:
        """The holder's name in the ledger. A pass and its replacement are one participant."""
        return holder_name(self.replaces.root if self.replaces else self.serial)

    @property
    def token(self) -> str:
        """The signed text of the code. Ed25519 is deterministic, so it need not be stored."""
        payload = signatures.PassPayload(
            purpose=self.purpose,
            key_id=self.key_id,
            campaign=self.campaign.number,
            group=self.campaign.group_number(self.group),
            headcount=self.headcount,
            event=self.event_id or 0,
            serial=self.serial,
        )
        return signatures.sign_pass(payload, self.key.secret)


def issue(
    campaign: Campaign,
    group: str,
    now: datetime,
    *,
    headcount: int | None = None,
    event: Event | None = None,
    count: int = 1,
    self_issued: bool = False,
    issued_by: int | None = None,
) -> list[Pass]:
    """Make passes in one transaction. headcount: makes them group passes. self_issued: taken by the visitor.

    Raises Mistake for an unknown group, a headcount outside 1-999 or a count outside 1-10,000."""
    with transaction():
        return write_issued(
            campaign,
            group,
            now,
            headcount=headcount,
            event=event,
            count=count,
            self_issued=self_issued,
            issued_by=issued_by,
        )


def write_issued(
    campaign: Campaign,
    group: str,
    now: datetime,
    *,
    headcount: int | None = None,
    event: Event | None = None,
    count: int = 1,
    self_issued: bool = False,
    issued_by: int | None = None,
) -> list[Pass]:
    """issue() inside the caller's transaction."""
    if group != UNKNOWN_GROUP and campaign.group_number(group) == 0:
        groups = ", ".join([term.key for term in campaign.groups] + [UNKNOWN_GROUP])
        raise Mistake(
            N_("“%(group)s” is not an audience group here. Use one of: %(known)s."), group=group, known=groups
        )
    if headcount is not None and not 1 <= headcount <= MOST_HEADCOUNT:
        raise Mistake(N_("A group pass is for 1 to 999 people."))
    if not 1 <= count <= MOST_AT_ONCE:
        raise Mistake(N_("You can make 1 to 10,000 passes at a time."))
    if event is not None and event.campaign_id != campaign.id:
        raise Mistake(N_("That event belongs to another week."))
    purpose = Purpose.SELF_ISSUED if self_issued else Purpose.SINGLE if headcount is None else Purpose.GROUP
    event_id = event.id if event else None
    rows = _add(campaign, purpose, group, headcount or 1, event_id, count, now, issued_by)
    db.session.flush()
    return rows


def write_pass(
    campaign: Campaign, group: str, headcount: int, event: Event, occurrence_id: int | None, now: datetime
) -> Pass:
    """One pass of an event or of one of its sessions, for a group where the headcount is above one. Runs inside the caller's
    transaction."""
    [row] = _add(campaign, _purpose(headcount), group, headcount, event.id, 1, now, issued_by=None)
    row.occurrence_id = occurrence_id
    db.session.flush()
    return row


def write_smaller(old: Pass, headcount: int, now: datetime) -> Pass:
    """A pass for fewer people in place of this one. Runs inside the caller's transaction."""
    return _write_replacement(old, _purpose(headcount), headcount, now, None)


def _purpose(headcount: int) -> Purpose:
    return Purpose.SINGLE if headcount == 1 else Purpose.GROUP


def _write_replacement(old: Pass, purpose: int, headcount: int, now: datetime, by: int | None) -> Pass:
    old.revoked_at = old.revoked_at or now
    [new] = _add(old.campaign, purpose, old.group, headcount, old.event_id, 1, now, issued_by=by)
    new.occurrence_id = old.occurrence_id
    db.session.flush()
    root = old.replaces.root if old.replaces else old.serial
    db.session.add(Replacement(new_id=new.id, old_id=old.id, root=root, at=now, by=by))
    db.session.flush()
    db.session.expire(old, ["replaced_by"])
    record_act(AuditVerb.PASS_REPLACED, now, AuditSubject.PASS, old.id, event=old.event_id, new=new.id)
    return new


def newest_of(row: Pass) -> Pass:
    """The pass that its holder has now: itself, or the last one that replaced it."""
    while (replacement := row.replaced_by) is not None:
        row = db.session.get_one(Pass, replacement.new_id)
    return row


def _add(
    campaign: Campaign,
    purpose: int,
    group: str,
    headcount: int,
    event_id: int | None,
    count: int,
    now: datetime,
    issued_by: int | None,
) -> list[Pass]:
    key = keys.current_key(keys.KeyPurpose.PASS)
    rows = [
        Pass(
            campaign=campaign,
            purpose=purpose,
            group=group,
            headcount=headcount,
            event_id=event_id,
            serial=serial,
            key=key,
            issued_at=now,
            issued_by=issued_by,
        )
        for serial in _unused_serials(campaign.id, count)
    ]
    db.session.add_all(rows)
    return rows


def _unused_serials(campaign_id: str, count: int) -> list[int]:
    """Random 40-bit numbers that the campaign has not used. A race ends at the unique key."""
    serials: set[int] = set()
    while len(serials) < count:
        candidates = sorted({secrets.randbits(40) for _ in range(count - len(serials))})
        for start in range(0, len(candidates), _SERIALS_IN_A_QUERY):
            part = candidates[start : start + _SERIALS_IN_A_QUERY]
            used = select(Pass.serial).where(Pass.campaign_id == campaign_id, Pass.serial.in_(part))
            serials |= set(part) - set(db.session.scalars(used))
    return sorted(serials)


def revoke(pass_id: int, now: datetime) -> Pass:
    """Revoke a pass; its scans stay. Revoking again changes nothing. Raises NotFound."""
    with transaction():
        row = db.session.get(Pass, pass_id) if 0 < pass_id <= LARGEST_ID else None
        if row is None:
            raise NotFound(N_("There is no pass %(id)s."), id=pass_id)
        if row.revoked_at is None:
            row.revoked_at = now
            record_act(AuditVerb.PASS_REVOKED, now, AuditSubject.PASS, row.id, event=row.event_id)
    return row


def replace(pass_id: int, now: datetime, by: int | None = None) -> Pass:
    """A new pass for the holder of this one, which is revoked and keeps its history. Raises NotFound, Conflict."""
    try:
        with transaction():
            old = db.session.get(Pass, pass_id)
            if old is None:
                raise NotFound(N_("There is no pass %(id)s."), id=pass_id)
            new = _write_replacement(old, old.purpose, old.headcount, now, by)
    except IntegrityError:  # the unique key allows one replacement
        raise Conflict(N_("Pass %(id)s has already been replaced."), id=pass_id) from None
    db.session.refresh(new, ["replaces"])
    return new
