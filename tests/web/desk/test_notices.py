"""Notices: an office writes to those below it and sees who has read; the others do not know of them."""

import re
from io import BytesIO

import pytest

from models.desk import notices
from models.desk.notices import NoticeDraft
from models.errors import Mistake
from tests.support.records.people import sign_in
from tests.support.records.week import NINE

PDF = b"%PDF-1.7 a notice"


def write(browser, **fields):
    return browser.post(
        "/desk/notices/new", data={"title": "报送总结", "text": "见 https://example.cn/a", **fields}
    )


def recipients(people, sender, **draft) -> list[str]:
    notice = notices.send(getattr(people, sender), NoticeDraft("题", "文", **draft), NINE)
    names = {account.email: name for name, account in vars(people).items() if hasattr(account, "email")}
    seen = sorted(names[one.account.email] for one in notices.readers_of(notice))
    assert seen == sorted(
        name
        for name in names.values()
        if notice.id in {one.notice.id for one in notices.received(getattr(people, name))}
    )
    return seen


def test_to_whom_a_notice_goes(people):
    assert recipients(people, "cui") == ["bao", "fa", "gang", "gu", "he", "kan", "lian", "shou", "su", "wang"]
    assert recipients(people, "cui", offices_only=True) == ["bao", "fa", "gang", "lian", "su"]
    assert recipients(people, "su") == ["fa", "gang", "gu", "he", "kan", "lian", "shou", "wang"]
    assert recipients(people, "su", region_code="320723", line="courts") == ["wang"]
    assert recipients(people, "fa") == ["wang"]
    assert recipients(people, "gang", offices_only=True) == ["lian"]
    assert recipients(people, "lian") == ["gu", "he", "shou", "wang"]
    assert recipients(people, "bao") == []


def test_a_notice_stays_within_the_area_of_its_sender(people):
    for region in ("330000", "320000x", "320000"):
        with pytest.raises(Mistake, match="region of your area"):
            notices.send(people.lian, NoticeDraft("题", "文", region_code=region), NINE)


def test_written_read_and_seen(english, people):
    sign_in(english, people.su)
    answer = write(english, deadline="2024-05-09", file=(BytesIO(PDF), "../通知.pdf"))
    assert answer.status_code == 303
    address = answer.headers["Location"].partition("?")[0]
    assert "read by 0 of 8" in english.get(address).text
    sign_in(english, people.gu)
    assert '<span class="nav-count">1<' in english.get("/desk/").text
    page = english.get(address).text
    assert '<a href="https://example.cn/a" rel="noopener noreferrer">' in page
    assert "Due by Thu 9 May 2024" in page
    assert "Who has read it" not in page
    assert "nav-count" not in english.get("/desk/").text
    file = english.get(f"{address}/file")
    assert (file.data, file.mimetype, file.headers["X-Content-Type-Options"]) == (
        PDF,
        "application/pdf",
        "nosniff",
    )
    assert file.headers["Content-Disposition"].startswith("attachment;")
    sign_in(english, people.su)
    page = english.get(address).text
    assert "read by 1 of 8" in page
    assert re.search(r"gu@example.cn</td><td>[^<]*\d", page)
    sign_in(english, people.bao)
    assert english.get(address).status_code == 404
    assert english.get(f"{address}/file").status_code == 404


def test_nothing_typed_is_lost(english, people):
    sign_in(english, people.lian)
    answer = write(english, title="", text="长文<b>")
    assert (answer.status_code, "Give the notice a title" in answer.text) == (422, True)
    assert "长文&lt;b&gt;" in answer.text


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("a.pdf", PDF, True),
        ("a.docx", b"PK\x03\x04...", True),
        ("a.txt", "说明".encode(), True),
        ("a.pdf", b"MZ\x90\x00", False),
        ("a.html", b"<script>", False),
        ("a.txt", b"MZ\x90\x00", False),
        ("a.png", PDF, False),
        ("a.pdf", b"", False),
    ],
)
def test_the_content_of_a_file_says_what_it_is(english, people, name, data, kept):
    sign_in(english, people.lian)
    assert write(english, file=(BytesIO(data), name)).status_code == (303 if kept else 422)


def test_a_file_may_have_ten_megabytes(english, people):
    sign_in(english, people.lian)
    ten = PDF + b"\0" * (10 * 1024 * 1024 - len(PDF))
    assert send_file(english, ten).status_code == 303
    assert send_file(english, ten + b"\0").status_code == 422


def send_file(browser, data: bytes):
    """As bytes: the test client would keep a large form in a temporary file that it never closes."""
    parts = [
        b'name="title"\r\n\r\nA',
        b'name="text"\r\n\r\nB',
        b'name="file"; filename="a.pdf"\r\n\r\n' + data,
    ]
    body = (
        b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"
    )
    return browser.post("/desk/notices/new", data=body, content_type="multipart/form-data; boundary=x")
