"""Sealed figures: canonical JSON, its SHA-256, an Ed25519 signature; a file of them is checked without a database.

Canonical: UTF-8, keys sorted, no spaces, characters as they are. Signed are PURPOSE and these bytes.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.errors import N_, Mistake

PURPOSE = b"openweek-summary\x01"
VERSION = 1
MOST_BYTES = 4 * 1024 * 1024

NO_SNAPSHOT = N_("This is not a sealed summary. Take the file that ends in .seal.json.")
TWICE = N_("The file names “%(name)s” twice, so it cannot be said what was sealed.")


class Verdict(StrEnum):
    GENUINE = "genuine"
    CHANGED = "changed"  # content, digest and signature do not belong together
    UNKNOWN_KEY = "unknown_key"  # they do, but the key is none of the trusted ones


@dataclass(frozen=True)
class SealCheck:
    verdict: Verdict
    sha256: str
    public_key: str  # in hex, as the file names it
    content: dict[str, Any]


def canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sign(data: bytes, secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).sign(PURPOSE + data)


def seal_file(data: bytes, key_id: int, public: bytes, signature: bytes) -> bytes:
    """data: canonical bytes. The file that people keep beside the document."""
    file = {
        "openweek_summary": VERSION,
        "algorithm": "ed25519",
        "key": key_id,
        "public_key": public.hex(),
        "sha256": digest(data),
        "signature": base64.b64encode(signature).decode(),
        "content": json.loads(data),
    }
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def check(file: bytes, trusted: Collection[bytes]) -> SealCheck:
    """trusted: public keys. Raises Mistake for what is no such file."""
    read = _read(file)
    content, public = read["content"], read["public_key"]
    try:
        data = canonical(content)
    except ValueError:  # half of a surrogate pair, written as an escape
        raise Mistake(NO_SNAPSHOT) from None
    verdict = Verdict.CHANGED
    if read["sha256"] == digest(data) and _is_signed(data, public, read["signature"]):
        verdict = Verdict.GENUINE if bytes.fromhex(public) in trusted else Verdict.UNKNOWN_KEY
    return SealCheck(verdict, digest(data), public, content)


def _is_signed(data: bytes, public: str, signature: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(base64.b64decode(signature, validate=True), PURPOSE + data)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _read(file: bytes) -> dict[str, Any]:
    if len(file) > MOST_BYTES:
        raise Mistake(NO_SNAPSHOT)
    try:
        read = json.loads(file.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Mistake(NO_SNAPSHOT) from None
    texts = ("public_key", "sha256", "signature")
    if (
        not isinstance(read, dict)
        or read.get("openweek_summary") != VERSION
        or not isinstance(read.get("content"), dict)
        or not all(isinstance(read.get(name), str) for name in texts)
    ):
        raise Mistake(NO_SNAPSHOT)
    return read


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice could show one value to a reader and another one to us."""
    read: dict[str, Any] = {}
    for name, value in pairs:
        if name in read:
            raise Mistake(TWICE, name=name[:40])
        read[name] = value
    return read
