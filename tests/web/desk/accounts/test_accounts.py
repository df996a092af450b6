"""Accounts are made at the desk: invited, given a new password, closed, reopened; each within its reach."""

import re
from datetime import timedelta

import pytest

from models import clock
from models.accounts.tables import AccountInvitation, PasswordReset
from models.audit.chain import verify_chain
from models.audit.tables import AuditEntry
from models.db import db
from models.imports.uploads import UploadedFile
from models.organizations.tables import Account, find_account
from models.publishing.review import ReviewClaim
from tests.support.records.people import PASSWORD, sign_in
from tests.support.records.week import NINE

NEW = "xin@example.cn"
CHOSEN = "a lamp by the river"


@pytest.fixture
def stranger(app):
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def invite(client, email=NEW, organization="灌云县知识产权局", role="organizer", region="", **more):
    data = {"email": email, "organization": organization, "role": role, "region": region, **more}
    return client.post("/desk/accounts/invite", data=data)


def link_on(client, path="/desk/accounts/") -> str:
    """The link that a page shows once, as a path."""
    page = client.get(path).text
    found = re.search(r'id="shown"[^>]*value="http://openweek\.test([^"]+)"', page)
    assert found
    return found[1]


def open_link(client, link):
    """As the page's script does it: what stands after the # is posted."""
    path, _mark, secret = link.partition("#")
    answer = client.post(path, data={"secret": secret})
    return client.get(answer.location) if answer.status_code == 303 else answer


def choose(client, link, password=CHOSEN, again=None):
    opened = open_link(client, link)
    if opened.status_code != 200:
        return opened
    form = {"new": password, "again": password if again is None else again}
    return client.post(link.partition("#")[0] + "/password", data=form)


def verbs() -> list[str]:
    return [entry.verb for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_from_the_invitation_to_the_desk(english, stranger, people):
    sign_in(english, people.lian)
    assert invite(english, " Xin@Example.cn ").location == "/desk/accounts/"
    link = link_on(english)
    page = english.get("/desk/accounts/").text
    assert (link in page, NEW in page) == (False, True)  # the link is shown once
    assert link.rpartition("#")[2] not in {row.digest for row in db.session.query(AccountInvitation)}
    answer = open_link(stranger, link)
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "same-origin")
    assert "灌云县知识产权局" in answer.text
    for typed, sentence in (
        (("short",), "A password needs at least 8 characters."),
        (("password1",), "This password is too easy to guess"),
        ((NEW,), "The password must not be your e-mail address"),
        ((CHOSEN, "another"), "The two new passwords differ."),
    ):
        answer = choose(stranger, link, *typed)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert choose(stranger, link).location == "/desk/"
    assert stranger.get("/desk/").status_code == 200
    account = find_account(NEW)
    assert (account.role, account.organization_id) == ("organizer", people.gu.organization_id)
    assert choose(stranger, link).status_code == 404  # once
    assert verbs() == ["signed_in", "invited", "invitation_accepted", "signed_in"]
    assert verify_chain().broken_at is None


def test_an_invitation_ends(english, stranger, people):
    sign_in(english, people.lian)
    invite(english)
    first = link_on(english)
    invite(english)  # again: the first ends
    second = link_on(english)
    assert [open_link(stranger, link).status_code for link in (first, second)] == [404, 200]
    row = db.session.query(AccountInvitation).filter_by(revoked_at=None).one()
    assert english.post(f"/desk/accounts/invitations/{row.id}/revoke").status_code == 303
    answer = open_link(stranger, second)
    assert (answer.status_code, "ask the person who invited you" in answer.text) == (404, True)
    assert english.post(f"/desk/accounts/invitations/{row.id}/revoke").status_code == 404
    invite(english)
    third = link_on(english)
    row = db.session.query(AccountInvitation).filter_by(revoked_at=None).one()
    assert timedelta(days=6, hours=23) < row.expires_at - clock.now() <= timedelta(days=7)
    row.expires_at = clock.now()
    db.session.commit()
    assert choose(stranger, third).status_code == 404
    assert find_account(NEW) is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody"}, "“nobody” is not an e-mail address."),
        ({"email": "gu@example.cn"}, "There is already an account for gu@example.cn."),
        ({"organization": " "}, "Please name the organization."),
        ({"role": "committee"}, "The role must be one of organizer, office"),
        ({"role": "king"}, "The role must be one of organizer, office"),
        ({"region": "nowhere"}, "“nowhere” was not recognised as a region."),
        ({"organization": "新单位", "region": "110105"}, "This region is outside your own."),
    ],
)
def test_what_does_not_fit_is_said_and_stays_in_the_form(english, people, fields, sentence):
    sign_in(english, people.lian)
    answer = invite(english, **fields)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (fields.get("email", NEW)) in answer.text
    assert db.session.query(AccountInvitation).count() == 0


def test_a_new_organization_lies_in_the_region_of_the_office(english, people):
    sign_in(english, people.su)
    invite(english, "a@example.cn", "新单位甲")
    invite(english, "b@example.cn", "新单位乙", role="office", region="江苏省 连云港市 灌云县")
    invite(english, "c@example.cn", "灌云县知识产权局")
    rows = db.session.query(AccountInvitation).order_by(AccountInvitation.id).all()
    assert [row.organization.region_code for row in rows] == ["320000", "320723", "320723"]
    assert rows[2].organization_id == people.gu.organization_id


def test_an_alike_organization_is_offered_before_a_new_one(english, people):
    sign_in(english, people.lian)
    answer = invite(english, "a@example.cn", "灌云县知识产权局（演练）")
    assert (answer.status_code, "which is known here" in answer.text) == (422, True)
    assert ("灌云县知识产权局" in answer.text, 'value="a@example.cn"' in answer.text) == (True, True)
    assert db.session.query(AccountInvitation).count() == 0
    assert invite(english, "a@example.cn", "灌云县知识产权局（演练）", is_another="1").status_code == 303
    [row] = db.session.query(AccountInvitation).all()
    assert row.organization.name == "灌云县知识产权局（演练）"


def test_the_committee_invites_anybody(english, people):
    sign_in(english, people.cui)
    invite(english, "a@example.cn", "某省办公室", role="office", region="650000")
    invite(english, "b@example.cn", "国家知识产权局", role="committee")
    invite(english, "c@example.cn", "没有地区的单位")
    answer = invite(english, "d@example.cn", "没有地区的办公室", role="office")
    assert "An office needs a region." in answer.text
    rows = db.session.query(AccountInvitation).order_by(AccountInvitation.id).all()
    assert [(row.role, row.organization.region_code) for row in rows] == [
        ("office", "650000"),
        ("committee", "110000"),
        ("organizer", None),
    ]


def test_organizers_manage_nobody(english, people):
    sign_in(english, people.gu)
    assert english.get("/desk/accounts/").status_code == 404
    assert invite(english).status_code == 404
    assert english.get(f"/desk/accounts/{people.he.id}").status_code == 404
    assert "/desk/accounts/" not in english.get("/desk/").text


def test_who_reaches_whom(english, people):
    everybody = (people.gu, people.wang, people.lian, people.su, people.bao, people.cui)
    reached = {}
    for person in (people.lian, people.su, people.bao, people.cui):
        sign_in(english, person)
        answers = [english.get(f"/desk/accounts/{other.id}").status_code for other in everybody]
        reached[person.email[:4]] = [answer == 200 for answer in answers]
        listed = english.get("/desk/accounts/").text
        assert [
            other.email in re.sub(r"<footer.*", "", listed, flags=re.S) for other in everybody
        ] == reached[person.email[:4]]
    assert reached == {
        "lian": [True, True, True, False, False, False],
        "su@e": [True, True, True, True, False, False],
        "bao@": [False, False, False, False, True, False],
        "cui@": [True] * 6,
    }
    sign_in(english, people.lian)
    for act in ("reset", "close", "reopen"):
        assert english.post(f"/desk/accounts/{people.su.id}/{act}").status_code == 404


def test_an_office_of_the_committees_region_does_not_reach_the_committee(english, people):
    people.lian.organization.region_code = "110000"
    db.session.commit()
    sign_in(english, people.lian)
    assert english.get(f"/desk/accounts/{people.cui.id}").status_code == 404


def test_an_office_of_the_committees_region_gives_no_look_at_the_country(english, people):
    people.lian.organization.region_code = "110000"
    db.session.commit()
    sign_in(english, people.lian)
    answer = invite(english, organization="国家知识产权局", role="viewer")
    assert (answer.status_code, "outside your reach" in answer.text) == (422, True)
    assert db.session.query(AccountInvitation).count() == 0


def test_an_office_of_a_line_stays_in_it(english, people):
    sign_in(english, people.fa)
    reached = [english.get(f"/desk/accounts/{one.id}").status_code for one in (people.wang, people.gu)]
    assert reached == [200, 404]
    assert invite(english, "a@example.cn", "灌云县人民法院").status_code == 303
    answer = invite(english, "b@example.cn", "灌云县人民法院", role="office")
    assert (answer.status_code, "is not limited to your sector" in answer.text) == (422, True)
    assert invite(english, "c@example.cn", "连云港市中级人民法院", "office", "320700").status_code == 303
    rows = db.session.query(AccountInvitation).order_by(AccountInvitation.id).all()
    made = rows[1].organization
    assert (made.line, made.line_limited, made.region_code) == ("courts", True, "320700")
    assert len(rows) == 2


def test_the_search(english, people):
    sign_in(english, people.cui)
    page = search(english, "法院")
    assert ("wang@example.cn" in page, "gu@example.cn" in page) == (True, False)
    assert "1 account<" in search(english, "WANG")
    assert "No account found." in search(english, "%")
    assert "wang@example.cn" in english.get("/desk/accounts/").text  # of a fresh page nothing is left out


def search(client, text: str) -> str:
    return client.get(client.post("/desk/accounts/", data={"q": text}).location).text


def test_a_password_set_anew_by_link(app, english, stranger, people):
    sign_in(stranger, people.gu)
    sign_in(english, people.lian)
    path = f"/desk/accounts/{people.gu.id}"
    english.post(path + "/reset")
    first = link_on(english, path)
    english.post(path + "/reset")
    link = link_on(english, path)
    assert [open_link(app.test_client(), one).status_code for one in (first, link)] == [404, 200]
    other = app.test_client()
    assert choose(other, link, "short").status_code == 422
    assert choose(other, link).status_code == 303
    assert (other.get("/desk/").status_code, stranger.get("/desk/").status_code) == (200, 303)
    assert choose(other, link).status_code == 404
    for password, status in ((PASSWORD, 422), (CHOSEN, 303)):
        answer = stranger.post("/desk/sign-in", data={"email": "gu@example.cn", "password": password})
        assert answer.status_code == status
    assert verbs().count("reset_link_created") == 2


def test_a_link_is_over_after_a_day(runner, stranger, people):
    answer = runner.invoke(args=["account", "reset", "gu@example.cn"])
    link = answer.stdout.strip().removeprefix("http://openweek.test")
    assert open_link(stranger, link).status_code == 200
    row = db.session.query(PasswordReset).one()
    assert timedelta(hours=23) < row.expires_at - clock.now() <= timedelta(hours=24)
    row.expires_at = clock.now()
    db.session.commit()
    assert (open_link(stranger, link).status_code, choose(stranger, link).status_code) == (404, 404)
    answer = runner.invoke(args=["account", "reset", "nobody@example.cn"])
    assert (answer.exit_code, len(answer.stderr.strip().splitlines())) == (2, 1)


def test_a_reset_ends_the_slowing_down(english, stranger, runner, people):
    for _guess in range(6):
        stranger.post("/desk/sign-in", data={"email": "gu@example.cn", "password": "a guess"})
    link = runner.invoke(args=["account", "reset", "gu@example.cn"]).stdout.strip()
    choose(english, link.removeprefix("http://openweek.test"))
    answer = stranger.post("/desk/sign-in", data={"email": "gu@example.cn", "password": CHOSEN})
    assert answer.status_code == 303


def test_an_account_is_closed_and_hands_over(app, english, stranger, people):
    campaign, now = people.lecture.campaign_id, clock.now()
    sign_in(stranger, people.gu)
    stranger.post("/desk/account/tokens", data={"name": "dashboard", "scope": "figures"})
    token = re.search(r"owp_[\w-]{43}", stranger.get("/desk/account/").text)[0]
    figures = f"/api/v1/figures?campaign={campaign}"
    bearer = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get(figures, headers=bearer).status_code == 200
    day = timedelta(days=1)
    file = UploadedFile(
        account_id=people.gu.id, campaign_id=campaign, name="a.csv", digest="0" * 64, data=b"", created_at=now,
        expires_at=now + day,
    )  # fmt: skip
    claim = ReviewClaim(event_id=people.lecture.id, account_id=people.gu.id, until=now + day)
    db.session.add_all([file, claim])
    db.session.commit()
    sign_in(english, people.lian)
    path = f"/desk/accounts/{people.gu.id}"
    assert english.post(path + "/close", data={"successor": people.wang.id}).status_code == 409
    assert english.post(path + "/close", data={"successor": people.he.id}).status_code == 303
    assert db.session.query(UploadedFile).one().account_id == people.he.id
    assert db.session.query(ReviewClaim).count() == 0
    assert stranger.get("/desk/").status_code == 303
    assert app.test_client().get(figures, headers=bearer).status_code == 401
    again = {"email": "gu@example.cn", "password": PASSWORD}
    assert stranger.post("/desk/sign-in", data=again).status_code == 422
    assert [english.post(f"{path}/{act}").status_code for act in ("close", "reset")] == [409, 409]
    assert "Reopen the account" in english.get(path).text
    assert english.post(path + "/reopen").status_code == 303
    assert english.post(path + "/reopen").status_code == 409
    assert stranger.post("/desk/sign-in", data=again).status_code == 303
    assert app.test_client().get(figures, headers=bearer).status_code == 401
    assert verbs()[-4:] == ["account_closed", "sign_in_failed", "account_reopened", "signed_in"]


def test_nobody_closes_the_own_account(english, people):
    sign_in(english, people.lian)
    assert english.post(f"/desk/accounts/{people.lian.id}/close").status_code == 409
    assert "Close the account" not in english.get(f"/desk/accounts/{people.lian.id}").text


def test_invitations_of_a_closed_account_end(english, stranger, people):
    sign_in(english, people.lian)
    invite(english)
    link = link_on(english)
    sign_in(english, people.su)
    english.post(f"/desk/accounts/{people.lian.id}/close")
    assert open_link(stranger, link).status_code == 404


class TestTokens:
    def test_made_listed_revoked(self, english, people):
        sign_in(english, people.gu)
        assert english.post("/desk/account/tokens", data={"name": " "}).status_code == 400
        for name in ("dashboard", "nightly"):
            english.post("/desk/account/tokens", data={"name": name, "scope": "figures"})
            assert len(re.findall(r"owp_[\w-]{43}", english.get("/desk/account/").text)) == 1
        page = english.get("/desk/account/").text
        assert ("owp_" in page, page.count("<strong>dashboard")) == (False, 1)
        numbers = re.findall(r"/desk/account/tokens/(\d+)/revoke", page)
        assert english.post(f"/desk/account/tokens/{numbers[0]}/revoke").status_code == 303
        assert english.post(f"/desk/account/tokens/{numbers[0]}/revoke").status_code == 404
        sign_in(english, people.he)
        assert english.post(f"/desk/account/tokens/{numbers[1]}/revoke").status_code == 404
        assert verbs().count("token_created") == 2

    def test_not_more_than_twenty(self, english, people):
        sign_in(english, people.gu)
        answers = [
            english.post("/desk/account/tokens", data={"name": str(number), "scope": "read"}).status_code
            for number in range(21)
        ]
        assert answers == [303] * 20 + [409]


def test_no_question_a_row(english, people, count_queries):
    sign_in(english, people.cui)
    counts = []
    for turn in range(2):
        with count_queries() as queries:
            english.get("/desk/accounts/")
        counts.append(len(queries))
        for number in range(30):
            db.session.add(
                Account(
                    email=f"p{turn}-{number}@example.cn", organization=people.gu.organization, role="organizer",
                    created_at=NINE,
                )
            )  # fmt: skip
        db.session.commit()
    assert counts[0] == counts[1]
