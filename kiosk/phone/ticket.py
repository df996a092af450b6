"""Landing tickets: signed form values between opening a venue code and choosing a group.

Signed, bound to the browser's cookie, good for 15 minutes and, because it carries the scan's id, for one visit.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from itsdangerous import BadData, URLSafeSerializer

from models.codes import keys
from models.codes.venue_codes import VenueCode

LIFE = timedelta(minutes=15)


class ForeignTicketError(Exception):
    """Not a ticket of this browser for this code."""


class OldTicketError(Exception):
    """Older than LIFE."""


@dataclass(frozen=True)
class Ticket:
    """scan_id: made by the landing page. opened: when the code was opened."""

    scan_id: UUID
    opened: datetime


def write(code: VenueCode, holder: str, now: datetime) -> str:
    """A fresh ticket for this browser."""
    return _sealer(holder).dumps([uuid4().hex, code.number, code.method, _milliseconds(now)])


def read(text: str, code: VenueCode, holder: str, now: datetime) -> Ticket:
    """The ticket in a form. Raises ForeignTicketError or OldTicketError."""
    try:
        scan, number, method, opened = _sealer(holder).loads(text)
    except BadData:
        raise ForeignTicketError from None
    if (number, method) != (code.number, code.method):
        raise ForeignTicketError
    ticket = Ticket(UUID(scan), datetime.fromtimestamp(opened / 1000, UTC))
    if now - ticket.opened > LIFE:
        raise OldTicketError
    return ticket


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _sealer(holder: str) -> URLSafeSerializer:
    # A key of the database, shared by all nodes; the holder in the salt binds the ticket to the browser.
    secret = keys.current_key(keys.KeyPurpose.BROWSER).secret
    how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(secret, salt=f"openweek-landing-ticket {holder}", signer_kwargs=how)
