"""Whose card somebody shows: by the address or code of a pass, by the typed code of a pass, or by the number of a phone."""

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.codes import pass_lookup, short_codes
from models.codes.short_codes import ShortKind
from models.db import db
from models.errors import N_, Conflict, NotFound
from models.events.tables import Event, Occurrence
from models.ledger.holder_link_end import require_links
from models.ledger.tables import Presence

NO_CARD = N_(
    "There is no card with this code in this week. Scan the pass, or enter its code or the number of the card."
)


def holder_of_card(campaign: Campaign, text: str) -> str:
    """The holder in the ledger. Raises NotFound; Conflict where two phones have one number, the pass is revoked, or no card
    of the week can be read any more."""
    require_links(campaign)
    opened = pass_lookup.read_pass(text)
    code = short_codes.read(text) if opened is None else None
    if opened is None and code is not None:
        if code.kind == ShortKind.PHONE:
            return _phone(campaign, *short_codes.browsers_of(code))
        row = short_codes.pass_of(code)
        opened = pass_lookup.read_pass(row.token) if row is not None else None
    if opened is None or opened.campaign.id != campaign.id:
        raise NotFound(NO_CARD)
    if opened.revoked:
        raise Conflict(N_("This pass is no longer valid. Please ask for the new one."))
    return opened.holder


def _phone(campaign: Campaign, first: str, last: str) -> str:
    query = (
        select(Presence.holder)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Presence.holder.between(first, last), Event.campaign_id == campaign.id)
        .distinct()
    )
    holders = list(db.session.scalars(query.limit(2)))
    if not holders:
        raise NotFound(NO_CARD)
    if len(holders) > 1:
        raise Conflict(N_("Two phones have this number. Please look at the card on the phone itself."))
    return holders[0]
