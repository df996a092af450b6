"""The summary at the desk: texts, handing in, the board; and the public check of what was sealed."""

import json
import re
from io import BytesIO

import pytest

from models.summaries import board, handing_in, texts
from models.summaries.content import collect
from models.summaries.deadline import deadline_of
from models.summaries.part import Part, expected_below
from models.summaries.tables import Section
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_device

COUNTY = {"campaign": "ip-2024", "region": "320723", "line": ""}


@pytest.fixture
def lians_browser(english, people):
    make_device(people.lecture).tally("youth", headcount=7)
    sign_in(english, people.lian)
    return english


def test_texts_are_kept_while_one_writes_and_sealed_when_handed_in(lians_browser, people):
    browser, part = lians_browser, Part(people.lecture.campaign, "320723")
    sent = browser.post("/desk/summary/texts", data={**COUNTY, "experience": "进校园", "quiet": "1"})
    assert (sent.status_code, texts.texts_of(part)[Section.EXPERIENCE]) == (200, "进校园")
    too_long = browser.post("/desk/summary/texts", data={**COUNTY, "experience": "长" * 10_001, "quiet": "1"})
    assert too_long.status_code == 422
    assert browser.post("/desk/summary/hand-in", data=COUNTY).status_code == 303
    assert browser.post("/desk/summary/hand-in", data=COUNTY).status_code == 409
    sealed = handing_in.latest(part)
    assert handing_in.content_of(sealed)["texts"]["experience"] == "进校园"
    make_device(people.lecture).tally("youth", headcount=2)
    page = browser.get("/desk/summary/", query_string=COUNTY).text
    assert "Since it was handed in, the visits have changed by +2." in page
    assert "进校园</textarea>" in page


def test_two_editors_do_not_overwrite_each_other(lians_browser, people):
    part = Part(people.lecture.campaign, "320723")

    def seen():
        page = lians_browser.get("/desk/summary/", query_string=COUNTY).text
        return dict(re.findall(r'name="(seen-\w+)" value="(\d+)"', page))

    def post(before, **sent):
        return lians_browser.post("/desk/summary/texts", data={**COUNTY, **before, **sent})

    before = seen()
    assert before == dict.fromkeys((f"seen-{section}" for section in Section), "0")
    first = post(before, highlights="甲的亮点", quiet="1").json
    assert first["texts"]["highlights"]["text"] == "甲的亮点"
    # The other page is sent whole, by the button: what its writer left empty is not emptied.
    assert post(before, highlights="", problems="乙的问题").status_code == 303
    assert [texts.texts_of(part)[name] for name in (Section.HIGHLIGHTS, Section.PROBLEMS)] == [
        "甲的亮点",
        "乙的问题",
    ]
    refused = post(before, highlights="乙的亮点", quiet="1")
    assert (refused.status_code, refused.json["texts"]["highlights"]) == (409, first["texts"]["highlights"])
    both = post(before, highlights="乙的亮点")
    assert (both.status_code, "乙的亮点</textarea>" in both.text, "甲的亮点</p>" in both.text) == (
        409,
        True,
        True,
    )
    assert texts.texts_of(part)[Section.HIGHLIGHTS] == "甲的亮点"
    assert post(seen(), highlights="甲和乙的亮点").status_code == 303
    assert texts.texts_of(part)[Section.HIGHLIGHTS] == "甲和乙的亮点"


def test_an_office_above_decides_and_sees_the_board(lians_browser, people):
    part = Part(people.lecture.campaign, "320723")
    sealed = handing_in.hand_in(part, people.lian, NINE)
    path = f"/desk/summary/sealed/{sealed.id}/decide"
    assert lians_browser.post(path, data={"verb": "accept"}).status_code == 404
    sign_in(lians_browser, people.gang)
    assert lians_browser.post(path, data={"verb": "send_back", "why": ""}).status_code == 400
    assert lians_browser.post(path, data={"verb": "accept"}).status_code == 303
    city = Part(part.campaign, "320700")
    rows = board.board(city, deadline_of(part.campaign), NINE)
    [row] = [one for one in rows if one.region == "320723"]
    assert (row.state, row.late, row.events, row.without_figures, row.visits) == ("accepted", False, 2, 1, 7)
    assert {one.state for one in rows if one.region != "320723"} == {"awaited"}
    counted = board.totals(rows)
    assert (counted.states["accepted"], counted.states["awaited"]) == (1, len(rows) - 1)
    assert (counted.late, counted.regions_without_events, counted.events_without_figures) == (
        0,
        len(rows) - 1,
        1,
    )
    # Before it is sealed the summary above is compared as it is now: four more were counted since.
    make_device(people.lecture).tally("youth", headcount=4)
    now = board.board(city, deadline_of(part.campaign), NINE, collect(city, NINE))
    assert [one.difference for one in now if one.region == "320723"] == [4]
    page = lians_browser.get("/desk/summary/?campaign=ip-2024").text
    assert ("has counted no earlier week here" in page, ">+4</td>" in page) == (True, True)
    handing_in.hand_in(city, people.gang, NINE)
    [row] = [one for one in board.board(city, deadline_of(part.campaign), NINE) if one.region == "320723"]
    assert row.difference == 4


def test_the_desk_says_which_summaries_wait_for_whom(lians_browser, people):
    def tasks():
        page = lians_browser.get("/desk/?campaign=ip-2024").text
        return [
            words in page
            for words in ("Your summary was sent back", "summary to accept or send back", "补数据")
        ]

    assert tasks() == [False, False, False]
    sealed = handing_in.hand_in(Part(people.lecture.campaign, "320723"), people.lian, NINE)
    sign_in(lians_browser, people.gang)
    assert tasks() == [False, True, False]
    handing_in.send_back(sealed, "补数据", people.gang, NINE)
    assert tasks() == [False, False, False]
    sign_in(lians_browser, people.lian)
    assert tasks() == [True, False, True]


def test_one_board_shows_every_region_and_line(lians_browser, people):
    campaign, deadline = people.lecture.campaign, deadline_of(people.lecture.campaign)
    handing_in.hand_in(Part(campaign, "320000", "courts"), people.fa, NINE)
    handing_in.accept(handing_in.hand_in(Part(campaign, "320000"), people.su, NINE), people.cui, NINE)
    shown = board.sign_off(Part(campaign), deadline, NINE)
    assert list(shown) == ["", *(row.code for row in expected_below(""))]
    assert {tuple(row) for row in shown.values()} == {("", *(term.key for term in campaign.terms_of("line")))}
    assert [(region, line, str(state)) for region, row in shown.items() for line, state in row.items()
            if state != "awaited"] == [("320000", "", "accepted"), ("320000", "courts", "handed_in")]  # fmt: skip
    sign_in(lians_browser, people.cui)
    page = lians_browser.get("/desk/summary/?campaign=ip-2024").text
    table = page[page.index('class="sign-off"') :]
    assert [table.count(words) for words in ("Accepted</span>", "Handed in</span>")] == [1, 1]
    assert table.count("Not handed in</span>") == 33 * len(shown[""]) - 2


def test_anybody_checks_a_seal(lians_browser, client, runner, people, tmp_path):
    sealed = handing_in.hand_in(Part(people.lecture.campaign, "320723"), people.lian, NINE)
    page = client.get(f"/verify/{sealed.sha256}")
    assert (page.status_code, "Genuine" in page.text) == (200, True)
    assert client.get(f"/verify/{'0' * 64}").status_code == 404
    file = client.get(f"/verify/{sealed.sha256}.seal.json").data
    genuine, changed, other = (tmp_path / name for name in ("genuine", "changed", "other"))
    genuine.write_bytes(file)
    read = json.loads(file)
    read["content"]["visits"] += 1
    changed.write_text(json.dumps(read), encoding="utf-8")
    other.write_text("nothing", encoding="utf-8")
    codes = [runner.invoke(args=["verify", str(path)]).exit_code for path in (genuine, changed, other)]
    assert codes == [0, 1, 2]
    assert runner.invoke(args=["verify", str(genuine), "--key", "00" * 32]).exit_code == 2
    assert runner.invoke(args=["verify", str(genuine), "--key", read["public_key"]]).exit_code == 0
    said = [
        re.findall(
            r'class="alert alert-(\w+)', client.post("/verify", data={"file": (BytesIO(one), "x.json")}).text
        )
        for one in (file, changed.read_bytes(), b"")
    ]
    assert said == [["good"], ["bad"], ["bad"]]
