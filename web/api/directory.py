"""Venues and organizations in an account's reach."""

from sqlalchemy import ColumnElement, Select, false, or_, select

from models.api_operation import Operation
from models.errors import N_
from models.events import scope
from models.events.tables import Event, EventVenue, Occurrence
from models.organizations.tables import Account, Organization
from models.places.tables import Venue
from models.publishing.organizations.merges import organizations_in_reach
from web.api import shapes
from web.api.caller import Caller
from web.api.endpoints import Endpoints
from web.api.events import READ_EVENTS
from web.api.pages_of_rows import one_row, page_after

endpoints = Endpoints("directory")
register = endpoints.register

VENUE_EXAMPLE = {
    "id": 3, "name": "灌云县图书馆", "address": "胜利中路1号", "latitude": 34.28, "longitude": 119.25, "name_en": "",
    "region": "320723",
}  # fmt: skip
ORGANIZATION_EXAMPLE = {"id": 4, "name": "灌云县知识产权局", "region": "320723", "line": "ip-offices"}


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/venues",
        tag="directory",
        summary=N_("Venues of the events that you see"),
        scopes=READ_EVENTS,
        query=shapes.PageQuery,
        answer=shapes.VenuePage,
        etag=True,
        answer_example={"items": [VENUE_EXAMPLE], "next": None},
    )
)
def venues(caller: Caller, query: shapes.PageQuery) -> shapes.VenuePage:
    items, following = page_after(_venues_for(caller.account), Venue.id, query)
    return shapes.VenuePage([_venue(row) for row in items], following)


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/venues/{venue_id}",
        tag="directory",
        summary=N_("One venue"),
        scopes=READ_EVENTS,
        answer=shapes.Venue,
        errors=(404,),
        etag=True,
        answer_example=VENUE_EXAMPLE,
    )
)
def venue(caller: Caller, venue_id: int) -> shapes.Venue:
    return _venue(one_row(_venues_for(caller.account), Venue.id, venue_id, N_("You have no venue %(id)s.")))


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/organizations",
        tag="directory",
        summary=N_("Your organization, and those in the reach of your office"),
        scopes=READ_EVENTS,
        query=shapes.PageQuery,
        answer=shapes.OrganizationPage,
        etag=True,
        answer_example={"items": [ORGANIZATION_EXAMPLE], "next": None},
    )
)
def organizations(caller: Caller, query: shapes.PageQuery) -> shapes.OrganizationPage:
    items, following = page_after(_organizations_for(caller.account), Organization.id, query)
    return shapes.OrganizationPage([_organization(row) for row in items], following)


@endpoints.route(
    Operation(
        method="GET",
        path="/api/v1/organizations/{organization_id}",
        tag="directory",
        summary=N_("One organization"),
        scopes=READ_EVENTS,
        answer=shapes.Organization,
        errors=(404,),
        etag=True,
        answer_example=ORGANIZATION_EXAMPLE,
    )
)
def organization(caller: Caller, organization_id: int) -> shapes.Organization:
    missing = N_("You have no organization %(id)s.")
    return _organization(
        one_row(_organizations_for(caller.account), Organization.id, organization_id, missing)
    )


def _venues_for(account: Account) -> Select[tuple[Venue]]:
    events = scope.events_for(account).with_only_columns(Event.id)
    of_events = select(EventVenue.venue_id).where(EventVenue.event_id.in_(events))
    of_occurrences = select(Occurrence.venue_id).where(
        Occurrence.event_id.in_(events), Occurrence.venue_id.is_not(None)
    )
    return select(Venue).where(or_(Venue.id.in_(of_events), Venue.id.in_(of_occurrences)))


def _organizations_for(account: Account) -> Select[tuple[Organization]]:
    reach: ColumnElement[bool] = organizations_in_reach(account) if account.oversees else false()
    own = Organization.id == account.organization_id
    return select(Organization).where(or_(own, reach), Organization.merged_into_id.is_(None))


def _venue(row: Venue) -> shapes.Venue:
    return shapes.Venue(
        row.id, row.name, row.address, row.latitude, row.longitude, row.name_en, row.region_code
    )


def _organization(row: Organization) -> shapes.Organization:
    return shapes.Organization(row.id, row.name, row.region_code, row.line)
