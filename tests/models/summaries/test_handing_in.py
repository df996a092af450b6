"""Texts are kept, summaries are sealed, checked, accepted and sent back."""

import json
from datetime import timedelta

import pytest

from models.db import db
from models.errors import Conflict, Mistake, NotFound
from models.summaries import handing_in, seal, texts
from models.summaries.part import Part
from models.summaries.seal import Verdict
from models.summaries.tables import Section, StepVerb, SummaryText
from tests.support.records.week import NINE, make_device

LATER = NINE + timedelta(hours=1)


@pytest.fixture
def county(people):
    return Part(people.lecture.campaign, "320723")


def test_texts_are_only_added(people, county):
    for text in ("第一稿", "第一稿", "第二稿"):
        texts.write_text(county, Section.EXPERIENCE, text, people.lian, NINE)
    assert texts.texts_of(county)[Section.EXPERIENCE] == "第二稿"
    assert texts.texts_of(Part(county.campaign, "320700"))[Section.EXPERIENCE] == ""
    assert [row.text for row in db.session.query(SummaryText).order_by(SummaryText.id)] == [
        "第一稿",
        "第二稿",
    ]
    with pytest.raises(Mistake):
        texts.write_text(county, Section.EXPERIENCE, "长" * 10_001, people.lian, NINE)


def test_a_summary_goes_up_and_comes_back(people, county):
    sealed = handing_in.hand_in(county, people.lian, NINE)
    with pytest.raises(Conflict):
        handing_in.hand_in(county, people.lian, NINE)
    with pytest.raises(Mistake):
        handing_in.send_back(sealed, " ", people.gang, NINE)
    handing_in.send_back(sealed, "缺少经验做法", people.gang, NINE)
    with pytest.raises(Conflict):
        handing_in.accept(sealed, people.gang, NINE)
    again = handing_in.hand_in(county, people.lian, LATER)
    handing_in.accept(again, people.gang, LATER)
    with pytest.raises(Conflict):
        handing_in.accept(again, people.su, LATER)
    assert [(one.number, one.state) for one in handing_in.all_of(county)] == [
        (2, StepVerb.ACCEPTED),
        (1, StepVerb.SENT_BACK),
    ]
    city = Part(county.campaign, "320700")
    content = handing_in.put_together(city)
    assert [(one["region"], one["visits"], one["sha256"]) for one in content["accepted"]] == [
        ("320723", 50, again.sha256)
    ]
    assert "320723" not in content["missing"]
    with pytest.raises(NotFound):
        handing_in.hand_in(city, people.lian, LATER)
    assert handing_in.find_sealed(people.su, again.id) is again
    for account in (people.bao, people.fa, people.gu):
        with pytest.raises(NotFound):
            handing_in.find_sealed(account, again.id)


def test_what_a_summary_above_was_put_together_from_is_not_sent_back(people, county, monkeypatch):
    """The chain is undone from above: the country's first, which the committee sends back itself."""
    campaign, chain = county.campaign, []
    steps = ((county, people.lian, people.gang), (Part(campaign, "320700"), people.gang, people.su),
             (Part(campaign, "320000"), people.su, people.cui))  # fmt: skip
    for part, writer, decider in steps:
        chain.append(handing_in.hand_in(part, writer, NINE))
        handing_in.accept(chain[-1], decider, NINE)
    chain.append(handing_in.hand_in(Part(campaign), people.cui, NINE))
    for sealed, decider in zip(chain[:-1], (people.gang, people.su, people.cui), strict=True):
        with pytest.raises(Conflict, match="Send that one back first"):
            handing_in.send_back(sealed, "数据有误", decider, LATER)
    assert {one.state for one in chain[:-1]} == {StepVerb.ACCEPTED}
    assert handing_in.may_decide(people.cui, chain[-1])
    assert not handing_in.may_decide(people.su, chain[-2])
    for sealed, decider in zip(reversed(chain), (people.cui, people.cui, people.su), strict=False):
        handing_in.send_back(sealed, "数据有误", decider, LATER)

    def sent_back_meanwhile(part, account, now, collected=handing_in.content_to_seal):
        content = collected(part, account, now)
        handing_in.send_back(chain[0], "数据有误", people.gang, now)
        return content

    monkeypatch.setattr(handing_in, "content_to_seal", sent_back_meanwhile)
    with pytest.raises(Conflict, match="sent back just now"):
        handing_in.hand_in(Part(campaign, "320700"), people.gang, LATER)
    assert {one.state for one in chain} == {StepVerb.SENT_BACK}


def test_a_summary_of_all_lines_takes_in_those_of_its_lines(people, county):
    """The province's with its courts', the country's with the ministries': in the notice's order, and which are missing."""
    campaign = county.campaign
    lines = [term.key for term in campaign.terms_of("line")]
    province, courts = Part(campaign, "320000"), Part(campaign, "320000", "courts")
    of_courts = handing_in.hand_in(courts, people.fa, NINE)
    content = handing_in.content_to_seal(province, people.su, NINE)
    assert (content["accepted_lines"], content["missing_lines"]) == ([], lines)
    handing_in.accept(of_courts, people.su, NINE)
    customs = handing_in.hand_in(Part(campaign, "320000", "customs"), people.su, NINE)
    handing_in.accept(customs, people.cui, NINE)
    whole = handing_in.hand_in(province, people.su, LATER)
    content = handing_in.content_of(whole)
    assert [(one["line"], one["sha256"]) for one in content["accepted_lines"]] == [
        ("courts", of_courts.sha256), ("customs", customs.sha256)
    ]  # fmt: skip
    assert content["missing_lines"] == [key for key in lines if key not in ("courts", "customs")]
    assert handing_in.content_to_seal(courts, people.fa, LATER)["missing_lines"] == []
    with pytest.raises(Conflict, match="Send that one back first"):
        handing_in.send_back(of_courts, "数据有误", people.su, LATER)
    handing_in.send_back(whole, "数据有误", people.cui, LATER)
    handing_in.send_back(of_courts, "数据有误", people.su, LATER)
    assert of_courts.state == StepVerb.SENT_BACK


def test_only_contents_that_were_accepted_are_read(people, county, count_queries):
    campaign = county.campaign
    city, province = Part(campaign, "320700"), Part(campaign, "320000")
    handing_in.hand_in(Part(campaign, "320000", "courts"), people.fa, NINE)
    of_city = handing_in.hand_in(city, people.gang, NINE)

    def asked():
        with count_queries() as queries:
            accepted = [one["region"] for one in handing_in.put_together(province)["accepted"]]
        return accepted, len(queries), sum("sealed_summary.content" in query for query in queries)

    assert asked() == ([], 1, 0)
    handing_in.accept(of_city, people.su, NINE)
    assert asked() == (["320700"], 3, 1)


def test_one_that_came_too_late_for_the_summary_above_can_be_sent_back(people, county):
    handing_in.hand_in(Part(county.campaign, "320700"), people.gang, NINE)
    late = handing_in.hand_in(county, people.lian, LATER)
    handing_in.send_back(late, "缺少经验做法", people.gang, LATER)
    assert late.state == StepVerb.SENT_BACK


def test_sealed_figures_stay_when_more_scans_come(people, county):
    sealed = handing_in.hand_in(county, people.lian, NINE)
    make_device(people.lecture).tally("youth", NINE + timedelta(minutes=20), headcount=5)
    assert handing_in.content_of(sealed)["visits"] == 50
    assert handing_in.content_to_seal(county, people.lian, LATER)["visits"] == 55


def test_a_sealed_file_is_genuine_until_it_is_changed(people, county):
    sealed = handing_in.hand_in(county, people.lian, NINE)
    file, trusted = handing_in.file_of(sealed), handing_in.trusted_keys()
    assert seal.check(file, trusted).verdict == Verdict.GENUINE
    assert seal.check(file, trusted).sha256 == sealed.sha256
    read = json.loads(file)

    def verdict(**changes):
        return seal.check(json.dumps(read | changes).encode(), trusted).verdict

    more = read["content"] | {"visits": 51}
    assert verdict(content=more) == Verdict.CHANGED
    assert verdict(content=more, sha256=seal.digest(seal.canonical(more))) == Verdict.CHANGED
    assert verdict(signature="AAAA") == Verdict.CHANGED
    assert verdict(sha256="0" * 64) == Verdict.CHANGED
    assert seal.check(json.dumps(_signed_by_another(more)).encode(), trusted).verdict == Verdict.UNKNOWN_KEY
    half = json.dumps(read | {"content": {"a": "\ud800"}}).encode()
    twice = b'{"openweek_summary": 1, "openweek_summary": 1}'
    for nothing in (b"", b"{}", b"[1]", b"\xff", half, twice):
        with pytest.raises(Mistake):
            seal.check(nothing, trusted)


def _signed_by_another(content):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    other = Ed25519PrivateKey.generate()
    data = seal.canonical(content)
    signature = seal.sign(data, other.private_bytes_raw())
    return json.loads(seal.seal_file(data, 1, other.public_key().public_bytes_raw(), signature))
