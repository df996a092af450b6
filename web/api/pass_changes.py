"""Passes issued and revoked by programs."""

from typing import Annotated

from msgspec import Meta, Struct

from models import clock
from models.api_operation import Operation
from models.codes import passes
from models.db import LARGEST_ID, transaction
from models.errors import N_
from models.events import scope
from models.installation import site
from models.organizations.tables import TokenScope
from web.api import shapes
from web.api.caller import Caller
from web.api.endpoints import Endpoints, Reply, encoded
from web.api.passes import PASS_EXAMPLE, pass_for, pass_shape
from web.api.repeats import answer_once

endpoints = Endpoints("pass_changes")
register = endpoints.register


class NewPasses(Struct, kw_only=True, forbid_unknown_fields=True):
    """Passes of an event. headcount: makes them group passes."""

    event: Annotated[int, Meta(ge=1, le=LARGEST_ID)]
    group: Annotated[str, Meta(max_length=60, examples=["youth"])]
    headcount: Annotated[int, Meta(ge=1, le=999)] | None = None
    count: Annotated[int, Meta(ge=1, le=1000)] = 1


@endpoints.route(
    Operation(
        method="POST",
        path="/api/v1/passes",
        tag="passes",
        summary=N_("Issue passes"),
        detail=N_("Their codes are in this answer alone."),
        scopes=(TokenScope.WRITE,),
        body=NewPasses,
        answer=shapes.IssuedPasses,
        status=201,
        errors=(404, 409),
        keyed=True,
        body_example={"event": 12, "group": "youth", "headcount": 45},
        answer_example={
            "items": [
                {"id": 801, "group": "youth", "headcount": 45, "url": "https://openweek.example/C/CEAQ…"}
            ]
        },
    )
)
def issue(caller: Caller, content: NewPasses) -> Reply:
    event, now = scope.event_for(caller.account, content.event, scope.runs_check_in), clock.now()

    def write() -> Reply:
        issued = passes.write_issued(
            event.campaign,
            content.group,
            now,
            headcount=content.headcount,
            event=event,
            count=content.count,
            issued_by=caller.account.id,
        )
        items = [
            shapes.IssuedPass(row.id, row.group, row.headcount, site().code_url("C", row.token))
            for row in issued
        ]
        return Reply(encoded(shapes.IssuedPasses(items)), 201, f"/api/v1/passes?event={event.id}")

    return answer_once(caller, now, transaction, write)


@endpoints.route(
    Operation(
        method="POST",
        path="/api/v1/passes/{pass_id}/revoke",
        tag="passes",
        summary=N_("Revoke a pass"),
        detail=N_("Its scans stay. Revoking again changes nothing."),
        scopes=(TokenScope.WRITE,),
        answer=shapes.Pass,
        errors=(404,),
        answer_example=PASS_EXAMPLE | {"revoked_at": "2024-04-22T10:00:00.000+08:00"},
    )
)
def revoke(caller: Caller, pass_id: int) -> shapes.Pass:
    return pass_shape(passes.revoke(pass_for(caller.account, pass_id).id, clock.now()))
