"""A pass by the text of its code, whose signature is checked, or by its serial."""

from dataclasses import dataclass

from sqlalchemy import select

from models.campaigns.tables import Campaign
from models.codes import keys, signatures
from models.codes.passes import Pass, holder_name
from models.codes.signatures import Purpose
from models.db import db
from models.events.tables import Event


@dataclass(frozen=True)
class PassContent:
    """The content of a genuine pass, by its signed payload. event: None for the whole campaign. number: of its row, None
    where this database does not have it. holder: in the ledger."""

    token: str
    campaign: Campaign
    group: str
    headcount: int
    single: bool
    event: Event | None
    revoked: bool
    number: int | None
    holder: str


def read_pass(text: str) -> PassContent | None:
    """Decode and verify the text of a pass; None for everything that is not a pass signed by us."""
    try:
        unverified = signatures.parse_code(text)
    except signatures.UnknownCodeError:
        return None
    if not isinstance(unverified, signatures.UnverifiedPass):
        return None
    payload = unverified.payload
    key = keys.find_key(keys.KeyPurpose.PASS, payload.key_id)
    if key is None or key.public is None or not signatures.verify_pass(unverified, key.public):
        return None
    campaign = db.session.scalar(select(Campaign).where(Campaign.number == payload.campaign))
    if campaign is None:
        return None
    row = passes_by_serial(campaign.id, {payload.serial}).get(payload.serial)
    return PassContent(
        token=signatures.last_segment(text),
        campaign=campaign,
        group=campaign.group_by_number(payload.group),
        headcount=payload.headcount,
        single=payload.purpose != Purpose.GROUP,
        event=db.session.get(Event, payload.event) if payload.event else None,
        revoked=row is not None and row.revoked_at is not None,
        number=row.id if row else None,
        holder=row.holder if row else holder_name(payload.serial),
    )


def passes_by_serial(campaign_id: str, serials: set[int]) -> dict[int, Pass]:
    """The passes with these serials in a campaign."""
    rows = db.session.scalars(select(Pass).where(Pass.campaign_id == campaign_id, Pass.serial.in_(serials)))
    return {row.serial: row for row in rows}
