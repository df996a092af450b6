"""One attempt on its way through the rules: its corrected time, what its code says, where it belongs. No writing."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, Campaign, find_campaign
from models.checkin.attempt import MAX_SKEW_MS, Attempt
from models.codes import keys, passes, signatures
from models.db import db
from models.devices.kiosks import Kiosk
from models.events.check_in_window import CheckInWindow
from models.ledger.tables import Answer, Flag, ScanKind, Verdict
from models.ledger.visit import Entry

LATE_AFTER = timedelta(minutes=15)
CLOCK_TOLERANCE_MS = 120_000
ASKED_WITHIN = timedelta(minutes=1)  # a person at the door waits for a live answer no longer


@dataclass(frozen=True)
class Desk:
    """Where scans come in: a paired device, or the landing page of a venue code (kiosk_id None).

    served: ids of the events that it served at an instant. scans, tallies: what it may hand in. revoked: its token may
    only hand in what it holds. expires_at: what it scans from then on counts only once a person accepts it. ever_served:
    what a device decided by itself it decided for one of these, also where it did not know that it had been moved."""

    campaign: Campaign
    served: Callable[[datetime], list[int]]
    kiosk_id: int | None = None
    supervisor: bool = False
    scans: bool = True
    tallies: bool = True
    revoked: bool = False
    expires_at: datetime | None = None
    ever_served: frozenset[int] = frozenset()

    def may(self, kind: str) -> bool:
        return self.tallies if kind == ScanKind.TALLY else self.scans


def desk_of(kiosk: Kiosk) -> Desk:
    """The desk that a paired device is."""
    return Desk(
        campaign=find_campaign(kiosk.campaign_id),
        served=kiosk.event_ids_at,
        kiosk_id=kiosk.id,
        supervisor=kiosk.supervisor,
        scans=kiosk.can_scan,
        tallies=kiosk.can_tally,
        revoked=kiosk.revoked_at is not None,
        expires_at=kiosk.expires_at,
        ever_served=kiosk.all_event_ids,
    )


@dataclass
class Case:
    """An attempt and what the rules have found so far. reason: why it is refused, once something is."""

    attempt: Attempt
    at: datetime
    skew_ms: int | None
    day: date
    hour: int
    flags: Flag = Flag.NONE
    reason: str | None = None
    payload: signatures.PassPayload | None = None
    holder: str | None = None
    identified: bool = False
    method: str | None = None
    group: str | None = None
    headcount: int | None = None
    taken: bool = False
    code_length: int | None = None
    code_hash: str | None = None
    digest: bytes = b""  # keyed, of the content: tells a resend from a conflict
    pass_id: int | None = None
    sitting: CheckInWindow | None = None
    verdict: str | None = None
    since: datetime | None = None
    presence_id: int | None = None

    @property
    def id(self) -> UUID:
        return self.attempt.id

    @property
    def is_undo(self) -> bool:
        return self.attempt.kind == ScanKind.UNDO

    @property
    def let_in(self) -> bool:
        """The device already showed green: a fact that the figures weigh and never lose (rule 6)."""
        return self.attempt.shown == Verdict.STORED

    @property
    def decided_there(self) -> bool:
        """The device decided by itself that the person belongs where it says."""
        return self.attempt.shown in (Verdict.STORED, Verdict.REPEAT)

    @property
    def key(self) -> tuple[int, date, str] | None:
        """Which presence the case belongs to, once it has a sitting and a holder."""
        return (self.sitting.occurrence_id, self.day, self.holder) if self.sitting and self.holder else None

    def refuse(self, reason: str) -> None:
        self.verdict, self.reason = Verdict.REFUSED, reason

    def entry(self, effective: bool) -> Entry:
        return Entry(
            self.id,
            self.at,
            self.attempt.direction,
            self.headcount,
            self.group,
            self.method,
            self.hour,
            effective,
            self.taken,
        )

    def answer(self) -> Answer:
        known = self.reason not in ("unknown_code", "bad_signature", "bad_scan", "wrong_campaign")
        return Answer(
            id=self.id,
            verdict=self.verdict,
            reason=self.reason,
            group=self.group if known else None,
            headcount=self.headcount if known else None,
            since=self.since,
            flags=self.flags,
        )


def open_cases(
    attempts: list[Attempt], desk: Desk, now: datetime, device_time: datetime | None
) -> list[Case]:
    """Correct the clocks and read the codes. Asks the database for keys alone."""
    sync_skew = round((device_time - now).total_seconds() * 1000) if device_time else None
    if sync_skew is not None and abs(sync_skew) > MAX_SKEW_MS:
        sync_skew = None  # no clock is that far off: it says nothing about the others' times
    readers = _Readers(desk.campaign, keys.current_key(keys.BROWSER).secret)
    return [
        _open(attempt, desk, now, _skew_of(attempt, device_time, sync_skew), readers) for attempt in attempts
    ]


def _skew_of(attempt: Attempt, device_time: datetime | None, sync_skew: int | None) -> int | None:
    """The skew known at scan time, else at hand-over. A scan that is asked live was made within a moment of its request,
    by the same clock: what that clock says in the request is known at scan time, and newer than what was measured once.
    Of any other scan nobody can tell whether the clock was set before it was made or after."""
    known = attempt.skew_ms
    if known is None or sync_skew is None or abs(known - sync_skew) <= CLOCK_TOLERANCE_MS:
        return sync_skew if known is None else known
    asked_live = attempt.shown is None and timedelta(0) <= device_time - attempt.at <= ASKED_WITHIN
    return sync_skew if asked_live else known


def _open(attempt: Attempt, desk: Desk, now: datetime, skew: int | None, readers: "_Readers") -> Case:
    corrected = attempt.at - timedelta(milliseconds=skew or 0)
    at = min(corrected, now)
    case = Case(
        attempt=attempt,
        at=at,
        skew_ms=skew,
        day=clock.day_of(at, desk.campaign.zone),
        hour=clock.hour_of(at, desk.campaign.zone),
        digest=readers.keyed_hash(b"openweek-attempt\x01" + attempt.fingerprint())[:16],
    )
    if now - at > LATE_AFTER:
        case.flags |= Flag.LATE
    if abs(skew or 0) > CLOCK_TOLERANCE_MS or corrected - now > timedelta(milliseconds=CLOCK_TOLERANCE_MS):
        case.flags |= Flag.CLOCK
    if desk.revoked or (desk.expires_at is not None and at >= desk.expires_at):
        case.flags |= Flag.AFTER_REVOCATION
    if attempt.malformed:
        case.refuse("bad_scan")
    elif attempt.kind == ScanKind.PASS:
        readers.read_pass(case)
    elif not case.is_undo:
        _read_counted(case, desk.campaign)
    return case


def _read_counted(case: Case, campaign: Campaign) -> None:
    """A touch or a tally (nobody can be recognised), or a phone (the landing page knows the browser)."""
    attempt = case.attempt
    if attempt.group != UNKNOWN_GROUP and campaign.group_number(attempt.group) == 0:
        case.refuse("bad_scan")
        return
    case.group, case.headcount = attempt.group, attempt.headcount or 1
    case.method = attempt.method or attempt.kind
    case.holder, case.identified = attempt.holder or f"s:{attempt.id.hex}", attempt.holder is not None


@dataclass
class _Readers:
    """The keys that one batch needs, fetched once."""

    campaign: Campaign
    secret: bytes
    publics: dict[int, bytes | None] = field(default_factory=dict)

    def keyed_hash(self, content: bytes) -> bytes:
        return hmac.digest(self.secret, content, hashlib.sha256)

    def read_pass(self, case: Case) -> None:
        attempt = case.attempt
        if attempt.code is None:
            case.code_length, case.code_hash = attempt.foreign_length, attempt.foreign_hash
            case.refuse("unknown_code")
            return
        try:
            sealed = signatures.parse_code(attempt.code)
        except signatures.UnknownCodeError:
            sealed = None
        if sealed is None or not isinstance(sealed.payload, signatures.PassPayload):
            self._forget(case)
            return
        payload = sealed.payload
        if not self._genuine(sealed):
            case.refuse("bad_signature")
        elif payload.campaign != self.campaign.number:
            case.refuse("wrong_campaign")
        else:
            self._recognise(case, payload)

    def _genuine(self, sealed: signatures.UnverifiedCode) -> bool:
        key_id = sealed.payload.key_id
        if key_id not in self.publics:
            key = keys.find_key(keys.PASS, key_id)
            self.publics[key_id] = key.public if key else None
        public = self.publics[key_id]
        return public is not None and signatures.verify_pass(sealed, public)

    def _recognise(self, case: Case, payload: signatures.PassPayload) -> None:
        case.payload, case.method = payload, "pass"
        case.holder, case.identified = f"p:{payload.serial:010x}", True
        case.group = self.campaign.group_by_number(payload.group)
        case.headcount, case.taken = 1, payload.purpose == passes.SELF_ISSUED
        if payload.purpose == passes.GROUP:
            case.headcount = case.attempt.headcount or payload.headcount
            if case.headcount > payload.headcount:
                case.flags |= Flag.ABOVE_DECLARED

    def _forget(self, case: Case) -> None:
        """A text that is not ours may be a payment or an identity code: only its length and a keyed hash stay."""
        text = case.attempt.code
        case.code_length = len(text)
        case.code_hash = self.keyed_hash(b"openweek-foreign\x01" + text.encode("utf-8", "replace")).hex()
        case.refuse("unknown_code")


def find_passes(cases: list[Case], campaign: Campaign) -> dict[int, passes.Pass]:
    """The rows of the passes in these cases, by serial. A genuine pass without a row (a restored backup) has none.

    A pass that replaced another belongs to the same holder; from here on the cases say so."""
    serials = {case.payload.serial for case in cases if case.payload}
    if not serials:
        return {}
    with db.session.no_autoflush:
        found = passes.passes_by_serial(campaign.id, serials)
    for case in cases:
        if case.payload and case.payload.serial in found:
            case.holder = found[case.payload.serial].holder
    return found
