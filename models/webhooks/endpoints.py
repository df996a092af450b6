"""Webhook endpoints: added, tested, resumed, removed. An account reaches those of its own organization and role."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from models.audit.chain import record
from models.audit.tables import Actor, AuditVerb
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.imports.feeds import fetch
from models.organizations.tables import Account
from models.webhooks.announce import enqueue, remember_visits
from models.webhooks.tables import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookKind

MOST_ENDPOINTS = 10  # of one organization
ON_A_PAGE = 50
KINDS = tuple(kind for kind in WebhookKind if kind != WebhookKind.TEST)


def endpoints_for(account: Account) -> Select[tuple[WebhookEndpoint]]:
    """Raises NotFound for an account that writes nothing."""
    if not account.writes:
        raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))
    return (
        select(WebhookEndpoint)
        .join(WebhookEndpoint.account)
        .where(
            WebhookEndpoint.organization_id == account.organization_id,
            Account.role == account.role,
            WebhookEndpoint.removed_at.is_(None),
        )
        .order_by(WebhookEndpoint.id)
    )


def endpoint_for(account: Account, endpoint_id: int) -> WebhookEndpoint:
    """Raises NotFound."""
    query = endpoints_for(account).where(WebhookEndpoint.id == min(endpoint_id, LARGEST_ID))
    endpoint = db.session.scalar(query)
    if endpoint is None:
        raise NotFound(N_("You have no webhook %(id)s."), id=endpoint_id)
    return endpoint


def add(account: Account, url: str, kinds: Collection[str], now: datetime, by: Actor) -> WebhookEndpoint:
    """Tell this address from now on. Raises Mistake for an address or kinds that cannot be used."""
    query = endpoints_for(account)
    url = fetch.cleaned(url)
    chosen = [kind.value for kind in KINDS if kind in kinds]
    if not chosen:
        raise Mistake(N_("Choose at least one thing that the webhook reports."))
    with transaction():
        if db.session.scalars(select(func.count()).select_from(query.subquery())).one() >= MOST_ENDPOINTS:
            raise Conflict(N_("You have 10 webhooks. Remove one that you no longer use first."))
        endpoint = WebhookEndpoint(
            organization_id=account.organization_id,
            account_id=account.id,
            url=url,
            secret="whs_" + secrets.token_urlsafe(32),
            kinds=chosen,
            created_at=now,
        )
        db.session.add(endpoint)
        db.session.flush()
        remember_visits(endpoint)
        record(AuditVerb.WEBHOOK_ADDED, now, by, account, webhook=endpoint.id, url=url[:200])
    return endpoint


def remove(endpoint: WebhookEndpoint, now: datetime, by: Actor) -> None:
    with transaction():
        endpoint.removed_at = now
        record(AuditVerb.WEBHOOK_REMOVED, now, by, endpoint.account, webhook=endpoint.id)


def resume(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Go on with what waits, at once."""
    with transaction():
        endpoint.paused_at = None
        head = db.session.scalar(waiting(endpoint).limit(1))
        if head is not None:
            head.attempts, head.next_at = 0, now


def send_test(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Put a test behind what waits."""
    with transaction():
        enqueue(endpoint, WebhookKind.TEST, {"organization": endpoint.organization_id}, now)


def waiting(endpoint: WebhookEndpoint) -> Select[tuple[WebhookDelivery]]:
    """What an endpoint has not acknowledged, in order."""
    open_ones = select(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.delivered_at.is_(None)
    )
    return open_ones.order_by(WebhookDelivery.id)


def log_of(endpoint: WebhookEndpoint) -> list[tuple[WebhookDelivery, Sequence[WebhookAttempt]]]:
    """The newest deliveries with their attempts."""
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    deliveries = db.session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(ON_A_PAGE)).all()
    tries = select(WebhookAttempt).where(WebhookAttempt.delivery_id.in_([one.id for one in deliveries]))
    attempts = db.session.scalars(tries.order_by(WebhookAttempt.id)).all()
    return [(one, [tried for tried in attempts if tried.delivery_id == one.id]) for one in deliveries]
