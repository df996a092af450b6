"""A breached password is refused on the page, in the reader's language."""

import hashlib

import pytest

from tests.support.records.people import PASSWORD, sign_in

BREACHED = "a long sentence that leaked"


@pytest.fixture
def settings(settings, tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text(hashlib.sha1(BREACHED.encode(), usedforsecurity=False).hexdigest().upper() + ":3\n")
    return settings | {"OPENWEEK_BREACHED_PASSWORDS": str(path)}


def test_refused_in_both_languages(client, people):
    sign_in(client, people.gu)
    for language, sentence in (
        ("en", "This password is known from a breach of other services"),
        ("zh", "这个密码已在其他服务的泄露事件中外泄"),
    ):
        form = {"current": PASSWORD, "new": BREACHED, "again": BREACHED}
        answer = client.post("/desk/account/password", data=form, headers={"Accept-Language": language})
        assert (answer.status_code, sentence in answer.text) == (422, True)
