"""Passes of the events where an account runs check-in. Their codes are in the answer that issues them, and nowhere else."""

from sqlalchemy import select

from models import clock
from models.api_operation import Operation
from models.codes.passes import Pass
from models.codes.signatures import Purpose
from models.db import LARGEST_ID, db
from models.errors import N_, NotFound
from models.events import scope
from models.organizations.tables import Account, TokenScope
from web.api import shapes
from web.api.caller import Caller
from web.api.endpoints import Endpoints
from web.api.pages_of_rows import page_after

endpoints = Endpoints("passes")
register = endpoints.register

LARGEST_BIG_ID = 2**63 - 1
PASS_EXAMPLE = {
    "id": 801, "campaign": "ip-2024", "event": 12, "kind": "group", "group": "youth", "headcount": 45,
    "issued_at": "2024-04-02T10:00:00.000+08:00", "revoked_at": None,
}  # fmt: skip
_KINDS = {Purpose.SINGLE: "single", Purpose.GROUP: "group", Purpose.SELF_ISSUED: "self_issued"}


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/passes",
        tag="passes",
        summary=N_("Passes of an event"),
        scopes=(TokenScope.READ,),
        query=shapes.OfEventQuery,
        answer=shapes.PassPage,
        errors=(404,),
        etag=True,
        answer_example={"items": [PASS_EXAMPLE], "next": None},
    )
)
def passes(caller: Caller, query: shapes.OfEventQuery) -> shapes.PassPage:
    event = scope.event_for(caller.account, query.event, scope.runs_check_in)
    found = select(Pass).where(Pass.event_id == event.id)
    items, following = page_after(found, Pass.id, query, LARGEST_BIG_ID)
    return shapes.PassPage([pass_shape(row) for row in items], following)


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/passes/{pass_id}",
        tag="passes",
        summary=N_("One pass"),
        scopes=(TokenScope.READ,),
        answer=shapes.Pass,
        errors=(404,),
        etag=True,
        answer_example=PASS_EXAMPLE,
    )
)
def one_pass(caller: Caller, pass_id: int) -> shapes.Pass:
    return pass_shape(pass_for(caller.account, pass_id))


def pass_for(account: Account, pass_id: int) -> Pass:
    """A pass of an event where an account runs check-in. Raises NotFound."""
    row = db.session.get(Pass, pass_id) if pass_id <= LARGEST_ID else None
    if row is None or row.event_id is None:
        raise NotFound(N_("There is no pass %(id)s."), id=pass_id)
    try:
        scope.event_for(account, row.event_id, scope.runs_check_in)
    except NotFound:
        raise NotFound(N_("There is no pass %(id)s."), id=pass_id) from None
    return row


def pass_shape(row: Pass) -> shapes.Pass:
    zone = row.campaign.zone
    return shapes.Pass(
        id=row.id,
        campaign=row.campaign_id,
        event=row.event_id,
        kind=_KINDS[Purpose(row.purpose)],
        group=row.group,
        headcount=row.headcount,
        issued_at=clock.instant_text(row.issued_at, zone),
        revoked_at=clock.instant_text(row.revoked_at, zone) if row.revoked_at else None,
    )
