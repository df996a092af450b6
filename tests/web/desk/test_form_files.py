"""Files in forms of the desk: what is too large is said at its field, and a file stays while other fields are corrected."""

import re
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from models import clock
from models.db import db
from models.desk import form_files, notices
from models.desk.form_files import FormFile
from models.desk.notices import Notice
from models.outcomes import highlights
from tests.support.browser.photos import jpeg
from tests.support.records.people import sign_in
from tests.support.records.week import NINE

PDF = b"%PDF-1.7 a notice"
LARGE = b"\0" * (31 << 20)
NOTICE = {
    "title": "报送总结",
    "text": "请于五月九日前报送",
    "to": "all",
    "region": "",
    "line": "",
    "deadline": "",
}


def post(browser, path: str, name: str = "a.pdf", **fields):
    """Fields of bytes are files. In one piece: the client would leave a temporary file of a large one open."""
    data = {
        key: FileStorage(BytesIO(value), name) if isinstance(value, bytes) else value
        for key, value in fields.items()
    }
    boundary, body = encode_multipart(data)
    return browser.post(path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def problems(page: str) -> list[str]:
    return re.findall(r'<p class="field-problem"[^>]*>(?:<svg.*?</svg>)?(.*?)</p>', page)


@pytest.fixture
def office(english, people):
    sign_in(english, people.lian)
    return english


def test_a_notice_keeps_its_text_whatever_the_size_of_its_file(office):
    answer = post(office, "/desk/notices/new", **NOTICE, file=LARGE)
    assert answer.status_code == 422
    assert problems(answer.text) == ["The file is larger than 10 MB. Please make it smaller."]
    assert 'value="报送总结"' in answer.text
    assert "请于五月九日前报送</textarea>" in answer.text


def test_a_new_event_keeps_its_fields_whatever_the_size_of_its_picture(office):
    fields = {
        "campaign": "ip-2024",
        "title": "专利开放日",
        "session-day": "2024-04-23",
        "session-part": "morning",
    }
    fields |= {"session-start": "", "session-end": "", "venue": "市民中心", "picture_alt": "展板"}
    answer = post(office, "/desk/events/new", **fields, picture=LARGE)
    assert (answer.status_code, problems(answer.text)) == (422, ["The picture is larger than 10 MB."])
    assert 'value="专利开放日"' in answer.text


def test_pictures_of_an_event_and_of_its_summary(office, people):
    pages = (
        f"/desk/events/{people.lecture.id}/picture/",
        f"/desk/events/{people.lecture.id}/outcomes/pictures",
    )
    for path in pages:
        answer = post(office, path, alt="孩子们在展板前", action="save", picture=LARGE)
        assert (answer.status_code, problems(answer.text)) == (422, ["The picture is larger than 10 MB."])
        assert 'value="孩子们在展板前"' in answer.text


def test_files_for_the_importer_and_of_a_kiosk(office):
    five = LARGE[: 5 << 20]
    answer = post(office, "/desk/import/", "a.csv", campaign="ip-2024", file=five)
    assert (answer.status_code, "The file is larger than 4 MB. Please split it." in answer.text) == (
        422,
        True,
    )
    answer = post(office, "/desk/handed-over/", "openweek-a.json", file=five)
    assert (answer.status_code, "The file is larger than 4 MB. Save it again" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("path", "megabytes"), [("/desk/notices/new", 64), ("/verify", 4), ("/desk/import/", 64)]
)
def test_more_than_a_page_receives_is_said_in_the_reader_s_language(office, path, megabytes):
    answer = office.post(
        path,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(megabytes + 1 << 20), "wsgi.input": BytesIO()},
    )
    assert answer.status_code == 413
    assert (
        f"This page takes up to {megabytes} MB at a time. Go back: what you typed is still there."
        in answer.text
    )


def kept_file(page: str) -> str:
    assert "Selected: 通知.pdf" in page
    return re.search(r'name="file-kept" value="(\d+)"', page)[1]


def test_the_file_of_a_notice_stays_while_other_fields_are_corrected(office, people):
    first = post(office, "/desk/notices/new", "通知.pdf", **NOTICE | {"title": ""}, file=PDF)
    kept = kept_file(first.text)
    second = post(office, "/desk/notices/new", "a.html", **NOTICE, **{"file-kept": kept}, file=b"<b>")
    assert problems(second.text) == [
        "“a.html” is not a PDF, an Office document, a picture, a text or a ZIP file."
    ]
    assert kept_file(second.text) == kept
    sent = post(office, "/desk/notices/new", **NOTICE, **{"file-kept": kept})
    assert sent.status_code == 303
    file = office.get(sent.location.partition("?")[0] + "/file")
    assert (file.data, file.mimetype) == (PDF, "application/pdf")
    assert db.session.query(FormFile).count() == 0
    # A second click, or a day later.
    again = post(office, "/desk/notices/new", **NOTICE, **{"file-kept": kept})
    assert (again.status_code, problems(again.text)) == (
        422,
        [
            "The file that you selected before is no longer here. Select it again, or send the notice without a file."
        ],
    )
    assert "file-kept" not in again.text


def test_a_kept_file_is_its_sender_s_alone_for_a_day(office, app, people, monkeypatch):
    kept = kept_file(post(office, "/desk/notices/new", "通知.pdf", **NOTICE | {"text": " "}, file=PDF).text)
    other = app.test_client()
    sign_in(other, people.su)
    assert other.post("/desk/notices/new", data=NOTICE | {"file-kept": kept}).status_code == 422
    without = office.post("/desk/notices/new", data=NOTICE | {"file-kept": kept, "file-none": "1"})
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + form_files.KEPT)
    late = office.post("/desk/notices/new", data=NOTICE | {"file-kept": kept})
    assert (without.status_code, late.status_code) == (303, 422)
    assert [notice.file_name for notice in db.session.query(Notice)] == [""]
    assert form_files.delete_old(clock.now()) == 1


def test_problems_of_a_notice_stand_at_their_fields(office, people):
    answer = office.post(
        "/desk/notices/new", data=NOTICE | {"title": "", "region": "330000", "deadline": "morgen"}
    )
    assert answer.status_code == 422
    assert set(re.findall(r'id="problem-(\w+)"', answer.text)) == {"title", "region", "deadline"}
    assert notices.sent(people.lian) == []


def test_only_the_newest_files_of_an_account_are_kept(office, people):
    ids = [
        form_files.keep(people.lian, form_files.Attachment("a.pdf", "application/pdf", PDF), NINE).id
        for _ in range(form_files.MOST_KEPT + 1)
    ]
    assert [row.id for row in db.session.query(FormFile).order_by(FormFile.id)] == ids[1:]


def test_a_picture_stays_while_its_description_is_corrected(office, people):
    base = f"/desk/events/{people.lecture.id}"
    for path, status in ((f"{base}/picture/", 303), (f"{base}/outcomes/pictures", 303)):
        refused = post(office, path, action="save", alt="", picture=jpeg())
        kept = re.search(r'name="picture-kept" value="([^"]+)"', refused.text)[1]
        assert (refused.status_code, "Selected, not saved yet." in refused.text) == (422, True)
        saved = office.post(path, data={"action": "save", "alt": "孩子们", "picture-kept": kept})
        assert saved.status_code == status
    (picture,) = highlights.pictures_of(people.lecture)
    db.session.refresh(people.lecture)
    assert (picture.alt, picture.sha256) == ("孩子们", people.lecture.picture_sha256)


def test_of_two_people_who_change_a_picture_the_second_one_is_told(office, people):
    path = f"/desk/events/{people.lecture.id}/picture/"
    seen = re.search(r'name="seen" value="([^"]*)"', office.get(path).text)[1]
    assert post(office, path, action="save", alt="甲", seen=seen, picture=jpeg()).status_code == 303
    wrong = post(office, path, action="save", alt="", seen=seen, picture=jpeg("blue"))
    assert (wrong.status_code, f'name="seen" value="{seen}"' in wrong.text) == (422, True)
    for fields in ({"action": "remove"}, {"action": "save", "alt": "乙"}):
        answer = post(office, path, **fields, seen=seen, picture=jpeg("blue"))
        assert (answer.status_code, "Somebody else changed the picture" in answer.text) == (409, True)
        db.session.refresh(people.lecture)
        assert people.lecture.picture_alt == "甲"
    kept = re.search(r'name="picture-kept" value="([^"]+)"', answer.text)[1]
    seen = re.search(r'name="seen" value="([^"]*)"', answer.text)[1]
    office.post(path, data={"action": "save", "alt": "乙", "seen": seen, "picture-kept": kept})
    db.session.refresh(people.lecture)
    assert people.lecture.picture_alt == "乙"


def test_a_copy_of_an_event_with_many_dates_is_saved(office, people):
    """Its form has eight fields a date, and is sent in parts because of the picture."""
    dates = [("session-day", "2024-04-23"), ("session-part", "morning")]
    dates += [
        (f"session-{name}", "") for name in ("start", "end", "last_day", "repeat", "closed", "capacity")
    ]
    fields = [("campaign", "ip-2024"), ("title", "专利开放日"), ("venue", "市民中心"), *dates * 150]
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    ]
    body = ("".join(parts) + "--x--\r\n").encode()
    answer = office.post("/desk/events/new", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 303, problems(answer.text)
