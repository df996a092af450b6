"""Passes in bulk from the desk: made, printed, revoked, replaced, by the people who may; read by foreign programs."""

import csv
import io
import re
import zipfile

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from kiosk.passes import desk_passes
from models.codes import pass_batches, passes, venue_codes
from models.codes.passes import Pass
from models.db import db, transaction
from models.exports.tables import Export
from tests.support.records.codes import read
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week
from web.desk.exports import background

PREFIX = "http://OPENWEEK.TEST/C/"


@pytest.fixture
def people(app):
    return make_people(load_week())


@pytest.fixture
def gu(app, people):
    browser = app.test_client()
    sign_in(browser, people.gu)
    return browser


@pytest.fixture
def here(people):
    return f"/desk/events/{people.lecture.id}/passes"


def make(browser, here, **typed):
    return browser.post(here, data={"group": "youth", "kind": "single", "count": "3"} | typed)


def held():
    return list(db.session.scalars(select(Pass).order_by(Pass.id)))


def codes_on(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [read(page.render(scale=3.2, grayscale=True).to_numpy()) for page in document]
    finally:
        document.close()


def test_made_and_handed_out(gu, here, people):
    answer = make(gu, here, kind="group", headcount="45", count="22")
    made = held()
    assert (answer.status_code, answer.location) == (303, f"{here}/{made[0].id}")
    assert {(p.group, p.headcount, p.event_id, p.issued_by) for p in made} == {
        ("youth", 45, people.lecture.id, people.gu.id)
    }
    links = [PREFIX + one.token for one in made]
    table = gu.get(f"{answer.location}.csv", buffered=True).data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))[1:]
    assert rows == [[str(p.id), link, "青少年", "45"] for p, link in zip(made, links, strict=True)]
    labels = codes_on(gu.get(f"{answer.location}-21.pdf", buffered=True).data)
    assert [len(page) for page in labels] == [21, 1]
    assert {text for page in labels for text in page} == set(links)
    badges = codes_on(gu.get(f"{answer.location}-8.pdf", buffered=True).data)
    assert [len(page) for page in badges] == [8, 8, 6]
    assert {text for page in badges for text in page} == set(links)


def test_large_sheets_are_drawn_in_the_background_and_fetched_by_who_asked(
    app, gu, here, people, monkeypatch
):
    monkeypatch.setattr(desk_passes, "AT_ONCE", 2)
    started = []
    monkeypatch.setattr(background, "start", lambda _app, number: started.append(number))
    batch = make(gu, here, count="10").location
    links = {PREFIX + one.token for one in held()}
    action = f"/desk/exports/passes/{people.lecture.id}/{batch.rsplit('/', 1)[1]}"
    assert f'action="{action}"' in gu.get(batch).text
    assert gu.get(f"{batch}-8.pdf").location == batch
    assert gu.post(action, data={"sheet": "8"}).location == "/desk/exports/"
    background.run(app, *started)
    assert db.session.get_one(Export, started[0]).done == 16  # two pages of eight
    fetched = gu.get(f"/desk/exports/{started[0]}", buffered=True)
    assert fetched.content_type == "application/pdf"
    assert {text for page in codes_on(fetched.data) for text in page} == links
    assert f'href="/desk/exports/{started[0]}"' in gu.get("/desk/exports/").text
    wang = app.test_client()
    sign_in(wang, people.wang)
    assert (wang.post(action, data={"sheet": "8"}).status_code, len(started)) == (404, 1)
    assert (
        gu.post("/desk/exports/", data={"kind": "events", "format": "pdf", "campaign": "ip-2024"}).status_code
        == 400
    )


def test_characters_without_a_font_are_told_before_printing(gu, here, people):
    said = "Before you print: no font here has these characters, so they are boxes: "
    english = {"Accept-Language": "en"}
    pages = [here, make(gu, here).location, f"/desk/events/{people.lecture.id}"]
    assert [said in gu.get(page, headers=english).text for page in pages] == [False] * 3
    with transaction():
        people.lecture.title = "讲座🚀"
    assert [f"{said}🚀" in gu.get(page, headers=english).text for page in pages] == [True] * 3


def test_the_pictures_in_the_archive(gu, here):
    first = make(gu, here).location
    archive = zipfile.ZipFile(io.BytesIO(gu.get(f"{first}.zip", buffered=True).data))
    assert archive.testzip() is None
    made = held()
    assert archive.namelist() == [f"{one.id}-youth-1.png" for one in made]
    assert [read(Image.open(archive.open(name))) for name in archive.namelist()] == [
        [PREFIX + one.token] for one in made
    ]


@pytest.mark.parametrize(
    "typed",
    [
        {"count": "5001"},
        {"count": "0"},
        {"count": "many"},
        {"kind": "group"},
        {"group": "nobody"},
        {"group": ""},
    ],
    ids=str,
)
def test_what_cannot_be_used_is_said_and_kept(gu, here, typed):
    answer = make(gu, here, **typed)
    assert answer.status_code == 400
    assert 'class="alert alert-bad" role="alert"' in answer.text
    assert held() == []
    if "count" in typed:
        assert f'value="{typed["count"]}"' in answer.text


def test_no_group_is_preset(gu, here):
    options = re.findall(r'<option value="([^"]*)"( selected)?', gu.get(here).text)
    assert options[0][0] == ""
    assert [value for value, selected in options if selected and value] == []


def test_revoked_and_replaced_ones_are_left_out_and_told(gu, here):
    first = make(gu, here).location
    one, two, three = held()
    assert gu.post(f"{here}/{one.id}/revoke").location == f"{first}#p{one.id}"
    replaced = gu.post(f"{here}/{two.id}/replace")
    new = held()[-1]
    assert replaced.location == f"{here}/{new.id}#p{new.id}"
    assert codes_on(gu.get(f"{first}-21.pdf", buffered=True).data) == [[PREFIX + three.token]]
    page = gu.get(first, headers={"Accept-Language": "en"}).text
    assert page.count(">valid<") == 1
    assert f"replaced by No. {new.id}" in page
    assert f"replaces No. {two.id}" in gu.get(f"{here}/{new.id}", headers={"Accept-Language": "en"}).text
    assert new.holder == two.holder
    assert gu.post(f"{here}/{two.id}/replace").status_code == 409


def test_for_others_they_do_not_exist(app, people, gu, here):
    location = make(gu, here).location
    first = held()[0].id
    wang, nobody = app.test_client(), app.test_client()
    sign_in(wang, people.wang)
    hers = f"/desk/events/{people.court_day.id}/passes"
    reads = ["", f"/{first}", f"/{first}.csv", f"/{first}.zip", f"/{first}-21.pdf"]
    assert [wang.get(here + tail).status_code for tail in reads] == [404] * 5
    assert [wang.get(hers + tail).status_code for tail in reads] == [200, 404, 404, 404, 404]
    assert [wang.post(f"{hers}/{first}/{verb}").status_code for verb in ("revoke", "replace")] == [404] * 2
    assert nobody.get(location).status_code == 303
    assert [p.revoked_at for p in held()] == [None] * 3
    assert gu.get(f"{here}/{first + 1}").status_code == 404  # a pass, and no beginning of a batch
    assert gu.get(f"{here}/{first}-9.pdf").status_code == 404


def test_a_poster_is_ended_and_printed_anew(gu, here, people):
    old = venue_codes.code_for_event(people.lecture, NINE).token(NINE)
    assert gu.post(f"{here}/poster/reissue").status_code == 303
    assert venue_codes.read_code(old, NINE).problem == "revoked"
    new = venue_codes.printed_code(people.lecture).token(NINE)
    assert venue_codes.read_code(new, NINE).problem is None
    gu.post(f"{here}/poster/revoke")
    assert venue_codes.read_code(new, NINE).problem == "revoked"
    for form in ("a4", "a5", "tent", "four"):
        answer = gu.get(f"/desk/events/{people.lecture.id}/poster.pdf?format={form}")
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert gu.get(f"/desk/events/{people.lecture.id}/poster.pdf?format=a3").status_code == 400


def test_thirty_batches_ask_no_more_than_one(gu, here, people, count_queries):
    counts = []
    for many in (1, 29):
        for number in range(many):
            passes.issue(
                people.lecture.campaign, "youth", NINE, event=people.lecture, headcount=many + number
            )
        with count_queries() as queries:
            gu.get(here)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(pass_batches.batches_of(people.lecture)) == 30
