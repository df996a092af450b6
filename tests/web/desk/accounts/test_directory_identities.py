"""An account belongs to one person at the directory, by issuer and `sub`: an address that is given to somebody else there takes
no account."""

import json

import pytest
from sqlalchemy import select

from models import clock
from models.accounts import directory_identities
from models.accounts.directory_identities import DirectoryIdentity, Identity, OtherPerson
from models.audit.tables import OPERATOR, AuditEntry
from models.db import db, transaction
from tests.support.records.people import PASSWORD, sign_in
from tests.support.servers.directory import CLIENT, SECRET, through
from tests.web.desk.accounts.test_second_factor import add_app

GU = {"email": "gu@example.cn", "email_verified": True}
OTHER = "belongs to another person at the directory"


def identities() -> list[tuple[str, int]]:
    db.session.expire_all()
    rows = db.session.scalars(select(DirectoryIdentity).order_by(DirectoryIdentity.id))
    return [(row.subject, row.account_id) for row in rows]


def entries() -> list[tuple[str, str]]:
    rows = db.session.query(AuditEntry).order_by(AuditEntry.id)
    return [(entry.verb, entry.subject and entry.subject_id) for entry in rows]


@pytest.fixture
def settings(settings, issuer):
    return settings | {
        "OPENWEEK_OIDC_ISSUER": issuer.url,
        "OPENWEEK_OIDC_CLIENT_ID": CLIENT,
        "OPENWEEK_OIDC_CLIENT_SECRET": SECRET,
    }


@pytest.fixture
def other(app):
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_first_sign_in_binds_and_a_reassigned_address_takes_no_account(english, other, people, issuer):
    assert through(english, issuer, sub="7", **GU).status_code == 303
    assert identities() == [("7", people.gu.id)]
    # The directory gives the address to somebody else.
    answer = through(other, issuer, sub="8", **GU)
    assert (answer.status_code, OTHER in answer.text) == (422, True)
    assert other.get("/desk/").status_code == 303
    assert identities() == [("7", people.gu.id)]
    assert entries() == [
        ("directory_bound", people.gu.id), ("signed_in", people.gu.id), ("sign_in_failed", people.gu.id),
    ]  # fmt: skip
    failed = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert json.loads(failed.detail) == {"method": "directory", "other_person": True}


def test_who_is_bound_gets_in_whatever_the_address_is_now(english, people, issuer):
    through(english, issuer, sub="7", **GU)
    for claims in (
        {"email": "married@example.cn", "email_verified": True},
        {"email": "he@example.cn", "email_verified": True},  # that of a colleague's account
        {"email": "gu@example.cn", "email_verified": False},
        {},
    ):
        english.post("/desk/sign-out")
        assert through(english, issuer, sub="7", **claims).status_code == 303
        assert "gu@example.cn" in english.get("/desk/").text
    assert identities() == [("7", people.gu.id)]


def test_subjects_differ_by_case_and_one_of_another_issuer_is_another_person(english, other, people, issuer):
    through(english, issuer, sub="Ab", **GU)
    assert through(other, issuer, sub="aB", **GU).status_code == 422
    elsewhere = Identity("https://elsewhere.example", "Ab")
    found = directory_identities.account_of_identity(elsewhere, "he@example.cn", clock.now(), OPERATOR)
    assert found.id == people.he.id


@pytest.mark.parametrize("sub", ["", None, 7, "a\nb", "x" * 256])
def test_a_subject_that_none_can_have_opens_nothing(english, people, issuer, sub):
    answer = through(english, issuer, sub=sub, **GU)
    assert (answer.status_code, "did not confirm the sign-in" in answer.text) == (422, True)
    assert identities() == []


def test_an_account_with_a_second_factor_is_bound_after_it(english, other, people, issuer):
    """Else who has the address but no second factor would shut the owner out."""
    sign_in(english, people.gu)
    _secret, codes = add_app(english)
    english.post("/desk/sign-out")
    assert through(other, issuer, sub="8", **GU).location == "/desk/sign-in/code"
    assert identities() == []
    assert through(english, issuer, sub="7", **GU).location == "/desk/sign-in/code"
    assert english.post("/desk/sign-in/code", data={"code": codes[0]}).location == "/desk/"
    assert identities() == [("7", people.gu.id)]
    # Who waited at the second step meanwhile is too late, also with a right code.
    assert other.post("/desk/sign-in/code", data={"code": codes[1]}).status_code == 422
    assert other.get("/desk/").status_code == 303


def test_a_password_after_the_directory_binds_nobody(english, people, issuer):
    """What the directory said belongs to the account that it led to."""
    sign_in(english, people.gu)
    add_app(english)
    english.post("/desk/sign-out")
    through(english, issuer, sub="7", **GU)
    sign_in(english, people.he)
    assert identities() == []


def test_the_owner_releases_it_with_the_password(english, other, people, issuer):
    through(english, issuer, sub="7", **GU)
    assert "belongs to one person at the directory" in english.get("/desk/account/").text
    answer = english.post("/desk/account/release-directory", data={"password": "wrong"})
    assert (answer.status_code, "This is not your current password." in answer.text) == (422, True)
    assert identities() == [("7", people.gu.id)]
    answer = english.post("/desk/account/release-directory", data={"password": PASSWORD})
    assert answer.location == "/desk/account/?done=directory"
    assert "is released from the directory" in english.get(answer.location).text
    assert identities() == []
    assert english.post("/desk/account/release-directory", data={"password": PASSWORD}).status_code == 409
    assert through(other, issuer, sub="8", **GU).status_code == 303
    assert identities() == [("8", people.gu.id)]
    assert [verb for verb, _subject in entries()] == [
        "directory_bound", "signed_in", "sign_in_failed", "directory_released", "directory_bound", "signed_in",
    ]  # fmt: skip


def test_who_manages_the_account_releases_it_and_its_sessions_end(english, other, people, issuer):
    through(other, issuer, sub="7", **GU)
    path = f"/desk/accounts/{people.gu.id}"
    sign_in(english, people.wang)
    assert english.post(path + "/release-directory").status_code == 404
    sign_in(english, people.lian)
    assert "belongs to one person at the directory" in english.get(path).text
    assert english.post(path + "/release-directory").location == path
    assert (identities(), other.get("/desk/").status_code) == ([], 303)
    assert "belongs to one person at the directory" not in english.get(path).text
    assert ("directory_released", people.gu.id) in entries()
    assert "released from the directory" in english.get("/desk/audit/").text


def test_a_closed_account_stays_out_and_keeps_its_person(english, people, issuer):
    through(english, issuer, sub="7", **GU)
    people.gu.closed_at = clock.now()
    db.session.commit()
    assert through(english, issuer, sub="7", **GU).status_code == 422
    assert through(english, issuer, sub="7", email="he@example.cn", email_verified=True).status_code == 422
    assert identities() == [("7", people.gu.id)]


def test_of_two_at_once_one_is_bound(people):
    """What two first sign-ins find before either is bound, they may both write."""
    issuer, now = "https://login.example.cn", clock.now()
    with transaction():
        directory_identities.bind(people.gu, Identity(issuer, "7"), now, OPERATOR)
        directory_identities.bind(people.gu, Identity(issuer, "7"), now, OPERATOR)
    for account, subject in ((people.gu, "8"), (people.he, "7")):
        with pytest.raises(OtherPerson), transaction():
            directory_identities.bind(account, Identity(issuer, subject), now, OPERATOR)
    assert identities() == [("7", people.gu.id)]


def test_in_chinese(app, other, people, issuer):
    through(other, issuer, sub="7", **GU)
    answer = through(app.test_client(), issuer, sub="8", **GU)
    assert "您邮箱对应的账号在统一身份认证中属于另一个人" in answer.text
