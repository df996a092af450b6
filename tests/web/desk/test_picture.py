"""A picture of an event: chosen at the desk, shown to the public once somebody may publish it."""

import json
import re
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from models import clock
from models.db import db
from models.events.draft import draft_of
from models.events.pictures import Picture
from models.events.tables import Event
from models.publishing import lifecycle, proposals, review
from tests.support.browser.photos import MAKER, bomb, jpeg
from tests.support.records.people import make_people, sign_in
from tests.support.records.week import NINE, load_week, make_event

ALT = "孩子们在展板前"


@pytest.fixture
def people(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE)
    return make_people(load_week())


@pytest.fixture
def desk(app, people):
    """Gu's browser: she may not publish."""
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(browser, people.gu)
    return browser


@pytest.fixture
def office(app, people):
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(browser, people.lian)
    return browser


def send(browser, event: Event, sent: bytes | None = None, alt: str = ALT):
    data = {"alt": alt, "action": "save"}
    if sent is not None:
        data["picture"] = FileStorage(BytesIO(sent), "IMG_1.jpg")
    # In one piece: the client would leave a temporary file of a large one open.
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.post(f"/desk/events/{event.id}/picture/", data=body, content_type=kind)


def again(event: Event) -> Event:
    return db.session.get_one(Event, event.id, populate_existing=True)


def public_path(event: Event, size: str = "large", digest: str | None = None) -> str:
    return f"/ip-2024/events/{event.id}/picture-{digest or event.picture_sha256}-{size}.webp"


def drafted(people) -> Event:
    return make_event(people.lecture.campaign, "新活动", lead=draft_of(people.lecture).lead, publish=False)


def test_a_picture_of_an_office_is_public_at_once(office, client, people):
    event, changed = people.lecture, people.lecture.changed_at
    calendar = client.get(f"/ip-2024/events/{event.id}.ics").data
    week = client.get("/ip-2024/events.ics").data
    version = client.get("/ip-2024/events.json").headers["ETag"]
    assert send(office, event, jpeg()).status_code == 303
    event = again(event)
    picture = db.session.get_one(Picture, event.picture_sha256)
    assert (picture.width, picture.height, picture.added_by, picture.source_url, event.picture_alt) == (
        800, 1600, people.lian.id, None, ALT,
    )  # fmt: skip
    assert event.changed_at > changed
    for size, pixels in (("large", (800, 1600)), ("small", (320, 640))):
        answer = client.get(public_path(event, size))
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        image = Image.open(BytesIO(answer.data))
        assert (image.size, dict(image.getexif()), MAKER in answer.data) == (pixels, {}, False)
        unchanged = client.get(public_path(event, size), headers={"If-None-Match": answer.headers["ETag"]})
        assert (unchanged.status_code, unchanged.data) == (304, b"")
    page = client.get(f"/ip-2024/events/{event.id}").text
    shown = re.search(r'<figure class="event-picture"><img [^>]*>', page)[0]
    assert f'src="{public_path(event)}"' in shown
    assert f"{public_path(event, 'small')} 320w, {public_path(event)} 800w" in shown
    assert f'width="800" height="1600" alt="{ALT}" lang="zh" loading="lazy"' in shown
    address = f"http://openweek.test{public_path(event)}"
    shared = f"/ip-2024/events/{event.id}/picture-{event.picture_sha256}.jpg"
    assert f'<meta property="og:image" content="http://openweek.test{shared}">' in page
    assert '<meta property="og:image:type" content="image/jpeg">' in page
    answer = client.get(shared)
    assert (answer.mimetype, Image.open(BytesIO(answer.data)).format) == ("image/jpeg", "JPEG")
    assert Image.open(BytesIO(answer.data)).size == (800, 1600)
    again_asked = client.get(shared, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again_asked.status_code, again_asked.data) == (304, b"")
    assert client.get(shared.replace(event.picture_sha256, "0" * 64)).status_code == 404
    linked = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert linked["image"] == [address, f"http://openweek.test/ip-2024/events/{event.id}/share.png"]
    assert (
        "Changed: picture"
        in client.get(f"/ip-2024/events/{event.id}", headers={"Accept-Language": "en"}).text
    )
    found = client.get("/ip-2024/events.json")
    assert found.headers["ETag"] != version
    by_id = {one["id"]: one for one in found.json["events"]}
    assert by_id[event.id]["image"] == {"url": address, "alt": ALT}
    assert client.get(f"/ip-2024/events/{event.id}.json").json["image"] == {"url": address, "alt": ALT}
    assert "image" not in by_id[people.court_day.id]
    assert client.get(f"/ip-2024/events/{event.id}.ics").data == calendar
    assert client.get("/ip-2024/events.ics").data == week


def test_an_event_without_a_picture_looks_as_before(client, people):
    page = client.get(f"/ip-2024/events/{people.lecture.id}").text
    assert "event-picture" not in page
    assert f"/events/{people.lecture.id}/share.png" in re.search(r'og:image" content="([^"]*)"', page)[1]
    assert '<meta property="og:image:type" content="image/png">' in page


def test_it_is_replaced_described_and_removed(office, client, people):
    send(office, people.lecture, jpeg())
    old = again(people.lecture).picture_sha256
    assert send(office, people.lecture, alt="另一句话").status_code == 303
    assert (again(people.lecture).picture_sha256, people.lecture.picture_alt) == (old, "另一句话")
    send(office, people.lecture, jpeg("blue"))
    assert again(people.lecture).picture_sha256 not in (old, None)
    assert client.get(public_path(people.lecture, digest=old)).status_code == 404
    office.post(f"/desk/events/{people.lecture.id}/picture/", data={"action": "remove"})
    assert (again(people.lecture).picture_sha256, people.lecture.picture_alt) == (None, "")


@pytest.mark.parametrize(
    ("sent", "alt", "sentence"),
    [
        (None, ALT, "Choose a picture first."),
        (jpeg(), " ", "Describe in a few words what the picture shows, for people who cannot see it."),
        (jpeg(), "长" * 301, "The description has more than 300 characters. Please shorten it."),
        (b"GIF89a", ALT, "The file is not a JPEG, PNG, WebP or AVIF picture that can be read."),
        (bomb(), ALT, "The picture has more than 40 million pixels."),
        (b"x" * (10 * 1024 * 1024 + 1), ALT, "The picture is larger than 10 MB."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(office, people, sent, alt, sentence):
    answer = send(office, people.lecture, sent, alt)
    assert answer.status_code == 422
    told = re.findall(r'<p class="field-problem"[^>]*><svg.*?</svg>(.*?)</p>', answer.text)
    assert told == [sentence]
    assert f'value="{alt.strip()}"' in answer.text
    assert again(people.lecture).picture_sha256 is None


def test_the_picture_of_an_event_that_nobody_reviewed_is_for_its_organizer_alone(
    app, desk, office, client, people
):
    event = drafted(people)
    assert send(desk, event, jpeg()).status_code == 303
    event = again(event)
    assert client.get(public_path(event)).status_code == 404
    inside = f"/desk/events/{event.id}/picture/{event.picture_sha256}-small.webp"
    assert desk.get(inside).status_code == 200
    assert "/desk/sign-in" in client.get(inside).location
    other = app.test_client()
    sign_in(other, people.wang)
    assert other.get(inside).status_code == 404
    review.submit(event, NINE, people.gu)
    assert inside in office.get("/desk/review/?campaign=ip-2024").text
    review.approve(again(event), NINE, people.lian)
    assert client.get(public_path(event)).status_code == 200


def test_a_picture_for_a_published_event_waits_for_an_office(desk, office, client, people):
    assert send(desk, people.lecture, jpeg()).status_code == 303
    assert again(people.lecture).picture_sha256 is None
    (proposal,) = proposals.open_of(people.lecture)
    assert sorted(proposal.fields) == ["picture_alt", "picture_sha256"]
    digest = proposal.draft.picture_sha256
    assert client.get(public_path(people.lecture, digest=digest)).status_code == 404
    inside = f"/desk/events/{people.lecture.id}/picture/{digest}-small.webp"
    assert office.get(inside).status_code == 200
    assert inside in office.get(f"/desk/events/{people.lecture.id}").text
    assert "Waits for an office to accept it." in desk.get(f"/desk/events/{people.lecture.id}/picture/").text
    proposals.accept(proposal.id, NINE, people.lian)
    assert again(people.lecture).picture_sha256 == digest
    assert client.get(public_path(people.lecture)).status_code == 200


def test_a_proposed_text_and_a_proposed_picture_wait_together(desk, people):
    text = lifecycle.draft_of(people.lecture)
    with lifecycle.event_transaction():
        proposals.write_proposal(people.lecture, replace(text, title="新题目"), NINE, people.gu)
    send(desk, people.lecture, jpeg())
    with lifecycle.event_transaction():
        proposals.write_proposal(people.lecture, replace(text, title="更新的题目"), NINE, people.gu)
    (proposal,) = proposals.open_of(again(people.lecture))
    event = proposals.accept(proposal.id, NINE, people.lian)
    assert (event.title, event.picture_sha256 is None, event.picture_alt) == ("更新的题目", False, ALT)


def test_a_merged_event_hands_its_picture_on(office, people):
    other = make_event(people.lecture.campaign, "专题讲座二")
    send(office, other, jpeg())
    digest = again(other).picture_sha256
    lifecycle.merge(again(people.lecture), other, NINE, people.lian)
    assert (again(people.lecture).picture_sha256, people.lecture.picture_alt) == (digest, ALT)


def test_strangers_and_other_organizers_change_nothing(app, client, people):
    assert "/desk/sign-in" in send(client, people.lecture, jpeg()).location
    other = app.test_client()
    sign_in(other, people.wang)
    assert send(other, people.lecture, jpeg()).status_code == 404
    assert again(people.lecture).picture_sha256 is None


def write(browser, sent: bytes | None = None, **fields):
    """A new event with its form."""
    data = {
        "campaign": "ip-2024",
        "title": "专利开放日",
        "session-day": "2024-04-23",
        "venue": "市民中心",
        "groups": "youth",
    }
    data |= {"session-part": "morning", "session-start": "", "session-end": "", "action": "submit"} | fields
    if sent is not None:
        data["picture"] = FileStorage(BytesIO(sent), "IMG_1.jpg")
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.post("/desk/events/new", data=body, content_type=kind)


def newest() -> Event:
    return db.session.query(Event).order_by(Event.id.desc()).first()


def test_a_new_event_is_written_with_its_picture(desk, people):
    answer = write(desk, jpeg(), picture_alt=ALT)
    event = newest()
    assert (answer.status_code, event.title, event.picture_alt) == (303, "专利开放日", ALT)
    assert db.session.get(Picture, event.picture_sha256).added_by == people.gu.id


def test_the_picture_stays_while_other_fields_are_corrected(desk, office, people):
    answer = write(desk, jpeg(), title="")
    assert (answer.status_code, "Describe in a few words" in answer.text) == (422, True)
    assert 'src="data:image/webp;base64,' in answer.text
    kept = re.search(r'name="picture-kept" value="([^"]+)"', answer.text)[1]
    again = write(desk, **{"picture-kept": kept, "title": "", "picture_alt": ALT})  # still without a title
    assert (again.status_code, f'value="{ALT}"' in again.text) == (422, True)
    write(office, **{"picture-kept": kept, "picture_alt": ALT, "title": "别人的"})  # sealed for Gu
    assert newest().title != "别人的"
    write(desk, **{"picture-kept": kept, "picture_alt": ALT})
    assert (newest().picture_sha256 is not None, newest().picture_alt) == (True, ALT)
    write(desk, **{"picture-kept": kept, "picture-none": "1", "picture_alt": ALT, "title": "没有图片"})
    assert (newest().title, newest().picture_sha256) == ("没有图片", None)


def test_a_copy_begins_with_the_picture(desk, office, people):
    send(office, people.lecture, jpeg())
    page = desk.get(f"/desk/events/new?copy={people.lecture.id}").text
    kept = re.search(r'name="picture-kept" value="([^"]+)"', page)[1]
    assert f'name="picture_alt" lang="zh" value="{ALT}"' in page
    write(desk, **{"picture-kept": kept, "picture_alt": ALT})
    assert newest().picture_sha256 == again(people.lecture).picture_sha256


def test_what_is_no_picture_leaves_the_form_as_typed(desk, people):
    answer = write(desk, b"GIF89a", picture_alt=ALT)
    assert (answer.status_code, 'id="problem-picture"' in answer.text) == (422, True)
    assert ('value="专利开放日"' in answer.text, f'value="{ALT}"' in answer.text) == (True, True)
    assert "Choose a picture first." in write(desk, picture_alt=ALT).text


def test_a_reviewer_reads_the_description_of_a_picture(desk, office, people):
    event = drafted(people)
    send(desk, event, jpeg())
    review.submit(again(event), NINE, people.gu)
    page = office.get(f"/desk/review/?campaign=ip-2024&item={event.id}").text
    assert re.search(rf'<figcaption[^>]*>Description of the picture: <span lang="zh">{ALT}</span>', page)


def test_a_proposed_picture_stands_beside_the_present_one_with_both_descriptions(desk, office, people):
    send(office, people.lecture, jpeg())
    old = again(people.lecture).picture_sha256
    send(desk, people.lecture, jpeg("blue"), alt="新的照片")
    (proposal,) = proposals.open_of(again(people.lecture))
    for address in (
        f"/desk/review/?campaign=ip-2024&proposal={proposal.id}",
        f"/desk/events/{people.lecture.id}",
    ):
        page = office.get(address).text
        shown = re.findall(
            r'<td><img class="compared-picture" src="[^"]*/(\w+)-small.webp" alt="([^"]*)"', page
        )
        assert shown == [(old, ALT), (proposal.draft.picture_sha256, "新的照片")]
        assert (
            f'<td lang="zh" class="compared-text">{ALT}</td><td lang="zh" class="compared-text">新的照片</td>'
            in page
        )


def test_a_changed_description_is_shown_under_the_picture(desk, office, people):
    send(office, people.lecture, jpeg())
    send(desk, people.lecture, alt="另一句话")
    (proposal,) = proposals.open_of(again(people.lecture))
    page = office.get(f"/desk/review/?campaign=ip-2024&proposal={proposal.id}").text
    assert (
        f'<td lang="zh" class="compared-text">{ALT}</td><td lang="zh" class="compared-text">另一句话</td>'
        in page
    )
    assert (
        '<figcaption class="small soft">Description of the picture: <span lang="zh">另一句话</span>' in page
    )
