"""Signed codes as bytes: no database, no clock. A code is signed for one purpose and opens nothing else.

The text of a code is base32 (RFC 4648, upper case, no padding) of payload + signature, after …/C/ or …/V/.
"""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION = 1
PASS_PURPOSES = (1, 2, 3)
PRINTED, ROTATING = 5, 6
STEP_SECONDS = 30
STEPS_OLD, STEPS_AHEAD = 2, 1
STEPS_REMEMBERED = (
    8 * 24 * 3600 // STEP_SECONDS
)  # a photo from earlier in the week is told apart from a forgery
PASS_CHARACTERS, VENUE_CHARACTERS = 128, 24
_PASS_CONTEXT, _VENUE_CONTEXT = b"openweek-pass\x01", b"openweek-venue\x01"
_BASE32 = re.compile(r"[A-Z2-7]+\Z")


class UnknownCodeError(ValueError):
    """A text that is no code of this system."""


@dataclass(frozen=True)
class PassPayload:
    """The 16 bytes of a pass. group: number of the audience group, 0 unknown; event: 0 for the whole campaign."""

    purpose: int
    key_id: int
    campaign: int
    group: int
    headcount: int
    event: int
    serial: int

    def pack(self) -> bytes:
        return b"".join(
            (
                bytes((VERSION << 4 | self.purpose, self.key_id)),
                self.campaign.to_bytes(2),
                self.group.to_bytes(1),
                self.headcount.to_bytes(2),
                self.event.to_bytes(4),
                self.serial.to_bytes(5),
            )
        )


@dataclass(frozen=True)
class VenuePayload:
    """The 7 bytes of a venue code. issue_or_step: the issue number of a printed code, or the step mod 256 of a rotating one."""

    purpose: int
    key_id: int
    number: int
    issue_or_step: int

    def pack(self) -> bytes:
        return (
            bytes((VERSION << 4 | self.purpose, self.key_id))
            + self.number.to_bytes(4)
            + bytes((self.issue_or_step,))
        )


@dataclass(frozen=True)
class UnverifiedCode:
    """A code taken apart and not yet verified."""

    payload: PassPayload | VenuePayload
    signature: bytes


def last_segment(text: str) -> str:
    """What is read of a scanned text: the last path segment, upper-cased, without query or trailing slash."""
    path = re.split(r"[?#]", text.strip(), maxsplit=1)[0]
    segment = path.rstrip("/").rsplit("/", 1)[-1]
    # Some letters outside ASCII turn into A-Z in upper case; they are no spelling of a code.
    return segment.upper() if segment.isascii() else segment


def parse_code(text: str) -> UnverifiedCode:
    """Take a scanned text apart. Raises UnknownCodeError for everything that has not the shape of a code."""
    token = last_segment(text)
    if len(token) not in (PASS_CHARACTERS, VENUE_CHARACTERS) or not _BASE32.match(token):
        raise UnknownCodeError
    raw = b32decode(token)
    version, purpose = raw[0] >> 4, raw[0] & 15
    if version != VERSION:
        raise UnknownCodeError
    if len(token) == PASS_CHARACTERS and purpose in PASS_PURPOSES:
        return UnverifiedCode(_unpack_pass(raw), raw[16:])
    if len(token) == VENUE_CHARACTERS and purpose in (PRINTED, ROTATING):
        payload = VenuePayload(purpose, raw[1], int.from_bytes(raw[2:6]), raw[6])
        return UnverifiedCode(payload, raw[7:])
    raise UnknownCodeError


def _unpack_pass(raw: bytes) -> PassPayload:
    return PassPayload(
        purpose=raw[0] & 15,
        key_id=raw[1],
        campaign=int.from_bytes(raw[2:4]),
        group=raw[4],
        headcount=int.from_bytes(raw[5:7]),
        event=int.from_bytes(raw[7:11]),
        serial=int.from_bytes(raw[11:16]),
    )


def _text(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=")


def sign_pass(payload: PassPayload, secret: bytes) -> str:
    """The text of a pass: 128 characters."""
    packed = payload.pack()
    return _text(packed + Ed25519PrivateKey.from_private_bytes(secret).sign(_PASS_CONTEXT + packed))


def verify_pass(sealed: UnverifiedCode, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            sealed.signature, _PASS_CONTEXT + sealed.payload.pack()
        )
    except InvalidSignature:
        return False
    return True


def sign_venue(
    purpose: int, key_id: int, number: int, secret: bytes, *, issue: int = 0, step: int = 0
) -> str:
    """The text of a venue code: 24 characters. issue for a printed code, step for a rotating one."""
    payload = VenuePayload(purpose, key_id, number, issue if purpose == PRINTED else step % 256)
    return _text(payload.pack() + _venue_mac(payload, secret, step if purpose == ROTATING else 0))


def _venue_mac(payload: VenuePayload, secret: bytes, step: int) -> bytes:
    return hmac.digest(secret, _VENUE_CONTEXT + payload.pack() + step.to_bytes(8), hashlib.sha256)[:8]


def step_at(seconds: float) -> int:
    """The rotating step of a moment, given in seconds since 1970."""
    return int(seconds // STEP_SECONDS)


def verify_venue(sealed: UnverifiedCode, secret: bytes, seconds: float) -> str:
    """Check a venue code at a moment: "ok", "bad" (not signed by us) or "old" (a rotating step that has passed)."""
    payload = sealed.payload
    if payload.purpose == PRINTED:
        return "ok" if hmac.compare_digest(_venue_mac(payload, secret, 0), sealed.signature) else "bad"
    present = step_at(seconds)
    # The payload carries the step mod 256, so of each 256 steps one fits it: the nearest, or one of the past days.
    nearest = present - ((present - payload.issue_or_step + 128) % 256 - 128)
    for step in range(nearest, max(present - STEPS_REMEMBERED, 0) - 1, -256):
        if hmac.compare_digest(_venue_mac(payload, secret, step), sealed.signature):
            return "ok" if present - STEPS_OLD <= step <= present + STEPS_AHEAD else "old"
    return "bad"
