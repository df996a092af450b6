"""Pictures that files and feeds name: the address is kept at once, the picture fetched by the tick."""

import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from models.db import db, transaction
from models.drawing.photo import redraw
from models.events.pictures import Picture, keep_picture
from models.events.tables import Event
from models.imports.feeds.fetch import fetch
from models.imports.pictures import MOST_ATTEMPTS, PictureFetch, fetch_again, fetch_due, fetch_of
from models.imports.read_file import read_file
from models.outcomes import highlights
from models.publishing import lifecycle, proposals, unused_pictures
from models.publishing.change import event_transaction
from tests.support.browser.photos import bomb, jpeg
from tests.support.files.calendar_files import calendar, one
from tests.support.records.importing import import_rows
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, minutes

DAY = timedelta(days=1)
FILES = {"/a.jpg": jpeg(), "/b.jpg": jpeg("blue"), "/bomb.png": bomb(), "/page.html": b"<html></html>"}


class Source(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = FILES.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def asked():
    """The paths that were asked for. Every address is answered by a server of our own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()

    def from_here(url: str, etag: str, last_modified: str):
        here = f"http://127.0.0.1:{server.server_port}{urlsplit(url).path}"
        return fetch(here, etag, last_modified, allowed=lambda address: str(address) == "127.0.0.1")

    yield _Asked(server.asked, from_here)
    server.shutdown()
    server.server_close()
    thread.join()


class _Asked:
    def __init__(self, paths, fetch_from_here):
        self.paths, self.fetch = paths, fetch_from_here


def table(url: str, header: str = "海报图片") -> bytes:
    return f"编号,活动名称,活动时间,活动地点,主办单位,{header}\n1,讲座,4月22日9:00,县文化馆,灌云县知识产权局,{url}\n".encode()


def take_in(campaign, data: bytes, now=NINE, **source) -> Event:
    (outcome,) = import_rows(campaign, read_file(data), now, **source)
    return db.session.get_one(Event, outcome.event, populate_existing=True)


def again(event: Event) -> Event:
    return db.session.get_one(Event, event.id, populate_existing=True)


@pytest.mark.parametrize(
    "header", ["图片", "海报图片", "活动图片", "封面", "image", "Picture", "cover", "图片（链接）"]
)
def test_a_column_names_a_picture(app, header):
    event = take_in(load_week(), table("https://example.org/a.jpg", header))
    assert (event.picture_url, event.picture_sha256) == ("https://example.org/a.jpg", None)


@pytest.mark.parametrize("cell", ["见附件", "http://example.org/a.jpg", "ftp://example.org/a.jpg"])
def test_what_is_no_address_is_told_and_left_out(app, cell):
    (outcome,) = import_rows(load_week(), read_file(table(cell)), NINE)
    assert db.session.get_one(Event, outcome.event).picture_url == ""
    sentence = f"“{cell}” is not an address of a picture that starts with https://; left out."
    assert sentence in [finding.message % finding.values for finding in outcome.findings]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/png:https://example.org/a.png", "https://example.org/a.png"),
        ("IMAGE;VALUE=URI:https://example.org/a", "https://example.org/a"),
        ("ATTACH;FMTTYPE=image/jpeg:https://example.org/a.jpg", "https://example.org/a.jpg"),
        ("ATTACH;FMTTYPE=application/pdf:https://example.org/a.pdf", ""),
        ("ATTACH:https://example.org/a.jpg", ""),
        ("ATTACH;FMTTYPE=image/png;ENCODING=BASE64;VALUE=BINARY:iVBORw0KGgo=", ""),
        ("IMAGE;VALUE=URI:http://example.org/a.png", ""),
        ("ATTACH;FMTTYPE=text/plain:https://example.org/a\nATTACH;FMTTYPE=image/webp:https://example.org/b",
         "https://example.org/b"),
    ],
)  # fmt: skip
def test_a_calendar_names_a_picture(line, expected):
    read = one(calendar(f"UID:a\nSUMMARY:讲座\nDTSTART:20240422T010000Z\n{line}"))
    assert (read.draft.picture_url, "picture_url" in read.fields) == (expected, expected != "")


def test_an_import_fetches_nothing_and_the_tick_once(app, asked):
    campaign = load_week()
    event = take_in(campaign, table("https://example.org/a.jpg"))
    version = event.changed_at
    assert asked.paths == []
    assert fetch_due(NINE + DAY, asked.fetch) == 1
    event = again(event)
    picture = db.session.get_one(Picture, event.picture_sha256)
    assert (picture.width, picture.height, picture.source_url, picture.added_by) == (
        800, 1600, "https://example.org/a.jpg", None,
    )  # fmt: skip
    assert (event.changed_at > version, event.changes[-1].verb, event.changes[-1].fields) == (
        True, "imported", ["picture_sha256"],
    )  # fmt: skip
    (outcome,) = import_rows(campaign, read_file(table("https://example.org/a.jpg")), NINE + DAY)
    assert (outcome.verdict, fetch_due(NINE + 2 * DAY, asked.fetch)) == ("same", 0)
    assert (asked.paths, again(event).picture_sha256) == (["/a.jpg"], picture.sha256)
    take_in(campaign, table("https://example.org/b.jpg"))
    assert fetch_due(NINE + 2 * DAY, asked.fetch) == 1
    assert again(event).picture_sha256 not in (picture.sha256, None)
    assert asked.paths == ["/a.jpg", "/b.jpg"]


def test_what_cannot_be_fetched_is_tried_again_for_a_while(app, asked):
    event = take_in(load_week(), table("https://example.org/missing.jpg"))
    tries = [fetch_due(NINE + number * DAY, asked.fetch) for number in range(MOST_ATTEMPTS + 2)]
    assert tries == [1] * MOST_ATTEMPTS + [0, 0]
    row = fetch_of(event)
    assert (row.attempts, str(row.mistake)) == (
        MOST_ATTEMPTS,
        "The other server answered with status 404 instead of the file.",
    )


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("bomb.png", "The picture has more than 40 million pixels."),
        ("page.html", "The file is not a JPEG, PNG, WebP or AVIF picture that can be read."),
    ],
)
def test_what_is_no_picture_is_not_asked_for_again(app, asked, path, sentence):
    event = take_in(load_week(), table(f"https://example.org/{path}"))
    assert [fetch_due(NINE + number * DAY, asked.fetch) for number in range(3)] == [1, 0, 0]
    assert (str(fetch_of(event).mistake), again(event).picture_sha256) == (sentence, None)


def test_nothing_inside_the_network_is_fetched(app, asked):
    event = take_in(load_week(), table("https://127.0.0.1/a.jpg"))
    assert fetch_due(NINE) == 1
    told = "127.0.0.1 is an internal network address, not a public one, so it is not read."
    assert (str(fetch_of(event).mistake), asked.paths, again(event).picture_sha256) == (told, [], None)


def test_what_was_chosen_at_the_desk_stays(app, asked):
    campaign = load_week()
    people = make_people(campaign)
    event = take_in(campaign, table("https://example.org/a.jpg"))
    fetch_due(NINE, asked.fetch)
    draft = lifecycle.draft_of(again(event))
    lifecycle.change(event, replace(draft, picture_sha256=None), NINE, people.cui)
    take_in(campaign, table("https://example.org/b.jpg"))
    assert (fetch_due(NINE + DAY, asked.fetch), again(event).picture_sha256) == (0, None)
    assert str(fetch_of(event).mistake) == (
        "A picture was selected or removed at the desk, so the one of the import is not fetched."
    )


def test_a_person_has_it_fetched_again(app, asked):
    campaign = load_week()
    people = make_people(campaign)
    event = take_in(campaign, table("https://example.org/a.jpg"))
    fetch_due(NINE, asked.fetch)
    first = again(event).picture_sha256
    draft = lifecycle.draft_of(again(event))
    lifecycle.change(event, replace(draft, picture_sha256=None), NINE + DAY, people.cui)
    assert (fetch_due(NINE + DAY, asked.fetch), again(event).picture_sha256) == (0, None)
    fetch_again(again(event), NINE + 2 * DAY)
    assert (fetch_due(NINE + 2 * DAY, asked.fetch), again(event).picture_sha256) == (1, first)
    assert fetch_due(NINE + 3 * DAY, asked.fetch) == 0


def test_a_picture_that_no_event_shows_is_deleted_after_a_day(app, asked):
    campaign = load_week()
    people = make_people(campaign)
    event = take_in(campaign, table("https://example.org/a.jpg"))
    fetch_due(NINE, asked.fetch)
    shown = again(event).picture_sha256
    with transaction():
        proposed = keep_picture(redraw(jpeg("green")), NINE, people.gu)
        alone = keep_picture(redraw(jpeg("blue")), NINE, people.gu)
    with event_transaction():
        proposals.write_proposal(
            again(event), replace(lifecycle.draft_of(event), picture_sha256=proposed), NINE, people.gu
        )
    assert unused_pictures.delete_unused(NINE + DAY) == 0
    with transaction():  # stored again: young again
        assert keep_picture(redraw(jpeg("blue")), NINE + minutes(30), people.gu) == alone
    assert unused_pictures.delete_unused(NINE + DAY + minutes(1)) == 0
    assert unused_pictures.delete_unused(NINE + DAY + minutes(31)) == 1
    assert set(db.session.scalars(select(Picture.sha256))) == {shown, proposed}
    with transaction():
        of_summary_alone = keep_picture(redraw(jpeg("yellow")), NINE, people.gu)
    highlights.add_picture(event, of_summary_alone, "合影", people.gu, NINE)
    (proposal,) = proposals.open_of(event)
    proposals.refuse(proposal.id, "另一张更好", NINE + DAY, people.lian)
    assert unused_pictures.delete_unused(NINE + 2 * DAY) == 1
    (of_summary,) = highlights.pictures_of(event)
    assert set(db.session.scalars(select(Picture.sha256))) == {shown, of_summary.sha256}


def test_an_address_for_a_published_event_waits_for_an_office(app, asked):
    campaign = load_week()
    people = make_people(campaign)
    event = take_in(campaign, table(""))
    take_in(campaign, table("https://example.org/a.jpg"), by=people.gu, publish=False)
    assert (fetch_due(NINE, asked.fetch), again(event).picture_url) == (0, "")
    (proposal,) = proposals.open_of(event)
    proposals.accept(proposal.id, NINE, people.lian)
    assert fetch_due(NINE, asked.fetch) == 1
    assert again(event).picture_sha256 is not None


def test_only_a_contact_meant_for_the_public_is_taken(app):
    head = "编号,活动名称,活动时间,活动地点,主办单位,咨询电话,联系电话\n"
    data = f"{head}1,讲座,4月22日9:00,县文化馆,灌云县知识产权局,0518-12330,13800000000\n".encode()
    event = take_in(load_week(), data)
    assert event.contact == "0518-12330"
    assert "13800000000" not in str(lifecycle.draft_of(event))


def test_a_withdrawn_event_gets_no_picture(app, asked):
    event = take_in(load_week(), table("https://example.org/a.jpg"))
    lifecycle.withdraw(event, NINE)
    assert (fetch_due(NINE, asked.fetch), db.session.get(PictureFetch, event.id)) == (0, None)
