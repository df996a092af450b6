"""Slips of attendance (到场凭证) as signed text. Pure: no database, no clock, so that anybody with the public key can check one.

A slip says that the holder of a pass or a phone was at an event on a day from a time on. It has no name: the holder writes
the own one on it. Text: base32 of one byte version, one byte key id, facts as JSON, Ed25519 over _CONTEXT + all before.
"""

import json
import re
from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date, time
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PATH = "SLIP"  # the text stands after it in an address
LONGEST_TITLE = 60  # characters of a name in a slip, so that its QR symbol stays readable
_CONTEXT = b"openweek-slip\x01"
_VERSION, _SIGNATURE_BYTES = 1, 64
_TEXT = re.compile(rb"[A-Za-z2-7]{160,4000}")
_IN_ADDRESS = re.compile(rb"/slip/([A-Za-z2-7]{160,4000})", re.IGNORECASE)


class SlipError(ValueError):
    """Not a slip, or not as it was signed."""


@dataclass(frozen=True)
class Slip:
    """day, since: in the campaign's zone. heads: people of a group pass, 1 for one person. scan_id: of the visit."""

    campaign: str
    week: str
    event_id: int
    title: str
    place: str
    day: date
    since: time
    heads: int
    scan_id: UUID


def sign(slip: Slip, key_id: int, secret: bytes) -> str:
    facts = [str(value) if not isinstance(value, int) else value for value in astuple(slip)]
    packed = bytes((_VERSION, key_id)) + json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(_CONTEXT + packed)
    return b32encode(packed + signature).decode().rstrip("=")


def verify(text: str, public_keys: Mapping[int, bytes]) -> Slip:
    """The slip in a text, where one of these keys (by key id) signed exactly it. Raises SlipError."""
    raw = _bytes(text)
    packed, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if len(packed) < 3 or packed[0] != _VERSION or packed[1] not in public_keys:
        raise SlipError
    try:
        Ed25519PublicKey.from_public_bytes(public_keys[packed[1]]).verify(signature, _CONTEXT + packed)
        campaign, week, event_id, title, place, day, since, heads, scan_id = json.loads(packed[2:])
    except (InvalidSignature, ValueError):
        raise SlipError from None
    return Slip(
        campaign, week, event_id, title, place, date.fromisoformat(day), time.fromisoformat(since), heads, UUID(scan_id)
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    segment = text.strip().rstrip("/").rsplit("/", 1)[-1].upper()
    try:
        raw = b32decode(segment + "=" * (-len(segment) % 8))
    except (Base32Error, ValueError):
        raise SlipError from None
    # One text a slip: bits left over at its end are not signed.
    if b32encode(raw).decode().rstrip("=") != segment:
        raise SlipError
    return raw


def text_in(data: bytes) -> str | None:
    """The text of a slip in a file: a PDF of ours, or a text with its address. None where there is none."""
    found = _IN_ADDRESS.search(data)
    if found:
        return found[1].decode()
    stripped = data.strip()
    return stripped.decode() if _TEXT.fullmatch(stripped) else None
