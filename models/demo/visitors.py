"""What visitors of the demo left: answers to the question, and a draw; and a webhook with its deliveries."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from models.audit.tables import Actor
from models.campaigns.tables import TermKind
from models.db import db, transaction
from models.events.tables import Event, Occurrence
from models.ledger.tables import Presence
from models.organizations.tables import Account
from models.visitors import draws, opinions
from models.visitors.visits import visits_of
from models.webhooks import announce, endpoints
from models.webhooks.tables import WebhookAttempt, WebhookDelivery, WebhookKind

HOOK = "https://hooks.example.org/openweek"
ANSWERING = 12  # visitors
WINNERS = 3


def ask_and_draw(events: list[Event], organizer: Account, now: datetime) -> None:
    """At the first of the organizer's events that enough passes and phones have visited."""
    for event in events:
        visitors = _visitors(event)
        if len(visitors) >= WINNERS:
            _answer(event, [holder for holder, _day in visitors[:ANSWERING]])
            draws.carry_out(draws.prepare(event, visitors[0][1], WINNERS, now, organizer.id), now)
            return


def _visitors(event: Event) -> list[tuple[str, date]]:
    query = (
        select(Presence.holder, Presence.day)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .where(Occurrence.event_id == event.id, Presence.identified, Presence.weight > 0)
        .order_by(Presence.day, Presence.holder)
    )
    return list(db.session.execute(query).tuples())


def _answer(event: Event, holders: list[str]) -> None:
    """Most of them gained something."""
    with transaction():
        event.asks_opinion = True
    answers = [term.key for term in event.campaign.terms_of(TermKind.ANSWER)]
    for number, holder in enumerate(dict.fromkeys(holders)):
        visit = next(one for one in visits_of(event.campaign, holder) if one.event.id == event.id)
        opinions.give(holder, visit, answers[0 if number % 4 else number % len(answers)])


def add_webhook(events: list[Event], organizer: Account, now: datetime) -> None:
    """Paused, so that nothing is sent to an address that does not exist. Its receiver was down for a moment."""
    kinds = (WebhookKind.PUBLISHED, WebhookKind.CHANGED, WebhookKind.CANCELLED)
    endpoint = endpoints.add(organizer, HOOK, kinds, now, Actor(organizer))
    with transaction():
        endpoint.paused_at = now
        for kind, event, statuses in zip(kinds, events, ((200,), (500, 503, 200), (500,)), strict=False):
            announce.enqueue(endpoint, kind, {"event": {"id": event.id, "title": event.title}}, now)
            query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
            delivery = db.session.scalars(query.order_by(WebhookDelivery.id.desc())).first()
            if delivery is not None:
                _attempt(delivery, statuses, now)


def _attempt(delivery: WebhookDelivery, statuses: tuple[int, ...], now: datetime) -> None:
    for number, status in enumerate(statuses):
        at = now + timedelta(minutes=number)
        db.session.add(WebhookAttempt(delivery_id=delivery.id, at=at, status=status, milliseconds=84))
        delivery.attempts += 1
        if status < 300:
            delivery.delivered_at = at
