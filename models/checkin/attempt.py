"""One scan of the API's JSON becomes an Attempt. Pure; bad input is marked, never raised."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring_ascii
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from models import clock
from models.codes import signatures
from models.errors import Mistake
from models.ledger.tables import Direction, Nearness, ScanKind, Verdict

MAX_HEADCOUNT = 999
MAX_SKEW_MS = 200 * 366 * 86_400_000  # a clock that starts in 1970 is more than 50 years behind
_LARGEST_INTEGER = 2**53  # exact in JavaScript
_YEARS_FROM_LIMIT = timedelta(days=366 * 300)  # from datetime's ends: correcting a clock must not overflow
_FIRST = datetime.min.replace(tzinfo=UTC) + _YEARS_FROM_LIMIT
_LAST = datetime.max.replace(tzinfo=UTC) - _YEARS_FROM_LIMIT
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_canonical = json.JSONEncoder(sort_keys=True).encode

_Headcount = Annotated[int, msgspec.Meta(ge=1, le=MAX_HEADCOUNT)]
_KeyedHash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]


class _ScanBody(msgspec.Struct, tag_field="kind"):
    """The fields of every kind. What another kind needs is checked here too, and then not used."""

    id: str
    at: str
    seq: Annotated[int, msgspec.Meta(ge=0, le=_LARGEST_INTEGER)] | None = None
    skew_ms: Annotated[int, msgspec.Meta(ge=-MAX_SKEW_MS, le=MAX_SKEW_MS)] | None = None
    shown: Verdict | None = None
    direction: Literal["in", "out"] | None = None
    headcount: _Headcount | None = None
    occurrence: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    code_length: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    code_hash: _KeyedHash | None = None


class _PassBody(_ScanBody, tag="pass"):
    code: object = None


class _TouchBody(_ScanBody, tag="touch", kw_only=True):
    group: str


class _TallyBody(_ScanBody, tag="tally", kw_only=True):
    group: str


class _UndoBody(_ScanBody, tag="undo", kw_only=True):
    undoes: str


# Named by the kind: msgspec would put a union together anew for each scan.
_BODIES: dict[str, type[_ScanBody]] = {
    "pass": _PassBody,
    "touch": _TouchBody,
    "tally": _TallyBody,
    "undo": _UndoBody,
}


class Attempt(msgspec.Struct, frozen=True):
    """One attempt as it was sent. malformed: it cannot be judged, only refused (bad_scan).

    holder, method, code_number, near and occurrence_id are set by the phone page, which has them from its own ticket."""

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
    near: Nearness | None = None
    foreign_length: int | None = None  # a text that is not ours: the device sends its length and hash alone
    foreign_hash: str | None = None
    malformed: bool = False
    raw: bytes | None = None  # of a malformed attempt: a hash of all its content

    def fingerprint(self, token: str | None = None) -> bytes:
        """32 bytes over the content, to tell a resend from a conflict. What was shown, the occurrence and the clock's
        correction may differ between two deliveries of one scan. token: the last segment of its code, where it is known.

        Not to be stored as it is: a code that is not ours can be short enough to be searched for."""
        if self.raw is not None:
            return self.raw
        if token is None and self.code:
            token = signatures.last_segment(self.code)
        # As JSON of a list; a kind and a direction are words of ours, which need no escaping.
        content = (
            f'["{self.kind}", "{clock.instant_text(self.at)}", {_quoted(token)}, "{self.direction}", '
            f'{_quoted(self.group)}, {"null" if self.headcount is None else self.headcount}, "{self.undoes}", '
            "null, "  # once the occurrence: digests in the ledger stay as they are
            f"{_quoted(self.holder)}, {_quoted(self.foreign_hash)}]"
        )
        return hashlib.sha256(content.encode()).digest()


def read_id(raw: object) -> UUID | None:
    """The scan's id, when it is a UUID in its usual spelling."""
    return _uuid(raw.get("id")) if isinstance(raw, dict) else None


def read_attempt(raw: object, now: datetime) -> Attempt | None:
    """One scan of the API's JSON. None without a valid id: then it cannot be kept.

    A scan that is malformed otherwise becomes an Attempt that says so: kept and refused."""
    if not isinstance(raw, dict):
        return None
    scan_id = read_id(raw)
    if scan_id is None:
        return None
    try:
        return _read(raw, scan_id)
    except (Mistake, ValueError, OverflowError):
        kinds = (ScanKind.PASS, ScanKind.TOUCH, ScanKind.TALLY, ScanKind.UNDO)
        kind = raw.get("kind")
        known = ScanKind(kind) if isinstance(kind, str) and kind in kinds else ScanKind.PASS
        return Attempt(id=scan_id, kind=known, at=now, malformed=True, raw=_hash(raw))


def _read(raw: dict, scan_id: UUID) -> Attempt:
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in _BODIES:
        raise ValueError("kind")
    body = msgspec.convert(raw, _BODIES[kind])
    code = body.code if isinstance(body, _PassBody) and isinstance(body.code, str) else None
    foreign = isinstance(body, _PassBody) and code is None
    if foreign and body.code_length is None:
        raise ValueError("code")
    undoes = _uuid(body.undoes) if isinstance(body, _UndoBody) else None
    if isinstance(body, _UndoBody) and undoes in (None, scan_id):
        raise ValueError("undoes")
    return Attempt(
        id=scan_id,
        kind=ScanKind(kind),
        at=_instant(body.at),
        seq=body.seq,
        skew_ms=body.skew_ms,
        # A device that showed `retry` had no answer: as if it asked live.
        shown=None if body.shown == Verdict.RETRY else body.shown,
        code=code,
        direction=body.direction or Direction.IN,
        group=body.group if isinstance(body, _TouchBody | _TallyBody) else None,
        headcount=body.headcount,
        undoes=undoes,
        occurrence_id=body.occurrence,
        foreign_length=body.code_length if foreign else None,
        foreign_hash=body.code_hash if foreign else None,
    )


def _instant(text: str) -> datetime:
    at = clock.parse_instant(text)
    if not _FIRST < at < _LAST:
        raise ValueError("at")
    return at


def _uuid(text: object) -> UUID | None:
    return msgspec.convert(text, UUID) if isinstance(text, str) and _UUID.fullmatch(text) else None


def _quoted(text: str | None) -> str:
    return "null" if text is None else encode_basestring_ascii(text)


def _hash(content: object) -> bytes:
    try:
        return hashlib.sha256(_canonical(content).encode()).digest()
    except RecursionError:  # nested as deep as could just be read
        return bytes(32)
