"""The key of drafts is an account's own, the same at each sign-in, and on no page that is not signed in."""

import re
from base64 import b64decode

from tests.support.records.people import sign_in

KEY = re.compile(r'<meta name="draft-key" content="([^"]+)" data-account="(\d+)">')


def test_each_account_has_its_own(client, people):
    found = []
    for account in (people.lian, people.gu, people.lian):
        sign_in(client, account)
        found.append(KEY.findall(client.get("/desk/").text))
        client.post("/desk/sign-out")
    assert found[0] == found[2]
    assert [account for ((_key, account),) in found] == [
        str(one.id) for one in (people.lian, people.gu, people.lian)
    ]
    assert len({key for ((key, _account),) in found}) == 2
    assert [len(b64decode(key)) for ((key, _account),) in found] == [32] * 3


def test_pages_that_are_not_signed_in_have_none(client, people):
    sign_in(client, people.lian)
    assert "draft-key" not in client.get("/").text
    client.post("/desk/sign-out")
    assert "draft-key" not in client.get("/desk/sign-in").text


def test_another_server_key_makes_another(app, client, people):
    sign_in(client, people.lian)
    before = KEY.findall(client.get("/desk/").text)
    app.config["SECRET_KEY"] = "another key of a server, long enough"
    sign_in(client, people.lian)
    assert KEY.findall(client.get("/desk/").text) != before
