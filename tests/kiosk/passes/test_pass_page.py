"""A pass as its holder sees it, and that nothing else is one."""

import re
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from models.codes import passes, venue_codes
from models.publishing.lifecycle import withdraw
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event

FOREIGN = "WXP-F2F0SECRETPAYMENTCODE"


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def single(week):
    return passes.issue(week, "youth", NINE)[0]


@pytest.fixture
def get(client):
    return lambda path, language="zh": client.get(path, headers={"Accept-Language": language})


def test_it_shows_its_code_and_what_it_is_for(get, single, week):
    page = get(f"/C/{single.token}")
    assert page.status_code == 200
    assert f'<img src="/C/{single.token}/code.svg" width="352" height="352"' in page.text
    for words in ("参与码", "青少年", "2024年全国知识产权宣传周", "宣传周所有活动均可使用"):
        assert words in page.text


def test_a_group_pass_says_for_how_many_and_where(get, week):
    event = make_event(week, "知识产权进校园")
    held = passes.issue(week, "youth", NINE, headcount=45, event=event)[0]
    chinese, english = get(f"/C/{held.token}").text, get(f"/C/{held.token}", "en").text
    for words in ("团体码", "45人", "知识产权进校园"):
        assert words in chinese
    for words in ("Group pass", "45 people", "知识产权进校园"):
        assert words in english


def test_a_foreign_decoder_reads_the_picture(get, single):
    answer = get(f"/C/{single.token}/code.png")
    assert answer.content_type == "image/png"
    image = Image.open(BytesIO(answer.data))
    assert read(image) == [f"http://OPENWEEK.TEST/C/{single.token}"]
    assert min(image.size) >= 240


def test_the_drawing_is_svg(get, single):
    answer = get(f"/C/{single.token}/code.svg")
    assert answer.content_type == "image/svg+xml"
    assert answer.data.startswith(b"<svg ")


def test_every_spelling_of_the_address_works(get, single):
    token = single.token
    paths = (f"/C/{token}", f"/c/{token.lower()}", f"/c/{token}/", f"/C/{token}?from=groupmessage")
    assert [get(path).status_code for path in paths] == [200, 200, 200, 200]
    assert get(f"/c/{token.lower()}/code.png").data == get(f"/C/{token}/code.png").data


def test_a_revoked_pass_says_so_and_shows_no_code(get, single):
    passes.revoke(single.id, NINE)
    page = get(f"/C/{single.token}")
    assert page.status_code == 200
    assert "此参与码已失效" in page.text
    assert "code.svg" not in page.text
    assert [get(f"/C/{single.token}/code.{kind}").status_code for kind in ("png", "svg")] == [410, 410]


@pytest.mark.parametrize("tail", ["", "/code.png", "/code.svg"])
def test_what_we_did_not_sign_is_no_pass(get, single, week, tail):
    forged = single.token[:-1] + ("A" if single.token[-1] != "A" else "B")
    venue = venue_codes.code_for_event(make_event(week), NINE).token(NINE)
    for text in (forged, venue, FOREIGN, single.token[:-1], f"a/{FOREIGN}"):
        page = get(f"/C/{text}{tail}")
        assert page.status_code == 404
        assert "参与码" in page.text
        assert text not in page.text


def test_a_pass_opens_no_venue_and_a_withdrawn_event_leaves_it_readable(get, week):
    event = make_event(week, "知识产权进校园")
    held = passes.issue(week, "public", NINE, event=event)[0]
    assert get(f"/V/{held.token}").status_code == 404
    withdraw(event, NINE)
    page = get(f"/C/{held.token}")
    assert page.status_code == 200
    assert "知识产权进校园" not in page.text


def test_its_holder_keeps_a_good_pass_and_nobody_else_does(get, client, single):
    paths = [f"/C/{single.token}{tail}" for tail in ("", "/code.png", "/code.svg", "/pass.pdf")]
    kept = {get(path).headers["Cache-Control"] for path in paths}
    assert kept == {"private, max-age=86400"}
    assert "Cookie" in get(paths[0]).headers["Vary"]  # another language is another page
    refused = [client.post(paths[0]), get(f"/C/{FOREIGN}")]
    passes.revoke(single.id, NINE)
    answers = [*refused, *map(get, paths)]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert all(re.match("noindex", answer.headers["X-Robots-Tag"]) for answer in answers)


def test_the_page_to_print(get, week):
    held = passes.issue(week, "youth", NINE, headcount=45)[0]
    answer = get(f"/C/{held.token}/pass.pdf")
    document = pypdfium2.PdfDocument(answer.data)
    try:
        size = tuple(round(side) for side in document[0].get_size())
        found = read(document[0].render(scale=2, grayscale=True).to_numpy())
    finally:
        document.close()
    assert (answer.content_type, size) == ("application/pdf", (420, 595))
    assert found == [f"http://OPENWEEK.TEST/C/{held.token}"]
