"""Where a lead organization sits, and so which office sees an event that names no region."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import select

from models.db import db
from models.events.draft import EventDraft
from models.events.tables import Mode
from models.organizations.tables import Organization
from models.places import regions

_IN_PARTS = 400


def seats_of(names: Iterable[str]) -> dict[str, set[str | None]]:
    """By name the regions of the organizations that are here."""
    seats: dict[str, set[str | None]] = {}
    wanted = list(dict.fromkeys(names))
    for start in range(0, len(wanted), _IN_PARTS):
        query = select(Organization.name, Organization.region_code).where(
            Organization.name.in_(wanted[start : start + _IN_PARTS])
        )
        for name, code in db.session.execute(query):
            seats.setdefault(name, set()).add(code)
    return seats


def with_seat(draft: EventDraft, seats: Mapping[str, set[str | None]]) -> EventDraft:
    """The draft with its lead as the organization that is here, and with the lead's region where the event names none, or
    is online (it counts where its lead sits)."""
    lead = draft.lead
    if lead is None:
        return draft
    known = seats.get(lead.name, set())
    seat = lead.region_code
    if seat not in known and len(known) == 1:
        seat = next(iter(known))  # one organization of this name is one organization
    seat = seat or seat_in_name(lead.name)
    draft = replace(draft, lead=replace(lead, region_code=seat))
    if seat and (draft.region_code is None or draft.mode == Mode.ONLINE):
        return replace(draft, region_code=seat)
    return draft


@lru_cache(maxsize=4096)
def seat_in_name(name: str) -> str | None:
    """The region whose name an organization bears at its beginning: 江苏省知识产权局, 灌云县人民法院."""
    code: str | None = None
    rest = name
    while rest:
        for length in range(min(len(rest), 12), 1, -1):
            rows = [
                row
                for row in regions.regions_named(rest[:length])
                if row.name == rest[:length] and (code is None or regions.is_below(row.code, code))
            ]
            if len(rows) == 1:
                code, rest = rows[0].code, rest[length:]
                break
        else:
            return code
    return code
