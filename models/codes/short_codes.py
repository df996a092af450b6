"""Short codes: 8 characters that are typed where a camera does not read. One names a printed venue code, a pass, or the card
of a phone. Nothing is stored: the number in it is scrambled with a key of the database, so that codes cannot be counted up.

The signed codes (models.codes.signatures) stay what they are; who types a short code gets to the same page.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import select

from models.codes import keys
from models.codes.passes import Pass
from models.codes.venue_codes import CodeMethod, VenueCode
from models.db import LARGEST_ID, db

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L; 31 is prime, as the checksum needs
LENGTH = 8
_BASE = len(ALPHABET)
_CONTEXT = b"openweek-short\x01"
_ROUNDS = 6


class ShortKind(Enum):
    """What a short code names: bits of its number, and where its numbers begin."""

    PASS = (34, 0)
    VENUE = (32, 1 << 34)
    PHONE = (32, (1 << 34) + (1 << 32))

    @property
    def bits(self) -> int:
        return self.value[0]

    @property
    def start(self) -> int:
        return self.value[1]


@dataclass(frozen=True)
class ShortCode:
    """A code that was typed without a mistake. number: still scrambled, but that of a phone."""

    kind: ShortKind
    number: int


def written(kind: ShortKind, number: int) -> str:
    """The 8 characters of a number."""
    value = kind.start + number
    digits = []
    for _place in range(LENGTH - 1):
        value, digit = divmod(value, _BASE)
        digits.append(digit)
    digits.reverse()
    return "".join(ALPHABET[digit] for digit in (*digits, _checksum(digits)))


def spaced(code: str) -> str:
    """In two halves, as it is printed."""
    return f"{code[:4]} {code[4:]}"


def read(typed: str) -> ShortCode | None:
    """The code in a text that somebody typed: in any case, with spaces and hyphens. None where a character is wrong."""
    text = "".join(character for character in typed.upper() if character not in " -‐‑–—·\u3000")
    if len(text) != LENGTH or not set(ALPHABET).issuperset(text):
        return None
    digits = [ALPHABET.index(character) for character in text]
    if digits.pop() != _checksum(digits):
        return None
    value = 0
    for digit in digits:
        value = value * _BASE + digit
    for kind in ShortKind:
        if kind.start <= value < kind.start + (1 << kind.bits):
            return ShortCode(kind, value - kind.start)
    return None


def _checksum(digits: list[int]) -> int:
    """Finds every wrong character and every two that changed places: each place has a weight of its own, modulo a prime."""
    return sum(weight * digit for weight, digit in enumerate(digits, 2)) % _BASE


def pass_code() -> Callable[[int], str]:
    """What makes the code of a pass from its id, with the present key read once."""
    secret, kind = keys.current_key(keys.KeyPurpose.VENUE).secret, ShortKind.PASS
    return lambda pass_id: written(kind, _scrambled(pass_id, kind, secret))


def of_browser(holder: str) -> str:
    """The number of a phone's card, from its holder in the ledger ("b:" and 32 hex digits)."""
    return written(ShortKind.PHONE, int(holder[2:10], 16))


def browsers_of(code: ShortCode) -> tuple[str, str]:
    """The first and the last holder that a phone's number may mean."""
    if code.kind != ShortKind.PHONE:
        raise ValueError("not of a phone")
    return f"b:{code.number:08x}{'0' * 24}", f"b:{code.number:08x}{'f' * 24}"


def of_venue_code(code: VenueCode) -> str:
    """Of the present issue of a printed code: it becomes invalid with the print."""
    return written(
        ShortKind.VENUE, _scrambled(code.number << 8 | code.issue, ShortKind.VENUE, code.key.secret)
    )


def pass_of(code: ShortCode) -> Pass | None:
    for key in _keys():
        number = _unscrambled(code.number, code.kind, key.secret)
        if code.kind == ShortKind.PASS and 0 < number <= LARGEST_ID:
            row = db.session.get(Pass, number)
            if row is not None:
                return row
    return None


def venue_code_of(code: ShortCode) -> VenueCode | None:
    """The printed venue code that is in force; None for one of an older print, too."""
    for key in _keys():
        number, issue = divmod(_unscrambled(code.number, code.kind, key.secret), 256)
        row = db.session.get(VenueCode, number) if code.kind == ShortKind.VENUE else None
        if row is not None and row.key_id == key.id:
            valid = (row.method, row.issue, row.revoked_at) == (CodeMethod.PRINTED, issue, None)
            return row if valid else None
    return None


def _keys() -> list[keys.SigningKey]:
    query = select(keys.SigningKey).where(keys.SigningKey.purpose == keys.KeyPurpose.VENUE)
    return list(db.session.scalars(query.order_by(keys.SigningKey.id.desc())))


def _scrambled(number: int, kind: ShortKind, secret: bytes) -> int:
    """A Feistel network over the bits of the number: every number has one code, and the way back needs the key."""
    half = kind.bits // 2
    left, right = divmod(number, 1 << half)
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mixed(right, turn, kind, secret)
    return left << half | right


def _unscrambled(number: int, kind: ShortKind, secret: bytes) -> int:
    half = kind.bits // 2
    left, right = divmod(number, 1 << half)
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(left, turn, kind, secret), left
    return left << half | right


def _mixed(value: int, turn: int, kind: ShortKind, secret: bytes) -> int:
    content = _CONTEXT + kind.name.encode() + bytes((turn,)) + value.to_bytes(4)
    return int.from_bytes(hmac.digest(secret, content, hashlib.sha256)[:4]) & ((1 << kind.bits // 2) - 1)
