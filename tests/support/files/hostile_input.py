"""Input made to hurt: mutated codes, bodies of scans, bytes of files. Seeded, so that a run can be repeated."""

from base64 import b32decode, b32encode
from collections.abc import Iterator
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from models.codes import signatures
from models.codes.signatures import PassPayload, Purpose, UnknownCodeError, UnverifiedPass, VenueSignature

SECRET = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
MOMENT = 59_400_001 * 30 + 12.5
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
GENUINE = (
    signatures.sign_pass(PassPayload(1, 1, 1, 3, 1, 0, 0x0123456789), SECRET),
    signatures.sign_pass(PassPayload(2, 1, 1, 0, 45, 7, 2**40 - 1), SECRET),
    signatures.sign_venue(Purpose.PRINTED, 1, 77, SECRET, issue=3),
    signatures.sign_venue(Purpose.ROTATING, 1, 77, SECRET, step=59_400_001),
)


def accepts(text: str) -> bool:
    """Whether a code is read and its signature holds."""
    try:
        code = signatures.parse_code(text)
    except UnknownCodeError:
        return False
    if isinstance(code, UnverifiedPass):
        return signatures.verify_pass(code, PUBLIC)
    return signatures.verify_venue(code, SECRET, MOMENT) == VenueSignature.VALID


def mutated_codes(count: int, seed: int) -> Iterator[str]:
    """Genuine codes with characters changed, swapped, cut, put together from two, or bytes changed and encoded anew."""
    random = Random(seed)
    while count:
        text = _mutated(random, random.choice(GENUINE))
        if text.upper() not in GENUINE:
            count -= 1
            yield text


def _mutated(random: Random, text: str) -> str:
    kind, place = random.randrange(6), random.randrange(len(text))
    if kind == 0:
        return text[:place] + random.choice(ALPHABET) + text[place + 1 :]
    if kind == 1:
        raw = bytearray(b32decode(text + "=" * (-len(text) % 8)))
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
        return b32encode(bytes(raw)).decode().rstrip("=")
    if kind == 2:
        other = random.choice([one for one in GENUINE if len(one) == len(text)])
        return text[:place] + other[place:]
    if kind == 3:
        return text[:place] + text[place + 1 :] + random.choice(["", *ALPHABET])
    if kind == 4:
        signature = "".join(random.choices(ALPHABET, k=len(text) - 26)) if len(text) > 26 else "A" * 12
        return text[: len(text) - len(signature)] + signature
    return "".join(random.choice(["", one, one, one, one + one]) for one in text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
# Scans whose fields are what they should be, or anything.
_FIELDS = {
    "id": st.uuids().map(str) | _JSON,
    "at": st.datetimes().map(lambda at: at.isoformat() + "+08:00") | st.text(max_size=30) | _JSON,
    "kind": st.sampled_from(["pass", "touch", "tally", "undo", "venue"]) | _JSON,
    "code": st.sampled_from(GENUINE) | st.text(max_size=200) | _JSON,
    "group": st.sampled_from(["youth", "public", "unknown"]) | _JSON,
    "headcount": st.integers() | _JSON,
    "undoes": st.uuids().map(str) | _JSON,
    "seq": st.integers() | _JSON,
    "skew_ms": st.integers() | st.floats() | _JSON,
    "shown": st.sampled_from(["stored", "refused", None]) | _JSON,
    "direction": st.sampled_from(["in", "out"]) | _JSON,
    "occurrence": st.integers() | _JSON,
}
BODIES = st.fixed_dictionaries(
    {"scans": st.lists(st.fixed_dictionaries({}, optional=_FIELDS) | _JSON, max_size=5) | _JSON},
    optional={"device_time": _FIELDS["at"]},
)

_CELLS = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"[0-9]{1,4}[年./-][0-9]{1,3}[月./-]?[0-9]{0,3}[日号]?.{0,20}"),
    st.from_regex(r"(=|@|\+|-)[A-Z]{0,6}\(?.{0,20}"),
    st.sampled_from(["上午", "20日-26日", "每天9:00", "9" * 400, "（" * 200, "、" * 300, "\x00", "\u202e"]),
)
TABLES = st.lists(st.lists(_CELLS, min_size=1, max_size=6), max_size=6).map(
    lambda rows: "\n".join(
        ["活动名称,日期,时间,地点,主办单位,地区", *(",".join(row) for row in rows)]
    ).encode()
)
