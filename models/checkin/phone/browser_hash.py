"""A visitor's own phone as a holder in the ledger: a keyed hash of a random cookie, nothing else (rule 11)."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from models.codes import keys
from models.db import db
from models.ledger.tables import Presence, Scan, ScanKind


def holder_of(cookie: str) -> str:
    """The holder of a browser: "b:" and 32 hex digits. The cookie itself is not stored."""
    secret = keys.current_key(keys.KeyPurpose.BROWSER).secret
    return "b:" + hmac.digest(secret, b"openweek-browser\x01" + cookie.encode(), hashlib.sha256).hex()[:32]


def visit_of(holder: str, scan_id: UUID) -> Scan | None:
    """The scan with this id, if this browser made it."""
    return db.session.scalar(
        select(Scan).where(Scan.id == scan_id, Scan.holder == holder, Scan.kind == ScanKind.VENUE)
    )


def visits_on(holders: Sequence[str], occurrence_id: int, day: date) -> dict[str, Scan]:
    """The scans that count as visits of these browsers at an occurrence on a campaign day, by holder."""
    query = (
        select(Presence.holder, Scan)
        .join(Scan, Scan.id == Presence.visit_id)
        .where(
            Presence.holder.in_(holders),
            Presence.occurrence_id == occurrence_id,
            Presence.day == day,
            Presence.weight > 0,
        )
    )
    return dict(db.session.execute(query).tuples().all())
