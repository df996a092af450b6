"""Visitors who check in with their own phone: known by a keyed hash of a random cookie, by nothing else (rule 11)."""

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import select

from models.codes import keys
from models.db import db
from models.ledger.tables import Scan, ScanKind


def holder_of(cookie: str) -> str:
    """Who this browser is in the ledger: "b:" and 32 hex digits. The cookie itself is kept nowhere."""
    secret = keys.current_key(keys.KeyPurpose.BROWSER).secret
    return "b:" + hmac.digest(secret, b"openweek-browser\x01" + cookie.encode(), hashlib.sha256).hex()[:32]


def visit_of(holder: str, scan_id: UUID) -> Scan | None:
    """The attempt with this id, when it was this browser's."""
    return db.session.scalar(
        select(Scan).where(Scan.id == scan_id, Scan.holder == holder, Scan.kind == ScanKind.VENUE)
    )
