"""Calendar subscribers: distinct per day, by a hash with a salt of the day that is destroyed after midnight.

A lower bound: many people read one calendar through a service such as Google's, which asks once for all of them.
"""

import hashlib
import hmac
import secrets
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.campaigns.tables import Campaign
from models.db import Base, db, insert, transaction


class SubscriberSalt(Base):
    __tablename__ = "subscriber_salt"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class CalendarReader(Base):
    """One subscriber of a day that is not over. digest: of address and program, keyed by the salt of the day."""

    __tablename__ = "calendar_reader"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)


class SubscriberDay(Base):
    """The subscribers of a day that is over: only their number is left."""

    __tablename__ = "subscriber_day"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    subscribers: Mapped[int]


def salt_of(day: date) -> bytes:
    """The salt of a day, the same on all nodes; made by whoever asks first."""
    salt = db.session.scalar(select(SubscriberSalt.salt).where(SubscriberSalt.day == day))
    if salt is None:
        with transaction():
            made = insert(SubscriberSalt).values(day=day, salt=secrets.token_bytes(32))
            db.session.execute(made.on_conflict_do_nothing())
        salt = db.session.scalars(select(SubscriberSalt.salt).where(SubscriberSalt.day == day)).one()
    return salt


def digest_of(salt: bytes, reader: str) -> bytes:
    return hmac.new(salt, reader.encode("utf-8", "replace"), hashlib.sha256).digest()[:16]


def record(campaign_id: str, day: date, digests: set[bytes]) -> None:
    """Readers of a campaign's calendars on a day; one that is known is not counted again."""
    rows = [{"campaign_id": campaign_id, "day": day, "digest": digest} for digest in sorted(digests)]
    if rows:
        with transaction():
            db.session.execute(insert(CalendarReader).values(rows).on_conflict_do_nothing())


def close_days(campaign: Campaign, now: datetime) -> int:
    """Of the days of a campaign that are over keep the number alone. How many days."""
    today = campaign.today(now)
    own = CalendarReader.campaign_id == campaign.id, CalendarReader.day < today
    query = select(CalendarReader.day, func.count()).where(*own).group_by(CalendarReader.day)
    with transaction():
        counts = list(db.session.execute(query).tuples())
        for day, subscribers in counts:
            row = db.session.get(SubscriberDay, (campaign.id, day))
            if row is None:
                db.session.add(SubscriberDay(campaign_id=campaign.id, day=day, subscribers=subscribers))
            else:
                row.subscribers += subscribers
        db.session.execute(delete(CalendarReader).where(*own))
    return len(counts)


def destroy_salts(now: datetime) -> None:
    """The salts of days that are over in every campaign's zone; close_days() first."""
    days = [campaign.today(now) for campaign in db.session.scalars(select(Campaign))]
    if days:
        with transaction():
            db.session.execute(delete(SubscriberSalt).where(SubscriberSalt.day < min(days)))


def close_all(now: datetime) -> None:
    for campaign in db.session.scalars(select(Campaign).order_by(Campaign.id)).all():
        close_days(campaign, now)
    destroy_salts(now)


def subscribers_by_day(campaign: Campaign) -> dict[date, int]:
    """Distinct subscribers of each day, today's so far. Days do not add up: most are the same people."""
    past = select(SubscriberDay.day, SubscriberDay.subscribers).where(
        SubscriberDay.campaign_id == campaign.id
    )
    running = select(CalendarReader.day, func.count()).where(CalendarReader.campaign_id == campaign.id)
    rows = dict(db.session.execute(running.group_by(CalendarReader.day)).tuples().all())
    return dict(sorted((rows | dict(db.session.execute(past).tuples().all())).items()))
