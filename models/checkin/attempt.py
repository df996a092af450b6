"""What a device hands in, read with care: one JSON object in, one Attempt out. Pure; never raises for bad input."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models import clock
from models.codes import signatures
from models.errors import Mistake
from models.ledger.tables import Direction, ScanKind, Verdict

MAX_HEADCOUNT = 999
_MAX_WHOLE = 2**53  # what a browser counts exactly
MAX_SKEW_MS = 200 * 366 * 86_400_000  # a clock that starts in 1970 is more than 50 years behind
_FAR = timedelta(days=366 * 300)  # from the ends of time, so that correcting a clock never runs over them
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEYED_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Attempt:
    """One attempt as it was handed in. malformed: it cannot be judged, only refused (bad_scan).

    holder, method, code_number, near and occurrence_id are set by the phone page, which knows them from its own ticket.
    """

    id: UUID
    kind: str
    at: datetime  # the device's clock
    seq: int | None = None
    skew_ms: int | None = None  # device clock minus true time, where the device knew it
    shown: str | None = None
    code: str | None = None
    direction: str = Direction.IN
    group: str | None = None
    headcount: int | None = None
    undoes: UUID | None = None
    occurrence_id: int | None = None
    holder: str | None = None
    method: str | None = None
    code_number: int | None = None
    near: str | None = None  # of ledger.NEAR, FAR, NOT_TOLD
    foreign_length: int | None = None  # a text that is not ours, told by its length and hash alone
    foreign_hash: str | None = None
    malformed: bool = False
    raw: bytes | None = None  # a hash of all that a malformed attempt said

    def fingerprint(self) -> bytes:
        """32 bytes over what makes this attempt this attempt, to tell a resend from a conflict. Not to be stored as it
        is: a code that is not ours can be short enough to be searched for.

        How it was shown, where the device placed it then, and how the clock was corrected may differ between two deliveries
        of one scan."""
        if self.raw is not None:
            return self.raw
        code = signatures.last_segment(self.code) if self.code else None
        content = (
            self.kind,
            clock.instant_text(self.at),
            code,
            self.direction,
            self.group,
            self.headcount,
            str(self.undoes),
            None,  # stood for the occurrence once: digests in the ledger are as they were
            self.holder,
            self.foreign_hash,
        )
        return _hash(content)


def _hash(content: object) -> bytes:
    try:
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    except RecursionError:  # nested as deep as could just be read
        return bytes(32)


def read_id(raw: object) -> UUID | None:
    """The scan's id, when it is a UUID in its usual spelling."""
    return _uuid(raw.get("id")) if isinstance(raw, dict) else None


def _uuid(text: object) -> UUID | None:
    return UUID(text) if isinstance(text, str) and _UUID.fullmatch(text) else None


def read(raw: object, now: datetime) -> Attempt | None:
    """One scan of the API's JSON. None when it has no valid id: then it cannot be kept.

    A scan with an id that is malformed otherwise becomes an Attempt that says so: kept and refused."""
    scan_id = read_id(raw)
    if scan_id is None:
        return None
    try:
        return _read(raw, scan_id)
    except (Mistake, ValueError, OverflowError):
        kind = raw.get("kind")
        known = (
            kind if kind in (ScanKind.PASS, ScanKind.TOUCH, ScanKind.TALLY, ScanKind.UNDO) else ScanKind.PASS
        )
        return Attempt(id=scan_id, kind=known, at=now, malformed=True, raw=_hash(raw))


def _read(raw: dict, scan_id: UUID) -> Attempt:
    kind = _one_of(
        raw,
        "kind",
        (ScanKind.PASS, ScanKind.TOUCH, ScanKind.TALLY, ScanKind.UNDO),
    )
    at = clock.parse_instant(raw.get("at"))
    if not datetime.min.replace(tzinfo=at.tzinfo) + _FAR < at < datetime.max.replace(tzinfo=at.tzinfo) - _FAR:
        raise ValueError("at")
    code = raw.get("code")
    length, hashed = _whole(raw, "code_length", 0, 100_000), raw.get("code_hash")
    if hashed is not None and not (isinstance(hashed, str) and _KEYED_HASH.fullmatch(hashed)):
        raise ValueError("code_hash")
    if kind == ScanKind.PASS and not isinstance(code, str) and length is None:
        raise ValueError("code")
    group = raw.get("group")
    if kind in (ScanKind.TOUCH, ScanKind.TALLY) and not isinstance(group, str):
        raise ValueError("group")
    undoes = _uuid(raw.get("undoes")) if kind == ScanKind.UNDO else None
    if kind == ScanKind.UNDO and undoes in (None, scan_id):
        raise ValueError("undoes")
    return Attempt(
        id=scan_id,
        kind=kind,
        at=at,
        seq=_whole(raw, "seq", 0, _MAX_WHOLE),
        skew_ms=_whole(raw, "skew_ms", -MAX_SKEW_MS, MAX_SKEW_MS),
        shown=_shown(raw),
        code=code if kind == ScanKind.PASS and isinstance(code, str) else None,
        direction=_one_of(raw, "direction", (None, Direction.IN, Direction.OUT)) or Direction.IN,
        group=group if kind in (ScanKind.TOUCH, ScanKind.TALLY) else None,
        headcount=_whole(raw, "headcount", 1, MAX_HEADCOUNT),
        undoes=undoes,
        occurrence_id=_whole(raw, "occurrence", 1, 2**31 - 1),
        foreign_length=length if kind == ScanKind.PASS and not isinstance(code, str) else None,
        foreign_hash=hashed if kind == ScanKind.PASS and not isinstance(code, str) else None,
    )


def _shown(raw: dict) -> str | None:
    """A device that showed `retry` told nobody yes or no: as if it asked live."""
    shown = _one_of(
        raw,
        "shown",
        (None, Verdict.STORED, Verdict.REPEAT, Verdict.REFUSED, Verdict.RETRY),
    )
    return None if shown == Verdict.RETRY else shown


def _one_of(raw: dict, name: str, allowed: tuple):
    value = raw.get(name)
    if (value is not None and not isinstance(value, str)) or value not in allowed:
        raise ValueError(name)
    return value


def _whole(raw: dict, name: str, low: int, high: int) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if type(value) is not int or not low <= value <= high:
        raise ValueError(name)
    return value
