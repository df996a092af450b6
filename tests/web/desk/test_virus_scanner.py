"""Files of the desk are shown to the virus scanner before anything of them is kept; the form keeps what was typed."""

import pytest

from models.db import db
from models.desk.form_files import FormFile
from models.desk.notices import Notice
from models.events.tables import Picture
from models.imports.uploads import UploadedFile
from models.security.virus_scanner import AWAY, FOUND, Scanner, scanner_of
from tests.support.browser.photos import jpeg
from tests.support.records.people import sign_in
from tests.support.servers.fake_clamd import HARMFUL, fake_clamd
from tests.web.desk.test_form_files import NOTICE, PDF, post, problems

FORMS = [
    ("/desk/notices/new", "a.pdf", {**NOTICE, "file": PDF + HARMFUL}),
    ("/desk/events/new?campaign=ip-2024", "a.jpg", {"title": "讲座", "picture": jpeg() + HARMFUL}),
    ("/desk/import/", "a.csv", {"campaign": "ip-2024", "file": HARMFUL}),
    ("/desk/handed-over/", "a.json", {"file": HARMFUL}),
]


@pytest.fixture
def office(english, people):
    sign_in(english, people.lian)
    return english


@pytest.fixture
def clamd(app):
    with fake_clamd() as clamd:
        app.config["VIRUS_SCANNER"] = scanner_of(clamd.address)
        yield clamd


def kept() -> list[int]:
    return [db.session.query(table).count() for table in (Notice, FormFile, Picture, UploadedFile)]


def test_what_is_found_is_refused_everywhere(office, clamd):
    before = kept()
    for path, name, fields in FORMS:
        answer = post(office, path, name, **fields)
        assert (path, answer.status_code, FOUND in answer.text) == (path, 422, True)
    assert kept() == before
    assert len(clamd.files) == len(FORMS)


def test_while_it_is_away_no_file_is_taken(office, app):
    app.config["VIRUS_SCANNER"] = Scanner(path="/nowhere/clamd")
    before = kept()
    for path, name, fields in FORMS:
        answer = post(office, path, name, **fields)
        assert (path, answer.status_code in (422, 503), AWAY in answer.text) == (path, True, True)
    assert kept() == before


def test_what_was_typed_stays(office, app):
    app.config["VIRUS_SCANNER"] = Scanner(path="/nowhere/clamd")
    answer = post(office, "/desk/notices/new", **NOTICE, file=PDF)
    assert problems(answer.text) == [AWAY]
    assert 'value="报送总结"' in answer.text


def test_a_form_without_a_file_asks_nobody(office, app):
    app.config["VIRUS_SCANNER"] = Scanner(path="/nowhere/clamd")
    assert post(office, "/desk/notices/new", **NOTICE).status_code == 303


def test_a_clean_file_is_taken(office, clamd):
    assert post(office, "/desk/notices/new", **NOTICE, file=PDF).status_code == 303
    assert clamd.files == [PDF]
