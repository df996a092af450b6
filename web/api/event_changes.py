"""Events created and changed by programs: as drafts, which a person submits and an office reviews (rule 1)."""

from flask import request

from models import clock
from models.api_operation import Operation
from models.campaigns.tables import find_campaign
from models.errors import N_, Conflict, Mistake, NotFound
from models.events import scope
from models.events.draft import draft_of
from models.events.tables import Event
from models.organizations.tables import TokenScope
from models.publishing import lifecycle, proposals
from models.publishing.change import event_transaction, lock_event
from web.api import shapes
from web.api.caller import Caller
from web.api.endpoints import Endpoints, Reply, encoded, etag_of
from web.api.event_input import EventChange, NewEvent, draft_with
from web.api.events import EVENT_EXAMPLE, event_shape
from web.api.repeats import answer_once

endpoints = Endpoints("event_changes")
register = endpoints.register

CHANGE_EXAMPLE = {
    "title": "专题讲座", "region": "320723", "audience": ["youth"],
    "occurrences": [{"start": "2024-04-22T09:00:00+08:00", "end": "2024-04-22T11:00:00+08:00"}],
}  # fmt: skip


class OtherStateError(Mistake):
    """The event is not as the program read it."""

    status = 412


class NoStateError(Mistake):
    status = 428


@endpoints.route(
    Operation(
        method="POST",
        path="/api/v1/events",
        tag="events",
        summary=N_("Create an event as a draft"),
        scopes=(TokenScope.WRITE,),
        body=NewEvent,
        answer=shapes.Event,
        status=201,
        errors=(404, 409),
        etag=True,
        keyed=True,
        body_example={"campaign": "ip-2024"} | CHANGE_EXAMPLE,
        answer_example=EVENT_EXAMPLE | {"status": "draft", "published_at": None},
    )
)
def create(caller: Caller, content: NewEvent) -> Reply:
    if not caller.account.writes:
        raise NotFound(N_("There is no page at this address. Check the address, or start from the week."))
    campaign, now = find_campaign(content.campaign), clock.now()

    def write() -> Reply:
        draft = draft_with(content, campaign, caller.account)
        event = lifecycle.write_new(campaign, draft, now, caller.account, publish=False)
        return Reply(encoded(event_shape(event)), 201, f"/api/v1/events/{event.id}")

    return answer_once(caller, now, event_transaction, write)


@endpoints.route(
    Operation(
        method="PATCH",
        path="/api/v1/events/{event_id}",
        tag="events",
        summary=N_("Change an event"),
        detail=N_("A public one only for accounts that publish by themselves."),
        scopes=(TokenScope.WRITE,),
        body=EventChange,
        answer=shapes.Event,
        errors=(404, 409, 412, 428),
        etag=True,
        body_example=CHANGE_EXAMPLE,
        answer_example=EVENT_EXAMPLE,
    )
)
def change(caller: Caller, event_id: int, content: EventChange) -> shapes.Event:
    event, now = scope.event_for(caller.account, event_id, scope.changes), clock.now()
    if "If-Match" not in request.headers:
        raise NoStateError(N_("Send the ETag of the event as you read it, as If-Match."))
    with event_transaction():
        event = lock_event(event)
        _require_state(event)
        if proposals.must_propose(event, caller.account):
            raise Conflict(
                N_("This event is public. Propose the change at the desk: your office accepts it.")
            )
        draft = draft_with(content, event.campaign, caller.account, draft_of(event))
        lifecycle.write_change(event, draft, now, caller.account)
    return event_shape(event)


def _require_state(event: Event) -> None:
    if not request.if_match.contains(etag_of(encoded(event_shape(event)))):
        raise OtherStateError(N_("This event has changed since you read it. Read it again, then change it."))
