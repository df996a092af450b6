"""Webhook endpoints, deliveries and attempts as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.db import Base, BigId, Instant, enumeration
from models.errors import Mistake
from models.organizations.tables import Account, Organization


class WebhookKind(StrEnum):
    """What is delivered. CHECKED_IN: the visits of an event rose since the last delivery. TEST: sent by the button."""

    SUBMITTED = "event.submitted"
    PUBLISHED = "event.published"
    CHANGED = "event.changed"
    CANCELLED = "event.cancelled"
    CHECKED_IN = "event.checked_in"
    TEST = "test"


class WebhookEndpoint(Base):
    """An address that receives what happens to the events in its account's reach. Removed ones stay: deliveries name them.

    secret: signs the deliveries, so it is stored as it is. paused_at: it did not acknowledge for too long."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str] = mapped_column(String(80))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship(lazy="joined")
    organization: Mapped[Organization] = relationship()


class WebhookDelivery(Base):
    """One message to one endpoint. In the order of their ids; the next one waits until this one is acknowledged."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(
            "ix_webhook_delivery_open",
            "endpoint_id",
            "id",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
        Index("ix_webhook_delivery_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"), index=True)
    kind: Mapped[WebhookKind] = mapped_column(enumeration(WebhookKind, 20))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)


class WebhookAttempt(Base):
    """One try to deliver. status: of the receiver's answer; None where there was none, for the reason in error."""

    __tablename__ = "webhook_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(BigId, ForeignKey("webhook_delivery.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[dict | None] = mapped_column(JSON)  # message and values of a Mistake

    @property
    def mistake(self) -> Mistake | None:
        return Mistake(self.error["message"], **self.error["values"]) if self.error else None


class WebhookVisits(Base):
    """The visits of an event in the last delivery to an endpoint."""

    __tablename__ = "webhook_visits"

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    visits: Mapped[int]
