"""Codes as bytes: fixed examples, every byte guarded, nothing foreign accepted, and the window of a changing code."""

import hashlib
import hmac
from base64 import b32decode, b32encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from models.codes import signatures
from models.codes.signatures import LONG_MAC, SHORT_MAC, PassPayload, Purpose, UnknownCodeError, VenuePayload

SECRET = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
SMALL = PassPayload(purpose=1, key_id=1, campaign=1, group=3, headcount=1, event=0, serial=0x0123456789)
LARGE = PassPayload(2, 7, campaign=65535, group=0, headcount=999, event=2**32 - 1, serial=2**40 - 1)

# Printed codes must stay readable for ever: these texts never change.
SMALL_TEXT = (
    "CEAQAAIDAAAQAAAAAAASGRLHRENFQIJFYJTSMM6SS6ZAX7DH3SJG5LI6D6FTMIV7"
    "YEGLW4KHYXVZZNWDZZE4VMSM3ZVC7JAQZP2MUECYUI56LFLFXUZAQNTO22FG3FYM"
)
LARGE_TEXT = (
    "CID777YAAPT777777777777774NJVDHWSNGDNUUOO3YC4HUZ27EGBO4KJPIKKELS"
    "TLVVQS6OSQXSKRKXJA6ZQQVI3VUMNFICMGXDWETHCMNIR3P6RRRPFMN4MIA3WZIN"
)
PRINTED_TEXT = "CUBAAAAAJUBRB57LIYSRSWP2"
ROTATING_TEXT = "CYBAAAAAJVAQ2X7NA2DWKVFK"
STEP = 59_400_001  # the step of ROTATING_TEXT
MOMENT = STEP * 30 + 12.5


def seal_venue(purpose=Purpose.PRINTED, *, issue=3, step=STEP, mac_bytes=SHORT_MAC):
    return signatures.sign_venue(purpose, 2, 77, SECRET, issue=issue, step=step, mac_bytes=mac_bytes)


class TestKnownAnswers:
    def test_pass_payloads_have_the_sixteen_bytes_of_the_contract(self):
        assert SMALL.pack().hex() == "11010001030001000000000123456789"
        assert LARGE.pack().hex() == "1207ffff0003e7ffffffffffffffffff"

    def test_pass_texts(self):
        assert signatures.sign_pass(SMALL, SECRET) == SMALL_TEXT
        assert signatures.sign_pass(LARGE, SECRET) == LARGE_TEXT

    def test_a_pass_is_ed25519_over_its_context_and_payload(self):
        raw = b32decode(SMALL_TEXT)
        signed = b"openweek-pass\x01" + raw[:16]
        assert raw[16:] == Ed25519PrivateKey.from_private_bytes(SECRET).sign(signed)

    def test_venue_texts(self):
        assert seal_venue(Purpose.PRINTED) == PRINTED_TEXT
        assert seal_venue(Purpose.ROTATING) == ROTATING_TEXT

    @pytest.mark.parametrize(
        ("text", "payload", "step"),
        [(PRINTED_TEXT, "15020000004d03", 0), (ROTATING_TEXT, "16020000004d41", STEP)],
    )
    def test_a_venue_code_is_eight_bytes_of_hmac_over_context_payload_and_full_step(
        self, text, payload, step
    ):
        raw = b32decode(text + "=" * (-len(text) % 8))
        message = b"openweek-venue\x01" + bytes.fromhex(payload) + step.to_bytes(8, "big")
        assert raw == bytes.fromhex(payload) + hmac.new(SECRET, message, hashlib.sha256).digest()[:8]

    def test_with_a_long_mac_it_carries_eighteen_bytes_of_the_same(self):
        for purpose, short, step in (
            (Purpose.PRINTED, PRINTED_TEXT, 0),
            (Purpose.ROTATING, ROTATING_TEXT, STEP),
        ):
            text = seal_venue(purpose, mac_bytes=LONG_MAC)
            raw = b32decode(text)
            message = b"openweek-venue\x01" + raw[:7] + step.to_bytes(8, "big")
            assert (len(text), raw[:7]) == (40, b32decode(short)[:7])
            assert raw[7:] == hmac.new(SECRET, message, hashlib.sha256).digest()[:18]

    def test_lengths(self):
        assert [len(SMALL_TEXT), len(LARGE_TEXT)] == [128, 128]
        assert [len(PRINTED_TEXT), len(ROTATING_TEXT)] == [24, 24]

    def test_reading_gives_the_payload_back(self):
        assert signatures.parse_code(SMALL_TEXT).payload == SMALL
        assert signatures.parse_code(LARGE_TEXT).payload == LARGE
        assert signatures.parse_code(PRINTED_TEXT).payload == VenuePayload(Purpose.PRINTED, 2, 77, 3)
        assert signatures.parse_code(ROTATING_TEXT).payload == VenuePayload(
            Purpose.ROTATING, 2, 77, STEP % 256
        )


class TestSpellings:
    @pytest.mark.parametrize(
        "text",
        [
            "{}",
            "HTTPS://WEEK.EXAMPLE.CN/C/{}",
            "https://week.example.cn/c/{}",
            "https://week.example.cn/c/{}/",
            "https://week.example.cn/c/{}?from=singlemessage&isappinstalled=0",
            "https://week.example.cn/c/{}/?from=groupmessage#top",
            "  HTTP://127.0.0.1:8000/C/{}\r\n",
        ],
    )
    @pytest.mark.parametrize("fold", [str, str.lower, str.swapcase], ids=["as it is", "lower", "CapsLock"])
    @pytest.mark.parametrize("token", [SMALL_TEXT, PRINTED_TEXT], ids=["pass", "venue"])
    def test_the_last_path_segment_is_what_is_read(self, text, fold, token):
        scanned = text.format(fold(token))
        assert signatures.last_segment(scanned) == token
        assert signatures.parse_code(scanned) == signatures.parse_code(token)

    def test_a_whole_address_in_caps_lock(self):
        assert (
            signatures.parse_code("https://WEEK.example.CN/c/".swapcase() + SMALL_TEXT.swapcase()).payload
            == SMALL
        )


class TestForeign:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "/",
            "https://week.example.cn/",
            "wxp://f2f0AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-",
            "https://qr.alipay.com/fkx01234abcdefghijklmnop",
            "https://u.wechat.com/EAbcdefghijklmnopqrstuvwxyz23",
            "https://health.example.gov.cn/code?token=" + PRINTED_TEXT,
            "WIFI:T:WPA;S:guest;P:secret;;",
            "BEGIN:VCARD\nN:Li;Lei\nEND:VCARD",
            "6901234567892",
            "签到" * 12,
            "A" * 24,  # version 0
            "A" * 128,
            "CA" + "A" * 22,  # version 1, purpose 0
            "CU" + "A" * 126,  # the purpose of a venue code at a pass's length
            "CE" + "A" * 22,  # the purpose of a pass at a venue code's length
            SMALL_TEXT[:-1],
            SMALL_TEXT + "A",
            PRINTED_TEXT[:-1] + "1",  # not in the alphabet
            PRINTED_TEXT[:-1] + "=",
            PRINTED_TEXT[:10] + " " + PRINTED_TEXT[10:],
            PRINTED_TEXT.replace("S", "ſ"),  # upper-cased elsewhere, a long s turns into S
            PRINTED_TEXT + "\n" + PRINTED_TEXT,
        ],
    )
    def test_is_not_ours(self, text):
        with pytest.raises(UnknownCodeError):
            signatures.parse_code(text)

    @given(st.text(max_size=200))
    def test_no_text_does_anything_else(self, text):
        with pytest.raises(UnknownCodeError):
            signatures.parse_code(text)


class TestTampering:
    @pytest.mark.parametrize("place", range(80))
    def test_every_byte_of_a_pass_is_guarded(self, place):
        changed = _flip(b32decode(SMALL_TEXT), place)
        assert not _passes(changed)

    @pytest.mark.parametrize("text", [PRINTED_TEXT, ROTATING_TEXT])
    @pytest.mark.parametrize("place", range(15))
    def test_every_byte_of_a_venue_code_is_guarded(self, text, place):
        changed = _flip(b32decode(text), place)
        assert _venue_answer(changed) in ("not ours", "bad")

    @pytest.mark.parametrize("place", range(25))
    def test_every_byte_of_a_long_venue_code_is_guarded(self, place):
        for purpose in (Purpose.PRINTED, Purpose.ROTATING):
            raw = b32decode(seal_venue(purpose, mac_bytes=LONG_MAC))
            assert _venue_answer(raw, LONG_MAC) == "ok"
            assert _venue_answer(_flip(raw, place), LONG_MAC) in ("not ours", "bad")

    def test_a_mac_of_another_length_than_the_key_says_is_none(self):
        for purpose in (Purpose.PRINTED, Purpose.ROTATING):
            raw = b32decode(seal_venue(purpose, mac_bytes=LONG_MAC))
            assert _venue_answer(raw, SHORT_MAC) == "bad"
            assert _venue_answer(raw[:15], SHORT_MAC) == "ok"
            assert _venue_answer(raw[:15], LONG_MAC) == "bad"

    def test_another_key_signs_nothing(self):
        other = bytes(32)
        public = Ed25519PrivateKey.from_private_bytes(other).public_key().public_bytes_raw()
        assert signatures.verify_pass(signatures.parse_code(SMALL_TEXT), PUBLIC)
        assert not signatures.verify_pass(signatures.parse_code(SMALL_TEXT), public)
        assert signatures.verify_venue(signatures.parse_code(PRINTED_TEXT), other, MOMENT) == "bad"

    def test_a_venue_code_never_reads_as_a_pass_nor_the_reverse(self):
        assert isinstance(signatures.parse_code(SMALL_TEXT).payload, PassPayload)
        assert isinstance(signatures.parse_code(PRINTED_TEXT).payload, VenuePayload)
        # The bytes of one, continued to the length of the other, with the purposes exchanged as well.
        for raw in (b32decode(PRINTED_TEXT) + bytes(65), b32decode(SMALL_TEXT)[:15]):
            for purpose in range(16):
                forged = b32encode(bytes([1 << 4 | purpose]) + raw[1:]).decode()
                assert _verdict(forged) in ("not ours", "bad")

    def test_one_signature_does_not_serve_the_other_purpose(self):
        # The same payload signed without the pass's context.
        signature = Ed25519PrivateKey.from_private_bytes(SECRET).sign(b"openweek-venue\x01" + SMALL.pack())
        assert not _passes(SMALL.pack() + signature)


class TestRotating:
    @pytest.mark.parametrize(
        ("age", "answer"),
        [
            *(
                (-200, "bad"),
                (-2, "old"),
                (-1, "ok"),
                (0, "ok"),
                (1, "ok"),
                (2, "ok"),
                (3, "old"),
                (127, "old"),
            ),
            *((128, "old"), (256, "old"), (2880, "old"), (8 * 2880, "old"), (9 * 2880, "bad")),
        ],
    )
    def test_good_now_two_steps_old_and_one_ahead(self, age, answer):
        sealed = signatures.parse_code(seal_venue(Purpose.ROTATING, step=STEP - age))
        assert signatures.verify_venue(sealed, SECRET, MOMENT) == answer

    def test_steps_change_on_the_half_minute(self):
        sealed = signatures.parse_code(ROTATING_TEXT)
        assert signatures.verify_venue(sealed, SECRET, STEP * 30 - 30) == "ok"
        assert signatures.verify_venue(sealed, SECRET, STEP * 30 - 30.001) == "old"
        assert signatures.verify_venue(sealed, SECRET, STEP * 30 + 89.999) == "ok"
        assert signatures.verify_venue(sealed, SECRET, STEP * 30 + 90) == "old"

    def test_a_printed_code_knows_no_time(self):
        assert signatures.verify_venue(signatures.parse_code(PRINTED_TEXT), SECRET, 0.0) == "ok"
        assert signatures.verify_venue(signatures.parse_code(PRINTED_TEXT), SECRET, 4e9) == "ok"

    def test_at_the_beginning_of_time(self):
        assert (
            signatures.verify_venue(signatures.parse_code(seal_venue(Purpose.ROTATING, step=0)), SECRET, 0.0)
            == "ok"
        )
        assert signatures.verify_venue(signatures.parse_code(ROTATING_TEXT), SECRET, 0.0) == "bad"


def whole(most):
    return st.integers(0, most)


@given(
    payload=st.builds(
        PassPayload,
        purpose=st.sampled_from([1, 2, 3]),
        key_id=whole(255),
        campaign=whole(2**16 - 1),
        group=whole(255),
        headcount=whole(999),
        event=whole(2**32 - 1),
        serial=whole(2**40 - 1),
    )
)
def test_a_pass_survives_the_round_trip(payload):
    text = signatures.sign_pass(payload, SECRET)
    sealed = signatures.parse_code(f"https://week.example.cn/c/{text.lower()}/?from=singlemessage")
    assert (len(text), sealed.payload, signatures.verify_pass(sealed, PUBLIC)) == (128, payload, True)


@given(key_id=whole(255), number=whole(2**32 - 1), issue=st.integers(1, 255), seconds=st.floats(0, 4e9))
def test_a_venue_code_survives_the_round_trip(key_id, number, issue, seconds):
    step = signatures.step_at(seconds)
    for purpose, turn in ((Purpose.PRINTED, issue), (Purpose.ROTATING, step % 256)):
        text = signatures.sign_venue(purpose, key_id, number, SECRET, issue=issue, step=step)
        sealed = signatures.parse_code(f"HTTPS://WEEK.EXAMPLE.CN/V/{text}")
        assert (len(text), sealed.payload) == (24, VenuePayload(purpose, key_id, number, turn))
        assert signatures.verify_venue(sealed, SECRET, seconds) == "ok"


def _flip(raw, place):
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def _read(raw):
    try:
        return signatures.parse_code(b32encode(raw).decode().rstrip("="))
    except UnknownCodeError:
        return None


def _passes(raw):
    sealed = _read(raw)
    return sealed is not None and signatures.verify_pass(sealed, PUBLIC)


def _venue_answer(raw, mac_bytes=SHORT_MAC):
    sealed = _read(raw)
    return signatures.verify_venue(sealed, SECRET, MOMENT, mac_bytes) if sealed else "not ours"


def _verdict(text):
    try:
        sealed = signatures.parse_code(text)
    except UnknownCodeError:
        return "not ours"
    if isinstance(sealed.payload, PassPayload):
        return "ok" if signatures.verify_pass(sealed, PUBLIC) else "bad"
    return signatures.verify_venue(sealed, SECRET, MOMENT)


@pytest.mark.parametrize("count", [0, 1, signatures.MANY - 1, signatures.MANY, 3 * signatures.MANY + 1])
def test_many_signatures_are_answered_in_their_order(count):
    """On several processors from MANY on; each third one is forged."""
    genuine = signatures.parse_code(SMALL_TEXT)
    forged = signatures.UnverifiedPass(LARGE, genuine.signature)
    signed = [(genuine if number % 3 else forged, PUBLIC) for number in range(count)]
    assert signatures.verify_passes(signed) == [number % 3 > 0 for number in range(count)]
