"""What an account may take in: an imported event is made to fit its desk, or refused with a sentence (rule 14)."""

from collections.abc import Callable
from dataclasses import replace

from models.errors import N_, Mistake
from models.events.draft import EventDraft, OrganizationDraft
from models.organizations.tables import Account, Role
from models.places import regions


def adopter(account: Account) -> Callable[[EventDraft], EventDraft]:
    """For `adopt` of models.intake.take_in: an organizer's event is led by the own organization, an office's happens in
    its region or is led by itself, the committee's may be anywhere. What the file leaves open is filled in so.

    What it gives raises Mistake for what is out of the account's reach."""

    def adopt(draft: EventDraft) -> EventDraft:
        if account.role == Role.ORGANIZER:
            return _led(draft, account)
        return _inside(draft, account) if account.role == Role.OFFICE else draft

    return adopt


def _led(draft: EventDraft, account: Account) -> EventDraft:
    own = account.organization
    if draft.lead is not None and draft.lead.name != own.name:
        raise Mistake(
            N_("%(host)s is the lead organizer of this event. You can only import events led by %(own)s."),
            host=draft.lead.name,
            own=own.name,
        )
    return replace(draft, lead=OrganizationDraft.of(own), hosts=draft.hosts or (own.name,))


def _inside(draft: EventDraft, account: Account) -> EventDraft:
    own = account.organization
    if draft.lead is not None and draft.lead.name == own.name:
        return replace(draft, lead=OrganizationDraft.of(own))
    if draft.region_code is None:
        return replace(draft, region_code=own.region_code)
    if own.region_code is None or not regions.is_below(draft.region_code, own.region_code):
        name = next((row.name for row in regions.all_regions() if row.code == own.region_code), own.name)
        raise Mistake(N_("This event is not in %(region)s, so your office cannot see it."), region=name)
    return draft
