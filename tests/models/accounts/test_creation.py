"""Accounts are made for an organization that is there, or is made with them."""

import pytest

from models.accounts import creation, tokens
from models.db import db
from models.errors import Mistake, NotFound
from models.organizations.tables import Organization, find_token
from tests.support.records.week import NINE, load_week


@pytest.fixture(autouse=True)
def week(app):
    return load_week()


def enrol(email="gu@example.cn", organization="灌云县知识产权局", role="organizer", **more):
    secret = more.pop("password", "long enough")
    return creation.create_account(email, organization, role, secret, NINE, **more)


def test_a_new_name_makes_the_organization_once():
    first = enrol(region="320723", line="ip-offices")
    second = enrol("he@example.cn")
    assert first.organization == second.organization
    assert (first.organization.region_code, first.organization.line) == ("320723", "ip-offices")


def test_a_number_names_an_organization():
    first = enrol()
    assert enrol("he@example.cn", str(first.organization_id)).organization == first.organization


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody"}, "“nobody” is not an e-mail address."),
        ({"organization": " "}, "Please name the organization."),
        ({"organization": "99"}, "There is no organization with the number “99”."),
        ({"organization": "9" * 60}, f"There is no organization with the number “{'9' * 40}”."),
        ({"region": "999999"}, "There is no region with the code “999999”."),
        ({"line": "weather"}, "There is no sector “weather” in this week."),
        ({"role": "office"}, "An office needs a region. Add it with --region, for example --region 320700."),
        ({"password": "short"}, "A password needs at least 8 characters."),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_kept(fields, sentence):
    with pytest.raises(Mistake) as caught:
        enrol(**fields)
    assert str(caught.value) == sentence
    assert db.session.query(Organization).count() == 0


def test_a_name_that_fits_several_asks_for_the_number():
    ids = [enrol(f"{code}@example.cn", region=code).organization_id for code in ("320700", "320723")]
    with pytest.raises(Mistake) as caught:
        enrol("third@example.cn")
    assert str(caught.value).endswith(f"Use a number instead: {ids[0]}, {ids[1]}.")
    assert enrol("third@example.cn", region="320723").organization_id == ids[1]


def test_a_token_is_the_persons_until_the_account_closes():
    account = enrol()
    token = tokens.new_token_of("GU@example.cn", NINE)
    found = find_token(token)
    assert (found.account, found.scopes) == (account, ["figures"])
    account.closed_at = NINE
    assert find_token(token) is None


def test_no_token_for_a_stranger():
    with pytest.raises(NotFound):
        tokens.new_token_of("nobody@example.cn", NINE)
