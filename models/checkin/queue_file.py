"""A kiosk's queue saved as a file and imported on an organizer's page (docs/queue-file.md).

The file is signed with the kiosk's key. Its scans go through admit() like uploaded ones, so that importing a file again adds
nothing.
"""

import codecs
import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

import msgspec
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models.campaigns.tables import Campaign
from models.checkin import admit
from models.checkin.attempt import MAX_SKEW_MS, Attempt, read_attempt
from models.checkin.scan_source import source_of
from models.db import Base, BigId, Instant, db, transaction
from models.devices.kiosks import Kiosk
from models.devices.scope import kiosk_for, kiosk_in_reach
from models.errors import N_, Mistake
from models.ledger.tables import HELD_BACK, Verdict
from models.organizations.tables import Account

T = TypeVar("T")


class ImportedQueueFile(Base):
    """An import of a queue file."""

    __tablename__ = "handed_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    scans: Mapped[int]
    new: Mapped[int] = mapped_column("fresh")  # of the scans, those that the server did not have


MAX_BYTES = 4 * 1024 * 1024
MAX_SCANS = 50_000

NOT_A_QUEUE_FILE = N_(
    "This is not a file saved by a kiosk. Choose the file that its menu saves: openweek-….json."
)
TOO_LARGE = N_("The file is larger than %(most)s MB. Save it again on the kiosk and choose it as it is.")
UNSIGNED = N_(
    "The file has no signature, because the kiosk page was not opened with HTTPS. Open it with HTTPS"
    " and save the file again."
)
NOT_YOUR_KIOSK = N_(
    "This file is not from one of your kiosks. Ask the office that paired the kiosk to import it."
)
CHANGED = N_(
    "The file has been changed since the kiosk saved it. Save it again on the kiosk and choose it as it is."
)
NO_SCANS = N_("The file has no scans: the kiosk had uploaded everything.")


@dataclass(frozen=True)
class QueueFile:
    """A file with a valid signature. scans: as for POST /api/v1/scans. skew_ms: for scans without one of their own; None:
    unknown. digest: SHA-256 of the file."""

    kiosk: Kiosk
    scans: list[object]
    skew_ms: int | None
    digest: str


@dataclass(frozen=True)
class QueueImport:
    """The result of an import. verdicts, reasons and flags count the new scans; held_back: of these, those that wait for a
    review. unreadable: scans without an id, which cannot be stored."""

    kiosk: Kiosk
    scans: int
    new: int
    unreadable: int
    held_back: int
    verdicts: dict[str, int]
    reasons: dict[str, int]
    flags: dict[str, int]


class _KioskField(msgspec.Struct):
    id: int


class _File(msgspec.Struct):
    """The file as it is saved. Of version 1 only the scans are signed: its skew is not read."""

    format: Literal["openweek-handover"]
    version: Literal[1, 2]
    kiosk: _KioskField
    signature: str | None = None
    content_json: str = ""  # since version 2
    scans_json: str = ""  # of version 1

    @property
    def signed(self) -> str:
        return self.scans_json if self.version == 1 else self.content_json


class _Content(msgspec.Struct):
    """What is signed."""

    scans: list[object]
    skew_ms: object = None


def read(account: Account, data: bytes) -> QueueFile:
    """Parse a file and check its signature. Raises Mistake; reads the database only."""
    if len(data) > MAX_BYTES:
        raise Mistake(TOO_LARGE, most=MAX_BYTES >> 20)
    file = _decode(data.removeprefix(codecs.BOM_UTF8), _File)
    if file.signature is None:
        raise Mistake(UNSIGNED)
    kiosk = kiosk_for(account, file.kiosk.id)
    if kiosk is None:
        raise Mistake(NOT_YOUR_KIOSK)
    if not _is_signed(kiosk, file.signed, file.signature):
        raise Mistake(CHANGED)
    signed = file.signed.encode()
    content = _Content(_decode(signed, list[object])) if file.version == 1 else _decode(signed, _Content)
    if len(content.scans) > MAX_SCANS:
        raise Mistake(NOT_A_QUEUE_FILE)
    if not content.scans:
        raise Mistake(NO_SCANS)
    skew = content.skew_ms
    skew_ms = skew if type(skew) is int and abs(skew) <= MAX_SKEW_MS else None
    return QueueFile(kiosk, content.scans, skew_ms, hashlib.sha256(data).hexdigest())


def _decode(data: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Mistake(NOT_A_QUEUE_FILE) from None


def _is_signed(kiosk: Kiosk, text: str, signature: str) -> bool:
    expected = hmac.digest(kiosk.digest.encode(), text.encode(), "sha256").hex()
    return signature.isascii() and hmac.compare_digest(expected, signature.lower())


def import_scans(file: QueueFile, account: Account, now: datetime) -> QueueImport:
    """Admit the scans of a file as uploads of its kiosk, in batches. Raises admit.BusyError; the file can be imported again."""
    attempts = [_attempt(raw, file.skew_ms, now) for raw in file.scans]
    readable = [attempt for attempt in attempts if attempt is not None]
    source, answers = source_of(file.kiosk), []
    for start in range(0, len(readable), admit.MAX_BATCH):
        answers += admit.admit(readable[start : start + admit.MAX_BATCH], source, now)
    new = [answer for answer in answers if not answer.again]
    with transaction():
        db.session.add(
            ImportedQueueFile(
                kiosk_id=file.kiosk.id,
                account_id=account.id,
                at=now,
                digest=file.digest,
                scans=len(attempts),
                new=len(new),
            )
        )
    return QueueImport(
        kiosk=file.kiosk,
        scans=len(attempts),
        new=len(new),
        unreadable=len(attempts) - len(readable),
        held_back=sum(1 for answer in new if answer.verdict == Verdict.STORED and answer.flags & HELD_BACK),
        verdicts=dict(Counter(answer.verdict for answer in new)),
        reasons=dict(Counter(answer.reason for answer in new if answer.reason is not None)),
        flags=dict(Counter(name for answer in new for name in answer.flags.names)),
    )


def _attempt(raw: object, skew_ms: int | None, now: datetime) -> Attempt | None:
    """A scan with the skew that the kiosk knew: the time of the import says nothing about its clock."""
    attempt = read_attempt(raw, now)
    return (
        msgspec.structs.replace(attempt, skew_ms=skew_ms) if attempt and attempt.skew_ms is None else attempt
    )


def imports_of(account: Account, most: int) -> list[tuple[ImportedQueueFile, str, str]]:
    """The imports from kiosks in an account's reach, newest first: the import, name of the kiosk, zone of its campaign."""
    query = (
        select(ImportedQueueFile, Kiosk.name, Campaign.zone)
        .join(Kiosk, Kiosk.id == ImportedQueueFile.kiosk_id)
        .join(Campaign, Campaign.id == Kiosk.campaign_id)
        .where(kiosk_in_reach(account))
        .order_by(ImportedQueueFile.id.desc())
        .limit(most)
    )
    return [tuple(row) for row in db.session.execute(query)]
