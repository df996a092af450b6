"""What happened to events since the last tick, written as deliveries for every endpoint whose account reaches them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from models import clock
from models.db import db, transaction
from models.events import scope
from models.events.tables import ChangeVerb, Event, EventChange, Occurrence
from models.installation import site
from models.ledger.sum_tables import EventPlacement
from models.ledger.tables import Counter
from models.organizations.tables import Account
from models.webhooks.tables import WebhookDelivery, WebhookEndpoint, WebhookKind, WebhookVisits

AT_ONCE = 1000  # changes in one transaction
_KINDS = {
    ChangeVerb.SUBMITTED: WebhookKind.SUBMITTED,
    ChangeVerb.PUBLISHED: WebhookKind.PUBLISHED,
    ChangeVerb.CHANGED: WebhookKind.CHANGED,
    ChangeVerb.IMPORTED: WebhookKind.CHANGED,
    ChangeVerb.RESTORED: WebhookKind.CHANGED,
    ChangeVerb.CANCELLED: WebhookKind.CANCELLED,
    ChangeVerb.DROPPED: WebhookKind.CANCELLED,
}


def active_endpoints() -> Sequence[WebhookEndpoint]:
    """Those that receive deliveries: paused ones too, whose deliveries wait."""
    query = (
        select(WebhookEndpoint)
        .join(WebhookEndpoint.account)
        .where(WebhookEndpoint.removed_at.is_(None), Account.closed_at.is_(None))
    )
    return db.session.scalars(query.order_by(WebhookEndpoint.id)).all()


def announce(now: datetime) -> None:
    endpoints = active_endpoints()
    while _announce_changes(endpoints, now) == AT_ONCE:
        pass
    for endpoint in endpoints:
        if WebhookKind.CHECKED_IN in endpoint.kinds:
            with transaction():
                _announce_visits(endpoint, now)


def _announce_changes(endpoints: Sequence[WebhookEndpoint], now: datetime) -> int:
    """The oldest changes that are not announced yet; returns their number. Those of one event come in the order of their ids."""
    new = select(EventChange.id).where(EventChange.announced.is_(False)).order_by(EventChange.id)
    if db.session.scalar(new.limit(1)) is None:
        return 0
    with transaction():
        claimed = db.session.scalars(
            update(EventChange)
            .where(EventChange.id.in_(new.limit(AT_ONCE)), EventChange.announced.is_(False))
            .values(announced=True)
            .returning(EventChange.id)
        ).all()
        query = select(EventChange).where(EventChange.id.in_(claimed)).order_by(EventChange.id)
        changes = db.session.scalars(query.options(joinedload(EventChange.event))).all() if endpoints else []
        for endpoint in endpoints:
            seen = _in_reach(endpoint, {change.event_id for change in changes})
            for change in changes:
                kind = _kind_of(change)
                told = change.event_id in seen and change.at >= endpoint.created_at
                if kind is not None and kind in endpoint.kinds and told:
                    enqueue(endpoint, kind, _change_content(change), now)
    return len(claimed)


def _kind_of(change: EventChange) -> WebhookKind | None:
    """None for what is not announced: creating an event, and changes of one that was never public."""
    public = change.event.published_at is not None
    if change.verb == ChangeVerb.CREATED:
        return WebhookKind.PUBLISHED if change.event.published_at == change.at else None
    kind = _KINDS.get(change.verb)
    return kind if public or kind == WebhookKind.SUBMITTED else None


def _in_reach(endpoint: WebhookEndpoint, event_ids: set[int]) -> set[int]:
    query = select(Event.id).where(scope.sees(endpoint.account), Event.id.in_(event_ids))
    return set(db.session.scalars(query))


def _change_content(change: EventChange) -> dict[str, Any]:
    content = _event_content(change.event) | {
        "changed": clock.instant_text(change.at),
        "fields": change.fields,
    }
    return content | ({"why": change.why} if change.why else {})


def _event_content(event: Event) -> dict[str, Any]:
    return {
        "event": {
            "id": event.id,
            "campaign": event.campaign_id,
            "title": event.title,
            "status": event.status,
            "url": site().url(f"/{event.campaign_id}/events/{event.id}"),
        }
    }


def _announce_visits(endpoint: WebhookEndpoint, now: datetime) -> None:
    """One delivery for each event with more visits than its last delivery said, however many they are."""
    told = _told_visits(endpoint)
    for event_id, visits in _visits_in_reach(endpoint).items():
        known = told.get(event_id)
        if known is None:
            known = WebhookVisits(endpoint_id=endpoint.id, event_id=event_id, visits=0)
            db.session.add(known)
        if visits > known.visits:
            content = _event_content(db.session.get_one(Event, event_id))
            counts = {"visits": visits, "new": visits - known.visits}
            enqueue(endpoint, WebhookKind.CHECKED_IN, content | counts, now)
        if visits != known.visits:
            known.visits = visits


def remember_visits(endpoint: WebhookEndpoint) -> None:
    """A new endpoint receives later visits only. Runs inside the caller's transaction."""
    db.session.add_all(
        WebhookVisits(endpoint_id=endpoint.id, event_id=event_id, visits=visits)
        for event_id, visits in _visits_in_reach(endpoint).items()
    )


def _told_visits(endpoint: WebhookEndpoint) -> dict[int, WebhookVisits]:
    query = select(WebhookVisits).where(WebhookVisits.endpoint_id == endpoint.id)
    return {row.event_id: row for row in db.session.scalars(query)}


def _visits_in_reach(endpoint: WebhookEndpoint) -> dict[int, int]:
    """Visits by event, those of a merged one at the one that stands for it."""
    query = (
        select(EventPlacement.kept_id, func.sum(Counter.visits))
        .join(Occurrence, Occurrence.event_id == EventPlacement.event_id)
        .join(Counter, Counter.occurrence_id == Occurrence.id)
        .where(EventPlacement.kept_id.in_(scope.reachable_event_ids(endpoint.account)))
        .group_by(EventPlacement.kept_id)
        .order_by(EventPlacement.kept_id)
    )
    return {event_id: int(visits) for event_id, visits in db.session.execute(query)}


def enqueue(endpoint: WebhookEndpoint, kind: WebhookKind, content: dict[str, Any], now: datetime) -> None:
    """Put a message behind those that wait. Runs inside the caller's transaction."""
    body = {"kind": kind, "at": clock.instant_text(now)} | content
    db.session.add(
        WebhookDelivery(
            endpoint_id=endpoint.id,
            kind=kind,
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            created_at=now,
            next_at=now,
        )
    )
    db.session.flush()
