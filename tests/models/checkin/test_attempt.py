"""The digest of an attempt: the ledger keeps it, so it stays the same."""

import hashlib
import json
from uuid import UUID

import pytest

from models.checkin.attempt import Attempt
from tests.support.records.week import NINE

ID = UUID("6f0c2c0e-6d3c-4f1e-9d5c-0d6d0f1c2b3a")


@pytest.mark.parametrize(
    ("attempt", "token"),
    [
        (Attempt(ID, "pass", NINE, code='https://week.example/c/abc"\\\x7f知\ud83d/'), 'ABC"\\\x7f知\ud83d'),
        (Attempt(ID, "pass", NINE, code="https://week.example/C/abc?x#y", headcount=12), "ABC"),
        (Attempt(ID, "pass", NINE, foreign_length=9, foreign_hash="0f" * 32), None),
        (Attempt(ID, "touch", NINE, group="青年", headcount=3, direction="out"), None),
        (Attempt(ID, "undo", NINE, undoes=UUID(int=7)), None),
        (Attempt(ID, "venue", NINE, group="youth", holder="b:12"), None),
    ],
)
def test_the_fingerprint_is_the_hash_of_the_content_as_a_json_list(
    attempt: Attempt, token: str | None
) -> None:
    code = token if token is None or token.isascii() else token.replace("ABC", "abc")
    at = "2024-04-22T01:00:00.000+00:00"
    content = [
        attempt.kind, at, code, attempt.direction, attempt.group, attempt.headcount, str(attempt.undoes), None,
        attempt.holder, attempt.foreign_hash,
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(content).encode()).digest()
    assert attempt.fingerprint() == attempt.fingerprint(code) == digest
