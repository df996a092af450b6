"""Deliveries on their way: signed, one after the other for each endpoint, again with growing pauses until acknowledged.

A receiver checks `Openweek-Signature: t=<seconds>,v1=<hex>`: HMAC-SHA256 with its secret over "<t>.<body>". Any 2xx
acknowledges. The guard of pulled feeds holds here too: only public addresses are connected to, and no redirect is followed."""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from models import clock
from models.db import db, transaction
from models.errors import Mistake
from models.imports.feeds.fetch import Address, Visit, is_public, parts_of
from models.webhooks.announce import active_endpoints
from models.webhooks.tables import WebhookAttempt, WebhookDelivery, WebhookEndpoint

SECONDS = 5.0  # for one answer
PATIENCE = 30.0  # seconds of a tick: the rest waits a minute
AT_ONCE = 200  # of one endpoint in a tick
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_ATTEMPTS = 20  # about three days; then the endpoint is paused until a person resumes it
LEASE = timedelta(minutes=2)  # in which no other node tries the same delivery
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Posted:
    """status: of the answer; None where there was none, for the reason in error."""

    status: int | None
    error: Mistake | None = None

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


Post = Callable[[str, bytes, dict[str, str]], Posted]


def post(
    url: str, body: bytes, headers: dict[str, str], allowed: Callable[[Address], bool] = is_public
) -> Posted:
    """allowed: which addresses may be connected to."""
    try:
        with Visit(parts_of(url), headers, allowed, time.monotonic() + SECONDS, "POST", body) as visit:
            return Posted(visit.response.status)
    except Mistake as mistake:
        return Posted(None, mistake)


def signature(secret: str, seconds: int, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def send_due(now: datetime, post: Post = post) -> int:
    """Send what is due, to each endpoint in order; how many were acknowledged."""
    ends, sent = time.monotonic() + PATIENCE, 0
    for endpoint in active_endpoints():
        if endpoint.paused_at is None and time.monotonic() < ends:
            sent += send_waiting(endpoint, now, post, ends)
    return sent


def send_waiting(
    endpoint: WebhookEndpoint, now: datetime, post: Post = post, ends: float | None = None
) -> int:
    """What waits for one endpoint, until one is not acknowledged. ends: when to stop, as time.monotonic()."""
    for number in range(AT_ONCE):
        if ends is not None and time.monotonic() >= ends:
            return number
        delivery = _claim_first(endpoint, now)
        if delivery is None or not _deliver(endpoint, delivery, now, post):
            return number
    return AT_ONCE


def _claim_first(endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery | None:
    """The first delivery that waits, for this process alone. None where it is not due, or another process has it."""
    first = select(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.delivered_at.is_(None)
    )
    delivery = db.session.scalar(first.order_by(WebhookDelivery.id).limit(1))
    if delivery is None or delivery.next_at > now:
        return None
    with transaction():
        claimed = db.session.scalar(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.id == delivery.id,
                WebhookDelivery.next_at <= now,
                WebhookDelivery.delivered_at.is_(None),
            )
            .values(next_at=now + LEASE)
            .returning(WebhookDelivery.id)
        )
    return delivery if claimed is not None else None


def _deliver(endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime, post: Post) -> bool:
    """One attempt, with no transaction open meanwhile."""
    body, url = delivery.body.encode(), endpoint.url
    headers = {
        "User-Agent": "Openweek",
        "Content-Type": "application/json",
        "Openweek-Delivery": str(delivery.id),
        "Openweek-Kind": delivery.kind,
        "Openweek-Signature": signature(endpoint.secret, int(clock.now().timestamp()), body),
    }
    db.session.commit()
    begin = time.monotonic()
    posted = post(url, body, headers)
    took = int((time.monotonic() - begin) * 1000)
    with transaction():
        delivery.attempts += 1
        db.session.add(
            WebhookAttempt(
                delivery_id=delivery.id,
                at=now,
                status=posted.status,
                milliseconds=took,
                error={"message": posted.error.message, "values": posted.error.values}
                if posted.error
                else None,
            )
        )
        if posted.acknowledged:
            delivery.delivered_at = now
        else:
            delivery.next_at = now + pause_after(delivery.attempts)
            if delivery.attempts >= MOST_ATTEMPTS:
                endpoint.paused_at = now
    return posted.acknowledged


def pause_after(attempts: int) -> timedelta:
    """1, 2, 4, … minutes, at most six hours."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 12), LONGEST_PAUSE)


def delete_old(now: datetime) -> None:
    """Deliveries older than KEPT, acknowledged or not."""
    old = select(WebhookDelivery.id).where(WebhookDelivery.created_at < now - KEPT)
    if db.session.scalar(old.limit(1)) is None:
        return
    with transaction():
        db.session.execute(delete(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(old)))
        db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.created_at < now - KEPT))
