"""One organization is one row: alike ones are offered, and merged with all that refers to them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.db import db, transaction
from models.errors import Mistake
from models.events.draft import OrganizationDraft, draft_of
from models.events.tables import Event
from models.figures.count import figures
from models.figures.filters import FiguresFilter
from models.figures.recount.comparison import verify
from models.imports.read_file import read_file
from models.organizations.tables import Organization
from models.organizations.tree import tree_of
from models.publishing import lifecycle
from models.publishing.organizations import merges
from tests.support.records.importing import import_rows
from tests.support.records.people import sign_in
from tests.support.records.week import A_MINUTE_PAST, NINE, make_device, make_event

BUREAU = "江苏省知识产权局"
SHORT = "江苏知识产权局"


@pytest.fixture
def thrice(people) -> list[Event]:
    """An event each of the office's own organization, of its name in another region, and of a short form of its name."""
    leads = (
        OrganizationDraft(BUREAU, "320000", "ip-offices"),
        OrganizationDraft(BUREAU, "320100"),
        OrganizationDraft(SHORT, "320000"),
    )
    return [
        make_event(people.lecture.campaign, f"宣传{number}", lead=lead, region_code="320723")
        for number, lead in enumerate(leads)
    ]


def merge_all(people, events: list[Event]) -> Organization:
    kept, *others = (event.lead for event in events)
    for other in others:
        merges.merge_organizations(kept, other, NINE, people.su)
    return kept


def uids(client, query: str) -> list[str]:
    text = client.get(f"/ip-2024/events.ics?{query}").text
    return sorted(line for line in text.splitlines() if line.startswith("UID:"))


def test_three_rows_become_one_and_everything_follows(client, people, thrice):
    make_device(thrice[1]).tally("public", headcount=7)
    ids = [event.lead_id for event in thrice]
    before = [(row.id, row.sequence) for event in thrice for row in event.occurrences]
    kept = merge_all(people, thrice)
    assert {event.lead_id for event in thrice} == {kept.id}
    assert [(row.id, row.sequence) for event in thrice for row in event.occurrences] == before
    assert [change.verb for change in thrice[1].changes] == ["created", "changed"]
    assert len(uids(client, f"organization={ids[0]}")) == 3
    for merged in ids[1:]:  # an id once published stays a valid value
        assert uids(client, f"organization={merged}") == uids(client, f"organization={ids[0]}")
    counted = figures(people.lecture.campaign, NINE, ("organization",), FiguresFilter())
    assert {row["organization"]: row["visits"] for row in counted.rows} == {kept.id: 7}
    assert verify(people.lecture.campaign).agrees


def test_the_next_file_of_that_name_finds_the_kept_one(people, thrice):
    kept = merge_all(people, thrice)
    table = f"活动名称,日期,主办单位,省,市\n新活动,2024-04-23,{BUREAU},江苏省,南京市\n"
    import_rows(people.lecture.campaign, read_file(table.encode(), "x.csv"), now=NINE + timedelta(hours=1))
    event = db.session.scalar(select(Event).where(Event.title == "新活动"))
    assert event.lead_id == kept.id
    standing = select(Organization).where(Organization.name == BUREAU, Organization.merged_into_id.is_(None))
    assert [row.id for row in db.session.scalars(standing)] == [kept.id]


def test_a_row_without_a_region_takes_that_of_the_kept_one(people):
    campaign, name = people.lecture.campaign, "南京市版权局"
    kept, other = (
        make_event(campaign, region, lead=OrganizationDraft(name, region)).lead
        for region in ("320000", "320100")
    )
    merges.merge_organizations(kept, other, NINE, people.su)
    table = f"编号,活动名称,日期,主办单位\n1,新活动,2024-04-23,{name}\n".encode()
    import_rows(campaign, read_file(table, "x.csv"), now=NINE)
    event = db.session.scalars(select(Event).where(Event.title == "新活动")).one()
    assert (event.lead_id, event.region_code) == (kept.id, "320000")


def test_sums_follow_where_the_line_comes_from_the_merged_one(people, thrice):
    campaign = people.lecture.campaign
    kept, other = (
        thrice[1],
        make_event(campaign, "另", lead=OrganizationDraft("江苏知识产权局", "320100", "courts")),
    )
    make_device(kept).tally("public", headcount=3)
    make_device(other).tally("public", headcount=4)
    lifecycle.withdraw(other, NINE)
    merges.merge_organizations(kept.lead, other.lead, NINE, people.su)
    assert (kept.lead.line, verify(campaign).differences, verify(campaign).agrees) == ("courts", [], True)


def test_no_merge_gives_an_office_another_region(english, people, thrice):
    own = people.lian.organization_id
    sign_in(english, people.su)
    answer = english.post(f"/desk/organizations/{thrice[0].lead_id}/same/{own}")
    assert (answer.status_code, "Keep that organization instead." in answer.text) == (400, True)
    assert db.session.get_one(Organization, own).merged_into_id is None


def test_the_committees_organization_is_merged_by_the_committee(people):
    court = people.wang.organization
    with pytest.raises(Mistake, match="Only the committee"):
        merges.merge_organizations(court, people.cui.organization, NINE, people.su)
    merges.merge_organizations(people.cui.organization, court, NINE, people.cui)
    assert court.merged_into_id == people.cui.organization_id


def test_accounts_of_the_merged_one_reach_the_events_of_the_kept_one(english, people, thrice):
    with transaction():
        people.he.organization_id = thrice[1].lead_id
    merge_all(people, thrice)
    sign_in(english, people.he)
    assert [english.get(f"/desk/events/{event.id}").status_code for event in thrice] == [200] * 3


def test_alike_ones_are_offered_and_merged_at_the_desk(english, people, thrice):
    sign_in(english, people.su)
    page = english.get("/desk/organizations/").text
    assert page.count("Same organization: keep this one") == 4  # two pairs
    first, second, third = (event.lead_id for event in thrice)
    assert f'href="/desk/organizations/{first}/same/{second}"' in page
    answer = english.post(f"/desk/organizations/{first}/same/{second}")
    assert answer.location == f"/desk/organizations/?kept={first}"
    assert "Both are now one:" in english.get(answer.location).text
    assert english.post(f"/desk/organizations/{first}/same/{second}").status_code == 404
    assert english.post(f"/desk/organizations/{first}/same/{first}").status_code == 409
    assert english.post(f"/desk/organizations/{first}/same/{third}").status_code == 303
    assert "Entered more than once" not in english.get("/desk/organizations/").text
    assert BUREAU in english.get(f"/desk/organizations/?q={BUREAU}").text
    assert "No organization found." in english.get("/desk/organizations/?q=zzzz").text


def test_before_a_merge_the_desk_says_what_will_happen(english, people, thrice):
    with transaction():
        people.he.organization_id = thrice[1].lead_id
        thrice[1].lead.publishes = True
    sign_in(english, people.su)
    first, second = thrice[0].lead_id, thrice[1].lead_id
    page = english.get(f"/desk/organizations/{first}/same/{second}").text
    for sentence in (
        "1 event moves to the organization that stays",
        "1 of them is public",
        "1 account belongs to the organization that stays from then on",
        "he@example.cn · organizer",
        "Publishes by itself: as the one that stays: No. For the other it was: Yes.",
        "This cannot be undone.",
        thrice[1].title,
    ):
        assert sentence in page
    assert db.session.get_one(Organization, second).merged_into_id is None
    assert english.get(f"/desk/organizations/{first}/same/{first}").status_code == 404
    refused = english.get(f"/desk/organizations/{first}/same/{people.lian.organization_id}").text
    assert ("Keep that organization instead." in refused, "Merge them" in refused) == (True, False)


def test_those_below_a_merged_one_are_named(english, people, thrice):
    with transaction():
        db.session.add(Organization(name="区科学技术局", region_code="320102", line="science"))
        thrice[1].lead.line = "science"
    sign_in(english, people.su)
    page = english.get(f"/desk/organizations/{thrice[0].lead_id}/same/{thrice[1].lead_id}").text
    assert ("1 organization stands below it" in page, "区科学技术局" in page) == (True, True)


@pytest.mark.parametrize("who", ["gu", "bao", "lian"])
def test_others_do_not_reach_them(english, people, thrice, who):
    sign_in(english, getattr(people, who))
    ids = [event.lead_id for event in thrice]
    assert english.get(f"/desk/organizations/{ids[0]}/same/{ids[1]}").status_code == 404
    assert english.post(f"/desk/organizations/{ids[0]}/same/{ids[1]}").status_code == 404
    if who == "gu":
        assert english.get("/desk/organizations/").status_code == 404
    else:
        assert BUREAU not in english.get("/desk/organizations/").text


def test_two_that_are_different_are_not_offered_again(english, people, thrice):
    sign_in(english, people.su)
    first, second, third = (event.lead_id for event in thrice)
    assert english.post(f"/desk/organizations/{third}/different/{first}").status_code == 303
    assert english.post(f"/desk/organizations/{third}/different/{first}").status_code == 303
    page = english.get("/desk/organizations/").text
    assert page.count("Same organization: keep this one") == 2
    assert f"/desk/organizations/{first}/same/{second}" in page
    assert english.post(f"/desk/organizations/{first}/different/{first}").status_code == 404
    sign_in(english, people.bao)
    assert english.post(f"/desk/organizations/{second}/different/{first}").status_code == 404


def test_a_difference_that_was_said_outlives_a_merge(english, people, thrice):
    """A merge puts the kept one's id into the pair, which may then stand the other way round."""
    sign_in(english, people.su)
    first, second, third = (event.lead_id for event in thrice)
    assert english.post(f"/desk/organizations/{first}/different/{third}").status_code == 303
    with transaction():
        newest = Organization(name="江苏省知产局", region_code="320000", line="ip-offices")
        db.session.add(newest)
    assert english.post(f"/desk/organizations/{newest.id}/same/{first}").status_code == 303
    page = english.get("/desk/organizations/").text
    assert f"/desk/organizations/{newest.id}/same/{third}" not in page
    assert f"/desk/organizations/{newest.id}/same/{second}" in page or "Entered more than once" not in page


def test_a_name_in_full_width_is_the_same_organization(people):
    leads = [
        OrganizationDraft(name, "320000")
        for name in ("江苏省律师协会(知识产权委)", "江苏省律师协会（知识产权委）")
    ]
    events = [make_event(people.lecture.campaign, f"普法{i}", lead=lead) for i, lead in enumerate(leads)]
    assert events[0].lead_id == events[1].lead_id


def test_the_tree_follows_region_and_line(people):
    rows = tree_of(merges.organizations_for(people.su))
    seen = [(row.organization.name, row.depth) for row in rows]
    assert seen == [
        ("江苏省高级人民法院", 0),
        ("灌云县人民法院", 1),
        ("江苏省知识产权局", 0),
        ("南京市知识产权局", 1),
        ("连云港市知识产权局", 1),
        ("灌云县宣传周办公室", 2),
        ("灌云县知识产权局", 2),
    ]


def test_an_office_above_sets_who_publishes_by_itself(english, people):
    sign_in(english, people.lian)
    own, bureau = people.lian.organization_id, people.gu.organization_id
    court = people.fa.organization_id
    assert "灌云县人民法院" in english.get("/desk/organizations/").text
    ways = {
        f"{bureau}/publishes": 303,
        f"{own}/publishes": 404,
        f"{court}/publishes": 404,
        f"{bureau}/limited": 404,  # of the same county: not above it
    }
    for way, status in ways.items():
        assert (way, english.post(f"/desk/organizations/{way}", data={"value": "1"}).status_code) == (
            way,
            status,
        )
    assert people.gu.may_publish
    sign_in(english, people.su)
    assert english.post(f"/desk/organizations/{own}/limited", data={"value": "1"}).status_code == 303
    assert people.lian.organization.line_limited
    sign_in(english, people.kan)
    assert "/publishes" not in english.get("/desk/organizations/").text


def test_a_region_publishes_by_itself(english, people):
    sign_in(english, people.gang)
    address = "/desk/organizations/regions"
    assert english.post(address, data={"region": "320100", "value": "1"}).status_code == 404
    assert english.post(address, data={"region": "320700", "value": "1"}).status_code == 303
    assert people.wang.may_publish
    assert "Lianyungang" in english.get("/desk/organizations/").text.split('id="regions"')[1]
    assert english.post(address, data={"region": "320700", "value": "0"}).status_code == 303
    assert not people.wang.may_publish


def test_a_merge_changes_nothing_in_the_feed_but_the_hosts_name(client, people, thrice):
    """Of two rows of one name every byte stays. Of another name SEQUENCE stays; the time of change says that a text changed."""
    kept, same_name, short = (event.lead for event in thrice)
    third = thrice[2]
    lifecycle.change(third, replace(draft_of(third), hosts=(SHORT, "灌云县知识产权局")), NINE)
    before = client.get("/ip-2024/events.ics").data
    merges.merge_organizations(kept, same_name, A_MINUTE_PAST, people.su)
    assert client.get("/ip-2024/events.ics").data == before
    merges.merge_organizations(kept, short, A_MINUTE_PAST, people.su)
    after = client.get("/ip-2024/events.ics").data
    assert changed_lines(before, after) == {
        ("DTSTAMP:20240422T010000Z", "DTSTAMP:20240422T010100Z"),
        ("LAST-MODIFIED:20240422T010000Z", "LAST-MODIFIED:20240422T010100Z"),
        (f"主办：{SHORT}、灌云县知识产权局", f"主办：{BUREAU}、灌云县知识产权局"),
    }


def changed_lines(before: bytes, after: bytes) -> set[tuple[str, str]]:
    """Lines of a calendar that differ, before and after, also the lines of a description."""
    old, new = (
        body.decode().replace("\r\n ", "").replace("DESCRIPTION:", "\\n").replace("\\n", "\r\n").split("\r\n")
        for body in (before, after)
    )
    return {pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]}
