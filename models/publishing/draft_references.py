"""The organizations and venues that drafts name, looked up for many drafts at once and created where there are none."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select

from models.db import db
from models.events import hosts
from models.events.draft import EventDraft, VenueDraft
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.text.bare_text import bare_text

_IN_PARTS = 400
_MOST_OF_A_NAME = 2000  # organizations of one name: every county may have one


class _Entry(NamedTuple):
    """An organization under a name and region that lead to it."""

    name: str
    region_code: str | None
    organization: Organization


class Directory:
    """Lookups by name and region, for the drafts that it was made for. new_venues: those that were created for them.

    Made inside the transaction that writes the drafts."""

    def __init__(self, drafts: Sequence[EventDraft]) -> None:
        # By plain name: the organizations with their names and regions; for a merged one, the one that stands for it.
        self._organizations: dict[str, list[_Entry]] = {}
        self._venues: dict[tuple[str, str | None], Venue] = {}
        leads = [draft.lead for draft in drafts if draft.lead]
        venues = [(venue.name, region_of(venue, draft)) for draft in drafts for venue in draft.all_venues()]
        names = {lead.name for lead in leads} | {
            part for draft in drafts for name in draft.hosts for part in (name, hosts.without_role(name))
        }
        for part in _parts({bare_text(name) for name in names}):
            query = select(Organization).where(Organization.plain_name.in_(part)).order_by(Organization.id)
            for organization in db.session.scalars(query.limit(_MOST_OF_A_NAME * len(part))):
                entry = _Entry(organization.name, organization.region_code, organization.standing)
                self._organizations.setdefault(organization.plain_name, []).append(entry)
        regions = {region for _, region in venues if region}
        for part in _parts({name for name, _ in venues}):
            here = or_(Venue.region_code.in_(regions), Venue.region_code.is_(None))
            for venue in db.session.scalars(select(Venue).where(Venue.name.in_(part), here)):
                self._venues[venue.name, venue.region_code] = venue
        for lead in leads:
            if self._in_region(lead.name, lead.region_code) is None:
                organization = Organization(name=lead.name, region_code=lead.region_code, line=lead.line)
                entry = _Entry(lead.name, lead.region_code, organization)
                self._organizations.setdefault(bare_text(lead.name), []).append(entry)
                db.session.add(organization)
        self.new_venues: set[Venue] = set()
        for name, region in venues:
            if (name, region) not in self._venues:
                self._venues[name, region] = Venue(name=name, region_code=region, address="")
                self.new_venues.add(self._venues[name, region])
        db.session.add_all(venue for venue in self._venues.values() if venue in self.new_venues)
        db.session.flush()

    def lead(self, draft: EventDraft) -> Organization | None:
        return self._in_region(draft.lead.name, draft.lead.region_code) if draft.lead else None

    def host_id(self, name: str, region: str | None) -> int | None:
        """The id of the organization of a host's name: the one in the event's region, else the only one of that name."""
        organizations = self._organizations
        entries = organizations.get(bare_text(name)) or organizations.get(
            bare_text(hosts.without_role(name)), []
        )
        entries = [one for one in entries if one.name == name] or entries
        in_region = {one.organization.id for one in entries if one.region_code == region}
        matches = in_region or {one.organization.id for one in entries}
        return matches.pop() if len(matches) == 1 else None

    def venue(self, venue: VenueDraft, draft: EventDraft) -> Venue:
        return self._venues[venue.name, region_of(venue, draft)]

    def _in_region(self, name: str, region: str | None) -> Organization | None:
        entries = [one for one in self._organizations.get(bare_text(name), ()) if one.region_code == region]
        exact = [one for one in entries if one.name == name]
        return next((one.organization for one in exact or entries), None)


def region_of(venue: VenueDraft, draft: EventDraft) -> str | None:
    """The region of a venue: its own, else the event's."""
    return venue.region_code or draft.region_code


def _parts(names: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    return (ordered[start : start + _IN_PARTS] for start in range(0, len(ordered), _IN_PARTS))
