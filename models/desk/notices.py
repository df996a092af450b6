"""Notices (通知) of the committee and of offices to the accounts of organizations below them, and who has read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    and_,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from models.campaigns.tables import is_line
from models.db import LARGEST_ID, Base, Instant, db, insert, transaction
from models.desk.attachments import Attachment
from models.errors import N_, Mistake, NotFound
from models.organizations.tables import Account, Organization, Role
from models.places import regions
from models.places.tables import Region

LONGEST_TITLE, LONGEST_TEXT = 120, 5000
SHOWN = 200


class Notice(Base):
    """A notice. It goes to the accounts of organizations in region_code and below (None: the whole country), of one line
    (None: of all), of offices alone or of everybody. Its sender's own organization is no recipient."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)
    deadline: Mapped[date | None] = mapped_column(Date)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    line: Mapped[str | None] = mapped_column(String(60))
    offices_only: Mapped[bool]
    file_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    file_type: Mapped[str] = mapped_column(String(100), default="", server_default="")
    file_size: Mapped[int] = mapped_column(default=0, server_default="0")
    file_data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    organization: Mapped[Organization] = relationship(lazy="joined")


class NoticeReading(Base):
    """An account has opened a notice."""

    __tablename__ = "notice_reading"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class NoticeDraft:
    """What was written. region_code "" stands for all of the sender's area, line "" for all lines."""

    title: str
    text: str
    deadline: date | None = None
    region_code: str = ""
    line: str = ""
    offices_only: bool = False
    attachment: Attachment | None = None


@dataclass(frozen=True)
class ReceivedNotice:
    notice: Notice
    read: bool


@dataclass(frozen=True)
class SentNotice:
    notice: Notice
    recipients: int
    readers: int


@dataclass(frozen=True)
class Recipient:
    """read_at: None where it has not been opened yet."""

    account: Account
    read_at: datetime | None


def may_send(account: Account) -> bool:
    return account.reviews


def problems_of(account: Account, draft: NoticeDraft) -> dict[str, Mistake]:
    """What is missing or out of the sender's area, by the name of the field."""
    problems = {}
    title, text = draft.title.strip(), draft.text.strip()
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = Mistake(
            N_("Give the notice a title of up to %(most)s characters."), most=LONGEST_TITLE
        )
    if not text or len(text) > LONGEST_TEXT:
        problems["text"] = Mistake(N_("Write the notice, up to %(most)s characters."), most=LONGEST_TEXT)
    for name, check, value in (("region", _region, draft.region_code), ("line", _line, draft.line)):
        try:
            check(account, value)
        except Mistake as mistake:
            problems[name] = mistake
    return problems


def send(account: Account, draft: NoticeDraft, now: datetime) -> Notice:
    """A notice to the accounts below. Raises Mistake for the first of problems_of()."""
    for mistake in problems_of(account, draft).values():
        raise mistake
    title, text, file = draft.title.strip(), draft.text.strip(), draft.attachment
    with transaction():
        notice = Notice(
            organization_id=account.organization_id,
            account_id=account.id,
            at=now,
            title=title,
            text=text,
            deadline=draft.deadline,
            region_code=_region(account, draft.region_code),
            line=_line(account, draft.line),
            offices_only=draft.offices_only,
            file_name=file.name if file else "",
            file_type=file.content_type if file else "",
            file_size=len(file.data) if file else 0,
            file_data=file.data if file else None,
        )
        db.session.add(notice)
    return notice


def _region(account: Account, code: str) -> str | None:
    own = account.organization.region_code
    if account.role == Role.COMMITTEE:
        own = None
    elif own is None:
        raise Mistake(N_("Your office has no region, so it has nobody below it to write to."))
    if not code:
        return own
    known = db.session.get(Region, code) if len(code) == 6 else None
    if known is None or (own is not None and code != own and not regions.is_below(code, own)):
        raise Mistake(N_("Choose a region of your area."))
    return code


def _line(account: Account, line: str) -> str | None:
    own = account.organization
    if account.role != Role.COMMITTEE and own.line_limited:
        return own.line or ""
    if not line:
        return None
    if not is_line(line):
        raise Mistake(N_("There is no sector “%(value)s” in this week."), value=line[:40])
    return line


def _received_by(account: Account) -> ColumnElement[bool]:
    """The condition on Notice that it goes to an account."""
    own = account.organization
    code = own.region_code
    above = (*regions.ancestors(code), code) if code else ()
    return and_(
        Notice.organization_id != own.id,
        or_(Notice.region_code.is_(None), Notice.region_code.in_(above)),
        or_(Notice.line.is_(None), Notice.line == own.line) if own.line else Notice.line.is_(None),
        true() if account.reviews else Notice.offices_only.is_(False),
        Notice.at >= account.created_at,
    )


def _recipients(notice: Notice) -> ColumnElement[bool]:
    """The same, as the condition on Account and Organization."""
    conditions: list[ColumnElement[bool]] = [
        Account.closed_at.is_(None),
        Account.organization_id != notice.organization_id,
        Account.created_at <= notice.at,
    ]
    if notice.region_code is not None:
        conditions.append(regions.within(Organization.region_code, notice.region_code))
    if notice.line is not None:
        conditions.append(Organization.line == notice.line if notice.line else false())
    if notice.offices_only:
        conditions.append(Account.role.in_((Role.OFFICE, Role.COMMITTEE)))
    return and_(*conditions)


def _read_by(account: Account) -> ColumnElement[bool]:
    reading = select(NoticeReading.notice_id).where(
        NoticeReading.notice_id == Notice.id, NoticeReading.account_id == account.id
    )
    return reading.exists()


def unread(account: Account) -> int:
    """How many notices an account has not opened. One query."""
    query = select(func.count()).select_from(Notice).where(_received_by(account), ~_read_by(account))
    return db.session.scalars(query).one()


def received(account: Account) -> list[ReceivedNotice]:
    """What an account was sent, the newest first."""
    query = (
        select(Notice, _read_by(account))
        .where(_received_by(account))
        .order_by(Notice.at.desc(), Notice.id.desc())
    )
    return [ReceivedNotice(notice, read) for notice, read in db.session.execute(query.limit(SHOWN))]


def sent(account: Account) -> list[SentNotice]:
    """What an account's organization has sent, each with how many have read it. Two queries a notice, few a page."""
    if not may_send(account):
        return []
    query = select(Notice).where(Notice.organization_id == account.organization_id)
    notices = db.session.scalars(query.order_by(Notice.at.desc(), Notice.id.desc()).limit(20)).all()
    return [SentNotice(notice, *_counts(notice)) for notice in notices]


def _counts(notice: Notice) -> tuple[int, int]:
    query = (
        select(func.count(), func.count(NoticeReading.account_id))
        .select_from(Account)
        .join(Organization, Organization.id == Account.organization_id)
        .outerjoin(
            NoticeReading,
            and_(NoticeReading.account_id == Account.id, NoticeReading.notice_id == notice.id),
        )
        .where(_recipients(notice))
    )
    recipients, readers = db.session.execute(query).one()
    return recipients, readers


def open_notice(account: Account, notice_id: int) -> Notice:
    """A notice that an account was sent or that its organization sent. Raises NotFound."""
    notice = None
    if 0 < notice_id <= LARGEST_ID:
        own = Notice.organization_id == account.organization_id if may_send(account) else false()
        notice = db.session.scalar(
            select(Notice).where(Notice.id == notice_id, or_(own, _received_by(account)))
        )
    if notice is None:
        raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))
    return notice


def mark_read(account: Account, notice: Notice, now: datetime) -> None:
    """A recipient has opened a notice. Opening it again changes nothing."""
    if notice.organization_id == account.organization_id:
        return
    values = {"notice_id": notice.id, "account_id": account.id, "at": now}
    with transaction():
        db.session.execute(insert(NoticeReading).values(values).on_conflict_do_nothing())


def readers_of(notice: Notice) -> Sequence[Recipient]:
    """The recipients of a notice, who has not read it first."""
    query = (
        select(Account, NoticeReading.at)
        .join(Organization, Organization.id == Account.organization_id)
        .outerjoin(
            NoticeReading,
            and_(NoticeReading.account_id == Account.id, NoticeReading.notice_id == notice.id),
        )
        .where(_recipients(notice))
        .options(joinedload(Account.organization))
        .order_by(NoticeReading.at.is_not(None), Organization.region_code, Organization.name, Account.id)
    )
    return [Recipient(account, at) for account, at in db.session.execute(query.limit(500))]
