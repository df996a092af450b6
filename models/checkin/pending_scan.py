"""One scan on its way through the rules: its corrected time, what its code says. Nothing is written."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from operator import attrgetter
from uuid import UUID

from msgspec import Struct

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign
from models.checkin.attempt import MAX_SKEW_MS, Attempt
from models.checkin.cache import ProcessCache, process_cache
from models.checkin.locked_rows import LockedPresence
from models.checkin.scan_source import ScanSource
from models.codes import signatures
from models.codes.passes import holder_name
from models.codes.signatures import Purpose
from models.events.check_in_window import CheckInWindow
from models.ledger.tables import CODE_REASONS, Answer, Flag, Method, Reason, ScanKind, Verdict
from models.ledger.visit import Entry

LATE_AFTER = timedelta(minutes=15)
CLOCK_TOLERANCE_MS = 120_000
_CLOCK_TOLERANCE = timedelta(milliseconds=CLOCK_TOLERANCE_MS)
MAX_TOUCH = 20  # heads of one touch; a larger number is a tally, which needs its scope
PAIRING_TOLERANCE = timedelta(hours=1)
LIVE_WITHIN = timedelta(minutes=1)  # an older scan was not answered live


class PendingScan(Struct, eq=False):
    """An attempt and what the rules have decided so far."""

    id: UUID
    attempt: Attempt
    at: datetime  # corrected, UTC
    skew_ms: int | None
    day: date
    hour: int
    digest: bytes  # keyed hash of the content: the same for a resend, another for a conflict
    flags: Flag = Flag.NONE
    verdict: Verdict | None = None
    reason: Reason | None = None
    payload: signatures.PassPayload | None = None
    holder: str | None = None
    identified: bool = False
    method: str | None = None
    group: str | None = None
    headcount: int | None = None
    taken: bool = False  # by a pass that the visitor took
    code_length: int | None = None
    code_hash: str | None = None
    pass_id: int | None = None
    window: CheckInWindow | None = None
    since: datetime | None = None
    presence: LockedPresence | None = None  # that it belongs to, once it is kept there

    @property
    def is_undo(self) -> bool:
        return self.attempt.kind == ScanKind.UNDO

    @property
    def shown_stored(self) -> bool:
        """The device already showed green: the person is in, whatever the rules say now (rule 6)."""
        return self.attempt.shown == Verdict.STORED

    @property
    def decided_offline(self) -> bool:
        """The device decided by itself that the person belongs to an event it serves."""
        return self.attempt.shown in (Verdict.STORED, Verdict.REPEAT)

    @property
    def key(self) -> tuple[int, date, str] | None:
        """Occurrence, day and holder: the presence it belongs to, once both are known."""
        return (self.window.occurrence_id, self.day, self.holder) if self.window and self.holder else None

    def refuse(self, reason: Reason) -> None:
        self.verdict, self.reason = Verdict.REFUSED, reason

    def entry(self, effective: bool) -> Entry:
        return Entry(
            self.id,
            self.at,
            self.attempt.direction,
            self.headcount or 1,
            self.group or UNKNOWN_GROUP,
            self.method or Method.PASS,
            self.hour,
            effective,
            self.taken,
        )

    def answer(self) -> Answer:
        if self.verdict is None:
            raise RuntimeError(f"Scan {self.id} is answered before admit() has decided on it.")
        readable = self.reason not in CODE_REASONS
        return Answer(
            id=self.id,
            verdict=self.verdict,
            reason=self.reason,
            group=self.group if readable else None,
            headcount=self.headcount if readable else None,
            since=self.since,
            flags=self.flags,
        )


_OF_ATTEMPT = ("id", "kind", "direction", "code_number", "seq", "near", "undoes", "shown")
_DECIDED = (
    "method", "pass_id", "holder", "headcount", "taken", "skew_ms", "at", "day", "hour", "verdict", "reason", "since",
    "digest", "code_length", "code_hash",
)  # fmt: skip
_of_attempt, _decided = attrgetter(*_OF_ATTEMPT), attrgetter(*_DECIDED)
_OTHERS = (
    "device_at", "audience", "flags", "campaign_id", "kiosk_id", "supervisor", "received_at", "event_id", "occurrence_id",
    "presence_id",
)  # fmt: skip
COLUMNS = (*_OF_ATTEMPT, *_DECIDED, *_OTHERS)  # of the ledger, as in row()


def row(scan: PendingScan, source: ScanSource, now: datetime) -> tuple:
    """A decided scan as a row of the ledger."""
    window, presence = scan.window, scan.presence
    return (
        *_of_attempt(scan.attempt),
        *_decided(scan),
        scan.attempt.at,
        scan.group,
        int(scan.flags),
        source.campaign.id,
        source.kiosk_id,
        source.supervisor,
        now,
        window.event_id if window else None,
        window.occurrence_id if window else None,
        presence.id if presence else None,
    )


def decode(
    attempts: Sequence[Attempt],
    source: ScanSource,
    now: datetime,
    device_time: datetime | None,
    stored: Collection[UUID] = (),
) -> list[PendingScan]:
    """Correct the clocks and read the codes. Reads nothing but the cache (models.checkin.cache).

    device_time: what the device's clock said when it sent the batch. stored: ids that are answered already, whose
    signatures nobody asks for."""
    sync_skew = round((device_time - now).total_seconds() * 1000) if device_time else None
    if sync_skew is not None and abs(sync_skew) > MAX_SKEW_MS:
        sync_skew = None  # no clock is that far off
    cache, zone = process_cache(), clock.zone(source.campaign.zone)
    codes = _CodeReader(source.campaign.number, cache, cache.groups(source.campaign), cache.browser_secret())
    codes.read_passes(attempts, stored)
    skews = [_skew_of(attempt, device_time, sync_skew) for attempt in attempts]
    return [_decode(*pair, source, zone, now, codes) for pair in zip(attempts, skews, strict=True)]


def _skew_of(attempt: Attempt, device_time: datetime | None, sync_skew: int | None) -> int | None:
    """The skew known at scan time, else that of the delivery. A scan that asks live was made by the clock of its own
    request: where the two differ, that one is newer. For any other scan the time of the clock's change is unknown."""
    known = attempt.skew_ms
    if known is None or sync_skew is None or abs(known - sync_skew) <= CLOCK_TOLERANCE_MS:
        return sync_skew if known is None else known
    live = (
        attempt.shown is None
        and device_time is not None
        and timedelta(0) <= device_time - attempt.at <= LIVE_WITHIN
    )
    return sync_skew if live else known


def _decode(
    attempt: Attempt, skew: int | None, source: ScanSource, zone: tzinfo, now: datetime, codes: "_CodeReader"
) -> PendingScan:
    corrected = attempt.at - timedelta(milliseconds=skew) if skew else attempt.at
    ahead = corrected - now
    at = now if corrected > now else corrected
    local = at.astimezone(zone)
    flags = Flag.LATE if ahead < -LATE_AFTER else Flag.NONE
    scan = PendingScan(attempt.id, attempt, at, skew, local.date(), local.hour, codes.digest(attempt), flags)
    if abs(skew or 0) > CLOCK_TOLERANCE_MS or ahead > _CLOCK_TOLERANCE:
        scan.flags |= Flag.CLOCK
    if source.revoked or (source.expires_at is not None and at >= source.expires_at):
        scan.flags |= Flag.AFTER_REVOCATION
    if _is_implausible(attempt, source, at):
        scan.flags |= Flag.SET_ASIDE
    if attempt.malformed:
        scan.refuse(Reason.BAD_SCAN)
    elif attempt.kind == ScanKind.PASS:
        codes.read_pass(scan)
    elif not scan.is_undo:
        _read_group(scan, source.campaign)
    return scan


def _is_implausible(attempt: Attempt, source: ScanSource, at: datetime) -> bool:
    """A time before the device was paired, or more heads in one touch than one person brings: a person decides."""
    before_pairing = source.paired_at is not None and at < source.paired_at - PAIRING_TOLERANCE
    return before_pairing or (attempt.kind == ScanKind.TOUCH and (attempt.headcount or 1) > MAX_TOUCH)


def _read_group(scan: PendingScan, campaign: Campaign) -> None:
    """A touch or a tally, which are anonymous, or a phone, whose browser the landing page knows."""
    attempt = scan.attempt
    if attempt.group is None or (
        attempt.group != UNKNOWN_GROUP and campaign.group_number(attempt.group) == 0
    ):
        scan.refuse(Reason.BAD_SCAN)
        return
    scan.group, scan.headcount = attempt.group, attempt.headcount or 1
    scan.method = attempt.method or attempt.kind
    scan.holder, scan.identified = attempt.holder or f"s:{attempt.id.hex}", attempt.holder is not None


@dataclass(frozen=True)
class _CodeReader:
    """Reads the codes of one batch."""

    campaign_number: int
    cache: ProcessCache
    groups: Mapping[int, str]
    secret: bytes
    read: dict[str, signatures.UnverifiedPass | None] = field(default_factory=dict)  # by the text scanned
    tokens: dict[str, str] = field(default_factory=dict)  # its last segments
    forged: set[str] = field(default_factory=set)

    def keyed_hash(self, content: bytes) -> bytes:
        return hmac.digest(self.secret, content, hashlib.sha256)

    def digest(self, attempt: Attempt) -> bytes:
        token = self.tokens.get(attempt.code) if attempt.code else None
        return self.keyed_hash(b"openweek-attempt\x01" + attempt.fingerprint(token))[:16]

    def read_passes(self, attempts: Iterable[Attempt], stored: Collection[UUID]) -> None:
        """All codes of the batch. The signatures of scans that are stored already are not checked again."""
        signed = {}
        for attempt in attempts:
            if attempt.kind != ScanKind.PASS or attempt.malformed or attempt.code is None:
                continue
            token = self.tokens[attempt.code] = signatures.last_segment(attempt.code)
            code = self.read[attempt.code] = _parse(token)
            if code is None or (stored and attempt.id in stored):
                continue
            public = self.cache.public_key(code.payload.key_id)
            if public is None:
                self.forged.add(attempt.code)
            else:
                signed[attempt.code] = code, public
        genuine = signatures.verify_passes([*signed.values()])
        self.forged.update(text for text, is_genuine in zip(signed, genuine, strict=True) if not is_genuine)

    def read_pass(self, scan: PendingScan) -> None:
        text = scan.attempt.code
        if text is None:
            scan.code_length, scan.code_hash = scan.attempt.foreign_length, scan.attempt.foreign_hash
            scan.refuse(Reason.UNKNOWN_CODE)
            return
        code = self.read[text]
        if code is None:
            self._drop_text(scan, text)
        elif text in self.forged:
            scan.refuse(Reason.BAD_SIGNATURE)
        elif code.payload.campaign != self.campaign_number:
            scan.refuse(Reason.WRONG_CAMPAIGN)
        else:
            self._accept(scan, code.payload)

    def _accept(self, scan: PendingScan, payload: signatures.PassPayload) -> None:
        scan.payload, scan.method = payload, Method.PASS
        scan.holder, scan.identified = holder_name(payload.serial), True
        scan.group = self.groups.get(payload.group, UNKNOWN_GROUP)
        scan.headcount, scan.taken = 1, payload.purpose == Purpose.SELF_ISSUED
        if payload.purpose == Purpose.GROUP:
            scan.headcount = scan.attempt.headcount or payload.headcount
            if scan.headcount > payload.headcount:
                scan.flags |= Flag.ABOVE_DECLARED

    def _drop_text(self, scan: PendingScan, text: str) -> None:
        """A text that is not ours may be a payment or identity code: only its length and a keyed hash are kept."""
        scan.code_length = len(text)
        scan.code_hash = self.keyed_hash(b"openweek-foreign\x01" + text.encode("utf-8", "replace")).hex()
        scan.refuse(Reason.UNKNOWN_CODE)


def _parse(token: str) -> signatures.UnverifiedPass | None:
    """None for a text that is no pass of ours."""
    try:
        code = signatures.parse_token(token)
    except signatures.UnknownCodeError:
        return None
    return code if isinstance(code, signatures.UnverifiedPass) else None
