"""Signed codes as bytes. Pure: no database, no clock. Each purpose has its own signing context.

The text of a code is base32 (RFC 4648, upper case, no padding) of payload + signature, after …/C/ or …/V/. Printed codes
depend on these bytes: they never change.
"""

import hashlib
import hmac
import os
import re
from base64 import b32encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from struct import Struct as Fields

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey


class Purpose(IntEnum):
    """The low half of a code's first byte."""

    SINGLE = 1
    GROUP = 2
    SELF_ISSUED = 3
    PRINTED = 5
    ROTATING = 6


VERSION = 1
PASS_PURPOSES = (Purpose.SINGLE, Purpose.GROUP, Purpose.SELF_ISSUED)
VENUE_PURPOSES = (Purpose.PRINTED, Purpose.ROTATING)
STEP_SECONDS = 30
STEPS_OLD, STEPS_AHEAD = 2, 1  # accepted around the present step
# For so many steps an expired code is distinguished from a forged one: a photo of a code, shared during the week.
STEPS_REMEMBERED = 8 * 24 * 3600 // STEP_SECONDS
MANY, MOST_PROCESSORS = 32, 4  # so many signatures are shared among so many processors at most
PASS_CHARACTERS = 128
_PASS_BYTES, _VENUE_BYTES = 16, 7  # of the payloads
SHORT_MAC, LONG_MAC = 8, 18  # bytes; which of them is part of the key
_VENUE_CHARACTERS = {(_VENUE_BYTES + mac) * 8 // 5 for mac in (SHORT_MAC, LONG_MAC)}  # 24 and 40
_PASS_FIELDS = Fields(">BBHBHIBI")  # the serial in two parts: of five bytes there is no number
_PASS_CONTEXT, _VENUE_CONTEXT = b"openweek-pass\x01", b"openweek-venue\x01"
# From the digits of RFC 4648 to those that int() reads.
_BASE32_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv")
_BASE32 = re.compile(r"[A-Z2-7]+\Z")


class UnknownCodeError(ValueError):
    """The text is not a code of this system."""


class PassPayload(Struct, frozen=True):
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
    """The 7 bytes of a venue code. issue_or_step: issue number of a printed code, step mod 256 of a rotating one."""

    purpose: int
    key_id: int
    number: int
    issue_or_step: int

    def pack(self) -> bytes:
        return b"".join(
            (
                bytes((VERSION << 4 | self.purpose, self.key_id)),
                self.number.to_bytes(4),
                bytes((self.issue_or_step,)),
            )
        )


class UnverifiedPass(Struct, frozen=True):
    payload: PassPayload
    signature: bytes
    packed: bytes | None = None  # the payload as it was read


@dataclass(frozen=True)
class UnverifiedVenueCode:
    payload: VenuePayload
    signature: bytes


class VenueSignature(StrEnum):
    """The result of verify_venue()."""

    VALID = "ok"
    BAD = "bad"  # not signed by us
    EXPIRED = "old"  # a rotating step of the past


def last_segment(text: str) -> str:
    """The last path segment of a scanned text, in upper case, without query and trailing slash."""
    path = text.strip().partition("?")[0].partition("#")[0]
    segment = path.rstrip("/").rsplit("/", 1)[-1]
    # Some letters outside ASCII become A-Z in upper case ("ı", "ſ"). They are no spelling of a code.
    return segment.upper() if segment.isascii() else segment


def parse_code(text: str) -> UnverifiedPass | UnverifiedVenueCode:
    """Decode a scanned text without verifying it. Raises UnknownCodeError for everything without the shape of a code."""
    return parse_token(last_segment(text))


def parse_token(token: str) -> UnverifiedPass | UnverifiedVenueCode:
    """The same for its last segment."""
    is_venue = len(token) in _VENUE_CHARACTERS
    if not (is_venue or len(token) == PASS_CHARACTERS) or not _BASE32.match(token):
        raise UnknownCodeError
    raw = _bytes(token)
    version, purpose = raw[0] >> 4, raw[0] & 15
    if version != VERSION:
        raise UnknownCodeError
    if not is_venue and purpose in PASS_PURPOSES:
        return UnverifiedPass(_unpack_pass(raw), raw[_PASS_BYTES:], raw[:_PASS_BYTES])
    if is_venue and purpose in VENUE_PURPOSES:
        payload = VenuePayload(purpose, raw[1], int.from_bytes(raw[2:6]), raw[6])
        return UnverifiedVenueCode(payload, raw[_VENUE_BYTES:])
    raise UnknownCodeError


def _bytes(token: str) -> bytes:
    """b32decode() of a whole number of bytes, at a tenth of its time."""
    return int(token.translate(_BASE32_DIGITS), 32).to_bytes(len(token) * 5 // 8)


def _unpack_pass(raw: bytes) -> PassPayload:
    first, key_id, campaign, group, headcount, event, high, low = _PASS_FIELDS.unpack_from(raw)
    return PassPayload(first & 15, key_id, campaign, group, headcount, event, high << 32 | low)


def _text(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=")


def sign_pass(payload: PassPayload, secret: bytes) -> str:
    """The text of a pass: 128 characters."""
    packed = payload.pack()
    return _text(packed + Ed25519PrivateKey.from_private_bytes(secret).sign(_PASS_CONTEXT + packed))


@lru_cache(maxsize=64)
def _public_key(public: bytes) -> bytes:
    """Raises ValueError for what is no key: libsodium would read beyond its end."""
    return bytes(VerifyKey(public))


def verify_pass(code: UnverifiedPass, public: bytes) -> bool:
    """By libsodium, in half of OpenSSL's time."""
    try:
        crypto_sign_open(code.signature + pass_content(code), _public_key(public))
    except BadSignatureError:
        return False
    return True


def pass_content(code: UnverifiedPass) -> bytes:
    """What the signature of a pass is over."""
    return _PASS_CONTEXT + (code.packed or code.payload.pack())


def verify_passes(signed: Sequence[tuple[UnverifiedPass, bytes]]) -> list[bool]:
    """verify_pass() of many, with their public keys: on several processors, as checking a signature lets others run."""
    parts = min(os.cpu_count() or 1, MOST_PROCESSORS) if len(signed) >= MANY else 1
    size = max(1, -(-len(signed) // parts))
    own, *others = [signed[start : start + size] for start in range(0, len(signed), size)] or [signed]
    helped = [_helpers().submit(_verify_each, part) for part in others]
    return [*_verify_each(own), *(genuine for part in helped for genuine in part.result())]


def _verify_each(signed: Sequence[tuple[UnverifiedPass, bytes]]) -> list[bool]:
    return [verify_pass(code, public) for code, public in signed]


@lru_cache(maxsize=1)
def _helpers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_PROCESSORS - 1, thread_name_prefix="signatures")


def sign_venue(
    purpose: Purpose,
    key_id: int,
    number: int,
    secret: bytes,
    *,
    issue: int = 0,
    step: int = 0,
    mac_bytes: int = SHORT_MAC,
) -> str:
    """The text of a venue code: 24 characters, 40 with a long MAC. issue is used for a printed code, step for a rotating one."""
    payload = VenuePayload(purpose, key_id, number, issue if purpose == Purpose.PRINTED else step % 256)
    counted = step if purpose == Purpose.ROTATING else 0
    return _text(payload.pack() + _venue_mac(payload, secret, counted, mac_bytes))


def _venue_mac(payload: VenuePayload, secret: bytes, step: int, mac_bytes: int) -> bytes:
    text = _VENUE_CONTEXT + payload.pack() + step.to_bytes(8)
    return hmac.digest(secret, text, hashlib.sha256)[:mac_bytes]


def step_at(seconds: float) -> int:
    """The rotating step at a moment, given in seconds since 1970."""
    return int(seconds // STEP_SECONDS)


def verify_venue(
    code: UnverifiedVenueCode, secret: bytes, seconds: float, mac_bytes: int = SHORT_MAC
) -> VenueSignature:
    """Verify a venue code at a moment, given in seconds since 1970. mac_bytes: of its key; a code of another length is BAD."""
    payload = code.payload
    if payload.purpose == Purpose.PRINTED:
        valid = hmac.compare_digest(_venue_mac(payload, secret, 0, mac_bytes), code.signature)
        return VenueSignature.VALID if valid else VenueSignature.BAD
    present = step_at(seconds)
    # The payload has the step mod 256, so every 256th step fits it: try the nearest one, then those before it.
    nearest = present - ((present - payload.issue_or_step + 128) % 256 - 128)
    for step in range(nearest, max(present - STEPS_REMEMBERED, 0) - 1, -256):
        if hmac.compare_digest(_venue_mac(payload, secret, step, mac_bytes), code.signature):
            accepted = present - STEPS_OLD <= step <= present + STEPS_AHEAD
            return VenueSignature.VALID if accepted else VenueSignature.EXPIRED
    return VenueSignature.BAD
