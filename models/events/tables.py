"""Events (活动) and their occurrences (场次) as rows. Only models.publishing changes them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.campaigns.tables import Campaign
from models.db import Base, Instant, enumeration
from models.events.hosts import HostRole
from models.events.pictures import Picture
from models.organizations.tables import Organization
from models.places.tables import Region, Venue


class EventStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"  # by a reviewer, with a reason; its organizer mends it and submits it again
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class ChangeVerb(StrEnum):
    """What was done to an event. CHANGED by a person, IMPORTED by a file or feed. DROPPED: cancelled, as its source has it
    no more."""

    CREATED = "created"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    RECALLED = "recalled"
    PUBLISHED = "published"
    CHANGED = "changed"
    IMPORTED = "imported"
    CANCELLED = "cancelled"
    DROPPED = "dropped"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class OccurrenceStatus(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Mode(StrEnum):
    ONSITE = "onsite"
    ONLINE = "online"
    MIXED = "mixed"


class HalfDay(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PUBLIC = (EventStatus.PUBLISHED, EventStatus.CANCELLED)
UNREVIEWED = (EventStatus.DRAFT, EventStatus.SUBMITTED, EventStatus.SENT_BACK)
MODES = tuple(Mode)
HALF_DAYS = tuple(HalfDay)
NO_DATE = 99_999_999 * 10_000  # calendar_place of an event without a date: after all others
# Covers the list and the week strip, so that they are answered from the index alone.
_OF_THE_LIST = ("campaign_id", "calendar_place", "id", "status", "withdrawn_at", "on_days")
# Covers the counts of the days, and the order of those with one session within a day.
_OF_THE_DAYS = ("campaign_id", "on_days", "session_count", "calendar_place", "id", "status", "withdrawn_at")


class Event(Base):
    """One event. The figures count it under one region, lead organization (and so line), main focus and main format.
    Its other hosts, formats and venues only help to find it. None and "" mean: not known."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("campaign_id", "origin", "origin_ref"),
        Index("ix_event_calendar", *_OF_THE_LIST),
        Index("ix_event_days", *_OF_THE_DAYS),
        # Those whose picture may have to be fetched, found by every tick.
        Index(
            "ix_event_picture_url",
            "id",
            sqlite_where=text("picture_url != ''"),
            postgresql_where=text("picture_url != ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)  # 4 bytes in every pass
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[EventStatus] = mapped_column(enumeration(EventStatus, 10), default=EventStatus.DRAFT)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    main_focus: Mapped[str | None] = mapped_column(String(60))
    main_format: Mapped[str | None] = mapped_column(String(60))  # key of a format term, or "other"
    mode: Mapped[Mode | None] = mapped_column(enumeration(Mode, 8))
    online_url: Mapped[str] = mapped_column(default="")
    time_text: Mapped[str] = mapped_column(default="")  # as reported: 上午, 宣传周期间
    venue_text: Mapped[str] = mapped_column(default="")  # as reported, may name several places
    region_text: Mapped[str] = mapped_column(default="")  # as reported, where it says more than the code
    contact: Mapped[str] = mapped_column(default="", server_default="")  # whom visitors may ask
    picture_sha256: Mapped[str | None] = mapped_column(ForeignKey("picture.sha256"), index=True)
    picture_alt: Mapped[str] = mapped_column(default="", server_default="")  # for who does not see it
    # Where an import says it is; the tick fetches it (models.imports.pictures).
    picture_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    origin: Mapped[str | None] = mapped_column(String(200))  # where an imported event came from
    origin_ref: Mapped[str | None] = mapped_column(String(255))  # its id there
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    track_exits: Mapped[bool] = mapped_column(default=False)  # people are also scanned on leaving
    # Phones that open the printed code are asked whether they are this near; None: not asked.
    near_metres: Mapped[int | None]
    # Visitors are asked the question of the campaign after they came.
    asks_opinion: Mapped[bool] = mapped_column(default=False, server_default=false())
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)  # deleted: in no view, attendance stays
    # These are computed from the occurrences (models.events.calendar_order).
    # Day and minute of its first occurrence; one bit a day of the campaign; cancelled ones count too.
    calendar_place: Mapped[int] = mapped_column(BigInteger, default=NO_DATE, server_default=str(NO_DATE))
    on_days: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    session_count: Mapped[int] = mapped_column(default=0, server_default="0")

    campaign: Mapped[Campaign] = relationship()
    region: Mapped[Region | None] = relationship()
    lead: Mapped[Organization | None] = relationship()
    picture: Mapped[Picture | None] = relationship(viewonly=True)
    occurrences: Mapped[list["Occurrence"]] = relationship(
        back_populates="event", order_by="Occurrence.start_day, Occurrence.start_at, Occurrence.id"
    )
    hosts: Mapped[list["EventHost"]] = relationship(
        order_by="EventHost.position", cascade="all, delete-orphan"
    )
    audiences: Mapped[list["EventAudience"]] = relationship(cascade="all, delete-orphan")
    spotlight_rows: Mapped[list["EventSpotlight"]] = relationship(
        order_by="EventSpotlight.spotlight", cascade="all, delete-orphan"
    )
    formats: Mapped[list["EventFormat"]] = relationship(
        order_by="EventFormat.position", cascade="all, delete-orphan"
    )
    venues: Mapped[list["EventVenue"]] = relationship(
        order_by="EventVenue.position", cascade="all, delete-orphan"
    )
    report: Mapped["EventReport | None"] = relationship(cascade="all, delete-orphan")
    changes: Mapped[list["EventChange"]] = relationship(order_by="EventChange.id", back_populates="event")

    @property
    def groups(self) -> list[str]:
        return [row.group for row in self.audiences]

    @property
    def spotlights(self) -> list[str]:
        return [row.spotlight for row in self.spotlight_rows]

    @property
    def public(self) -> bool:
        return self.status in PUBLIC and self.withdrawn_at is None


class Occurrence(Base):
    """One dated occurrence of an event. Days are in the campaign's zone, both included. start_at and end_at are None
    where no clock time is known: then it is the whole day. Never deleted once published, only cancelled."""

    __tablename__ = "occurrence"
    # Covers the schedule of a week, so that it is answered from the index alone.
    __table_args__ = (Index("ix_occurrence_schedule", "event_id", "start_day", "end_day", "start_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    start_day: Mapped[date] = mapped_column(Date, index=True)
    end_day: Mapped[date] = mapped_column(Date)
    open_ended: Mapped[bool] = mapped_column(default=False)  # "4月24日起": no end is known
    start_at: Mapped[datetime | None] = mapped_column(Instant)
    end_at: Mapped[datetime | None] = mapped_column(Instant)
    half_day: Mapped[HalfDay | None] = mapped_column(enumeration(HalfDay, 10))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    capacity: Mapped[int | None]  # people inside at once; None: not limited
    status: Mapped[OccurrenceStatus] = mapped_column(
        enumeration(OccurrenceStatus, 10), default=OccurrenceStatus.SCHEDULED
    )
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    vevent: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True
    )  # the VEVENT, rendered at each change
    vevent_stamp: Mapped[str | None] = mapped_column(String(64))  # version of the renderer

    event: Mapped[Event] = relationship(back_populates="occurrences")
    venue: Mapped[Venue | None] = relationship()


class EventHost(Base):
    __tablename__ = "event_host"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # 0 leads
    name: Mapped[str]  # with the part that it plays, where that is not the lead: 青云大学（承办）
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    role: Mapped[HostRole] = mapped_column(
        enumeration(HostRole, 12), default=HostRole.HOST, server_default=HostRole.HOST
    )


class EventAudience(Base):
    __tablename__ = "event_audience"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    group: Mapped[str] = mapped_column("audience", String(60), primary_key=True)


class EventSpotlight(Base):
    """A spotlight (亮点) of the campaign that the event shows: the key of a spotlight term."""

    __tablename__ = "event_spotlight"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    spotlight: Mapped[str] = mapped_column(String(60), primary_key=True)


class EventFormat(Base):
    """A form of activity: as reported (text), and as a term's key or "other" (format)."""

    __tablename__ = "event_format"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(60))
    text: Mapped[str]


class EventVenue(Base):
    __tablename__ = "event_venue"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)

    venue: Mapped[Venue] = relationship(lazy="joined")


class EventReport(Base):
    """What a published report says of an event, word for word ("800余份"). Never part of the figures; a lower bound where
    nobody stated the outcome (models.outcomes.influence).
    source_url: where we found the report; not shown to the public."""

    __tablename__ = "event_report"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    attendance: Mapped[str] = mapped_column(default="")
    materials: Mapped[str] = mapped_column(default="")
    consultations: Mapped[str] = mapped_column(default="")
    views: Mapped[str] = mapped_column(default="")
    other: Mapped[str] = mapped_column(Text, default="")
    source_url: Mapped[str] = mapped_column(Text, default="")


class EventChange(Base):
    """One change in the history of an event. Rows are only added. fields: the columns that changed. announced: whether the
    webhooks know of it."""

    __tablename__ = "event_change"
    __table_args__ = (
        Index(
            "ix_event_change_unannounced",
            "id",
            sqlite_where=text("announced = 0"),
            postgresql_where=text("NOT announced"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the operator
    verb: Mapped[ChangeVerb] = mapped_column(enumeration(ChangeVerb, 20))
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    why: Mapped[str] = mapped_column(default="", server_default="")  # of a cancellation; visitors read it
    announced: Mapped[bool] = mapped_column(default=False, server_default=true())

    event: Mapped[Event] = relationship(back_populates="changes")
