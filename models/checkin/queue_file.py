"""The queue of a device as a file, taken in at the desk (docs/queue-file.md): checked against the device's key, then admitted
by the same way as everything else. The same file again does no harm: the ledger knows every scan by its id.
"""

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models.campaigns.tables import Campaign
from models.checkin import admit
from models.checkin.attempt import MAX_SKEW_MS, Attempt, read_attempt
from models.checkin.pending_scan import source_of
from models.db import Base, BigId, Instant, db, transaction
from models.devices.kiosks import Kiosk
from models.devices.scope import kiosk_for, kiosk_in_reach
from models.errors import N_, Mistake
from models.ledger.tables import HELD, Verdict
from models.organizations.tables import Account


class HandedFile(Base):
    """The queue of a device, taken in at the desk as a file. Its scans are in the ledger like any others."""

    __tablename__ = "handed_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    scans: Mapped[int]
    fresh: Mapped[int]  # those that the server had not had before


MOST_BYTES = 4 * 1024 * 1024
MOST_SCANS = 50_000
FORMAT, VERSION = "openweek-handover", 1

NO_FILE_OF_OURS = N_(
    "This is not a file saved by a kiosk. Choose the file that its menu saves: openweek-….json."
)
TOO_LARGE = N_("The file is larger than %(most)s MB. Save it again on the kiosk and choose it as it is.")
UNSIGNED = N_(
    "The file has no signature, because the kiosk page was not opened with HTTPS. Open it with HTTPS"
    " and save the file again."
)
NOT_HERE = N_("This file is not from one of your kiosks. Ask the office that paired the kiosk to import it.")
CHANGED = N_(
    "The file has been changed since the kiosk saved it. Save it again on the kiosk and choose it as it is."
)
NOTHING_IN_IT = N_("The file has no scans: the kiosk had uploaded everything.")


@dataclass(frozen=True)
class Saved:
    """A file that its device has signed. scans: as for POST /api/v1/scans. skew_ms: for scans that know none."""

    kiosk: Kiosk
    scans: list
    skew_ms: int | None
    digest: str


@dataclass(frozen=True)
class Taken:
    """What became of a file. verdicts, reasons and flags count the scans that were new; held: of these, how many wait
    for a person. unreadable: scans without an id, which cannot be kept."""

    kiosk: Kiosk
    scans: int
    fresh: int
    unreadable: int
    held: int
    verdicts: dict[str, int]
    reasons: dict[str, int]
    flags: dict[str, int]


def read(account: Account, data: bytes) -> Saved:
    """Understand a file and check who made it. Raises Mistake with one sentence; nothing is written."""
    if len(data) > MOST_BYTES:
        raise Mistake(TOO_LARGE, most=MOST_BYTES >> 20)
    told = _json(data)
    named, listed = told.get("kiosk"), told.get("scans_json")
    kiosk_id = named.get("id") if isinstance(named, dict) else None
    if (
        told.get("format") != FORMAT
        or told.get("version") != VERSION
        or type(kiosk_id) is not int
        or not isinstance(listed, str)
    ):
        raise Mistake(NO_FILE_OF_OURS)
    signature = told.get("signature")
    if signature is None:
        raise Mistake(UNSIGNED)
    kiosk = kiosk_for(account, kiosk_id)
    if kiosk is None:
        raise Mistake(NOT_HERE)
    if not _signed(kiosk, listed, signature):
        raise Mistake(CHANGED)
    scans = _scans(listed)
    skew = told.get("skew_ms")
    known = type(skew) is int and abs(skew) <= MAX_SKEW_MS
    return Saved(kiosk, scans, skew if known else None, hashlib.sha256(data).hexdigest())


def _json(data: bytes) -> dict:
    try:
        told = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Mistake(NO_FILE_OF_OURS)
    return told


def _signed(kiosk: Kiosk, listed: str, signature: object) -> bool:
    try:
        made = hmac.digest(kiosk.digest.encode(), listed.encode(), "sha256").hex()
    except UnicodeEncodeError:  # half a character, which no device writes
        return False
    return isinstance(signature, str) and signature.isascii() and hmac.compare_digest(made, signature.lower())


def _scans(listed: str) -> list:
    try:
        scans = json.loads(listed)
    except (ValueError, RecursionError):
        scans = None
    if not isinstance(scans, list) or len(scans) > MOST_SCANS:
        raise Mistake(NO_FILE_OF_OURS)
    if not scans:
        raise Mistake(NOTHING_IN_IT)
    return scans


def take_in(saved: Saved, account: Account, now: datetime) -> Taken:
    """Admit the scans of a file as their device's. Raises attendance.BusyError: then hand the file in again."""
    found = [_attempt(raw, saved.skew_ms, now) for raw in saved.scans]
    readable = [attempt for attempt in found if attempt is not None]
    source, answers = source_of(saved.kiosk), []
    for first in range(0, len(readable), admit.MAX_BATCH):
        answers += admit.admit(readable[first : first + admit.MAX_BATCH], source, now)
    fresh = [answer for answer in answers if not answer.again]
    with transaction():
        db.session.add(
            HandedFile(
                kiosk_id=saved.kiosk.id,
                account_id=account.id,
                at=now,
                digest=saved.digest,
                scans=len(found),
                fresh=len(fresh),
            )
        )
    return Taken(
        kiosk=saved.kiosk,
        scans=len(found),
        fresh=len(fresh),
        unreadable=len(found) - len(readable),
        held=sum(1 for answer in fresh if answer.verdict == Verdict.STORED and answer.flags & HELD),
        verdicts=dict(Counter(answer.verdict for answer in fresh)),
        reasons=dict(Counter(answer.reason for answer in fresh if answer.reason is not None)),
        flags=dict(Counter(name for answer in fresh for name in answer.flags.names)),
    )


def _attempt(raw: object, skew_ms: int | None, now: datetime) -> Attempt | None:
    """The clock's skew is what the device knew: when the file is taken in tells nothing about its clock."""
    attempt = read_attempt(raw, now)
    return replace(attempt, skew_ms=skew_ms) if attempt and attempt.skew_ms is None else attempt


def of_account(account: Account, most: int) -> list[tuple[HandedFile, str, str]]:
    """The files taken in from devices of an account's desk, newest first: file, name of the device, zone of its week."""
    asked = (
        select(HandedFile, Kiosk.name, Campaign.zone)
        .join(Kiosk, Kiosk.id == HandedFile.kiosk_id)
        .join(Campaign, Campaign.id == Kiosk.campaign_id)
        .where(kiosk_in_reach(account))
        .order_by(HandedFile.id.desc())
        .limit(most)
    )
    return [tuple(row) for row in db.session.execute(asked)]
