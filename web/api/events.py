"""Events and their occurrences, as an account's desk shows them."""

from datetime import datetime

import msgspec
from msgspec import UNSET
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.api_operation import Operation
from models.campaigns.tables import find_campaign
from models.errors import N_
from models.events import scope
from models.events import tables as rows
from models.organizations.tables import Account, TokenScope
from web.api import shapes
from web.api.caller import Caller
from web.api.endpoints import Endpoints
from web.api.pages_of_rows import one_row, page_after
from web.feeds import events_json

READ_EVENTS = (TokenScope.READ, TokenScope.EVENTS)
endpoints = Endpoints("events")
register = endpoints.register

OCCURRENCE_EXAMPLE = {
    "id": 31, "uid": "occ-31@openweek.example", "start": "2024-04-22T09:00:00+08:00",
    "end": "2024-04-22T11:00:00+08:00", "all_day": False, "status": "scheduled", "half_day": None, "open_ended": False,
    "venue": None, "event": 12, "capacity": 200,
}  # fmt: skip
EVENT_EXAMPLE = {
    "id": 12, "uid": "event-12@openweek.example", "campaign": "ip-2024", "title": "专题讲座", "status": "published",
    "occurrences": [OCCURRENCE_EXAMPLE], "url": "https://openweek.example/ip-2024/events/12", "description": "",
    "region": {"code": "320723", "name": "灌云县"}, "lead": {"id": 4, "name": "灌云县知识产权局", "line": "ip-offices"},
    "hosts": ["灌云县知识产权局"], "audience": ["youth"], "focus": None, "format": "lecture",
    "formats": [{"format": "lecture", "text": ""}], "mode": "onsite", "online_url": None, "venues": [], "time_text": "",
    "venue_text": "", "reported": {}, "created_at": "2024-03-20T09:00:00.000+08:00",
    "changed_at": "2024-03-23T09:00:00.000+08:00", "published_at": "2024-03-23T09:00:00.000+08:00",
}  # fmt: skip


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/events",
        tag="events",
        summary=N_("Events that you see"),
        scopes=READ_EVENTS,
        query=shapes.EventQuery,
        answer=shapes.EventPage,
        errors=(404,),
        etag=True,
        answer_example={"items": [EVENT_EXAMPLE], "next": "12"},
    )
)
def events(caller: Caller, query: shapes.EventQuery) -> shapes.EventPage:
    found = _of_campaign(scope.events_for(caller.account), query).options(*event_options())
    if query.status is not UNSET:
        found = found.where(rows.Event.status == rows.EventStatus(query.status))
    items, following = page_after(found, rows.Event.id, query)
    return shapes.EventPage([event_shape(event) for event in items], following)


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/events/{event_id}",
        tag="events",
        summary=N_("One event"),
        scopes=READ_EVENTS,
        answer=shapes.Event,
        errors=(404,),
        etag=True,
        answer_example=EVENT_EXAMPLE,
    )
)
def event(caller: Caller, event_id: int) -> shapes.Event:
    return event_shape(scope.event_for(caller.account, event_id))


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/occurrences",
        tag="events",
        summary=N_("Sessions of the events that you see"),
        scopes=READ_EVENTS,
        query=shapes.OccurrenceQuery,
        answer=shapes.OccurrencePage,
        errors=(404,),
        etag=True,
        answer_example={"items": [OCCURRENCE_EXAMPLE], "next": None},
    )
)
def occurrences(caller: Caller, query: shapes.OccurrenceQuery) -> shapes.OccurrencePage:
    found = _of_campaign(_occurrences_for(caller.account), query)
    if query.event is not UNSET:
        found = found.where(rows.Occurrence.event_id == scope.event_for(caller.account, query.event).id)
    items, following = page_after(found, rows.Occurrence.id, query)
    return shapes.OccurrencePage([occurrence_shape(row) for row in items], following)


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/occurrences/{occurrence_id}",
        tag="events",
        summary=N_("One session"),
        scopes=READ_EVENTS,
        answer=shapes.Occurrence,
        errors=(404,),
        etag=True,
        answer_example=OCCURRENCE_EXAMPLE,
    )
)
def occurrence(caller: Caller, occurrence_id: int) -> shapes.Occurrence:
    missing = N_("You have no session %(id)s.")
    return occurrence_shape(
        one_row(_occurrences_for(caller.account), rows.Occurrence.id, occurrence_id, missing)
    )


def _occurrences_for(account: Account) -> Select[tuple[rows.Occurrence]]:
    return (
        select(rows.Occurrence)
        .join(rows.Occurrence.event)
        .where(scope.sees(account), rows.Event.withdrawn_at.is_(None))
        .options(
            joinedload(rows.Occurrence.venue),
            joinedload(rows.Occurrence.event).joinedload(rows.Event.campaign),
        )
    )


def _of_campaign(query: Select, page: shapes.CampaignQuery) -> Select:
    """Raises NotFound for a campaign that does not exist."""
    if page.campaign is UNSET:
        return query
    return query.where(rows.Event.campaign_id == find_campaign(page.campaign).id)


def event_options() -> tuple:
    """What an event's shape reads, loaded for all of a page together."""
    return (
        joinedload(rows.Event.lead),
        joinedload(rows.Event.region),
        joinedload(rows.Event.campaign),
        joinedload(rows.Event.report),
        selectinload(rows.Event.occurrences).joinedload(rows.Occurrence.venue),
        selectinload(rows.Event.hosts),
        selectinload(rows.Event.audiences),
        selectinload(rows.Event.spotlight_rows),
        selectinload(rows.Event.formats),
        selectinload(rows.Event.venues),
    )


def event_shape(event: rows.Event) -> shapes.Event:
    """The public shape, with what only its desk sees."""
    zone = event.campaign.zone
    data = events_json.full(event) | {
        "campaign": event.campaign_id,
        "description": event.description,
        "created_at": clock.instant_text(event.created_at, zone),
        "published_at": _instant(event.published_at, zone),
    }
    for told, row in zip(data["occurrences"], event.occurrences, strict=True):
        told |= {"event": event.id, "capacity": row.capacity}
    return msgspec.convert(data, shapes.Event)


def occurrence_shape(row: rows.Occurrence) -> shapes.Occurrence:
    data = events_json.occurrence(row) | {"event": row.event_id, "capacity": row.capacity}
    return msgspec.convert(data, shapes.Occurrence)


def _instant(instant: datetime | None, zone: str) -> str | None:
    return clock.instant_text(instant, zone) if instant else None
