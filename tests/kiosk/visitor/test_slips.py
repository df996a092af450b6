"""A slip says where its holder was, without a name; it is checked in another process, and is gone after an undo."""

import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pypdfium2
import pytest

from models.codes import passes, slips
from models.corrections import scan_review
from models.ledger.tables import Decision
from models.operations import holder_links
from models.summaries import handing_in
from models.summaries.part import Part
from models.visitors import slips as kept_slips
from tests.support.browser.phone import rows
from tests.support.records.codes import read
from tests.support.records.people import make_people
from tests.support.records.week import NINE, make_device

OFFLINE = """
import json, sys
from base64 import b64decode
from models.codes import slips
keys = json.load(open(sys.argv[2]))["slips"]["keys"]
text = slips.text_in(open(sys.argv[1], "rb").read())
print(slips.verify(text, {int(id): b64decode(key) for id, key in keys.items()}).title)
"""


@pytest.fixture
def visit(week, event):
    """The pass and the scan of a visit at nine."""
    held, scan_id = passes.issue(week, "youth", NINE)[0], uuid4()
    make_device(event).scan(held.token, id=scan_id)
    return held, scan_id


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    [code] = read(document[0].render(scale=4).to_pil())
    return code.rsplit("/", 1)[-1]


def test_a_pass_has_a_slip_of_its_visit(client, visit):
    held, scan_id = visit
    page = client.get(f"/C/{held.token}")
    assert f'href="/C/{held.token}/slip/{scan_id}"' in page.text
    slip = client.get(f"/C/{held.token}/slip/{scan_id}")
    assert (slip.status_code, slip.headers["Cache-Control"]) == (200, "private, no-cache")
    for words in ("到场凭证", "知识产权进校园", "2024年4月22日", "09:00", "第一中学"):
        assert words in slip.text


def test_whoever_scans_the_paper_sees_that_it_is_genuine(client, visit):
    held, scan_id = visit
    pdf = client.get(f"/C/{held.token}/slip/{scan_id}.pdf").data
    text = text_of(pdf)
    assert slips.text_in(pdf) == text
    checked = client.get(f"/SLIP/{text}")
    assert (checked.status_code, "真实有效" in checked.text) == (200, True)
    uploaded = client.post("/slip", data={"file": (BytesIO(pdf), "slip.pdf")})
    assert uploaded.location == f"/SLIP/{text}"
    assert client.post("/slip", data={"slip": "nothing"}).status_code == 422


def test_after_an_undo_or_when_it_is_set_aside_there_is_none(client, visit):
    held, scan_id = visit
    address = f"/C/{held.token}/slip/{scan_id}"
    text = text_of(client.get(f"{address}.pdf").data)
    scan_review.decide(scan_id, Decision.SET_ASIDE, "Not there", None, NINE)
    assert [client.get(path).status_code for path in (address, f"{address}.pdf")] == [404, 404]
    assert scan_id.hex not in client.get(f"/C/{held.token}").text.replace("-", "")
    assert "不再计入" in client.get(f"/slip/{text}").text


def test_a_slip_belongs_to_its_holder(client, week, visit, phone, another, token):
    other = passes.issue(week, "youth", NINE)[0]
    assert client.get(f"/C/{other.token}/slip/{visit[1]}").status_code == 404
    phone.tap(token)
    scan_id = rows()[-1].id
    assert "知识产权进校园" in phone.get(f"/V/{token}/{scan_id}/slip").text
    assert phone.get(f"/V/{token}/{scan_id}/slip.pdf").data.startswith(b"%PDF")
    assert another().get(f"/V/{token}/{scan_id}/slip").status_code == 404


def test_the_slip_of_a_phone_is_gone_with_its_link(client, week, event, phone, another, token):
    phone.tap(token)
    scan = rows()[-1]
    address, stranger = f"/V/{token}/{scan.id}/slip", another(language="en")
    assert "another browser" in stranger.get(address).text
    sealed_at = NINE + timedelta(days=10)
    handing_in.hand_in(Part(week, "320723"), make_people(week).lian, sealed_at)
    holder_links.destroy_due(sealed_at + holder_links.KEPT)
    for path in (address, f"{address}.pdf"):
        page = stranger.get(path)
        assert (page.status_code, "Since 2024-06-01 nobody can tell" in page.text) == (404, True)
    assert "another browser" in stranger.get(f"/V/{token}/{uuid4()}/slip").text


def test_it_verifies_offline_in_another_process_and_fails_when_touched(client, runner, visit, week, tmp_path):
    held, scan_id = visit
    file, keys = tmp_path / "slip.pdf", tmp_path / "keys.json"
    file.write_bytes(client.get(f"/C/{held.token}/slip/{scan_id}.pdf").data)
    keys.write_text(json.dumps(client.get("/slip/keys.json").json))
    command = [sys.executable, "-c", OFFLINE, file, keys]
    shown = subprocess.run(
        command, capture_output=True, check=True, encoding="utf-8", env={"PYTHONUTF8": "1"}
    )
    assert shown.stdout == "知识产权进校园\n"
    verified = runner.invoke(args=["verify", str(file), "--keys", str(keys)])
    assert (verified.exit_code, "知识产权进校园" in verified.output) == (0, True)
    assert runner.invoke(args=["verify", str(file)]).exit_code == 0
    text = slips.text_in(file.read_bytes())
    for place in (0, 1, 5, 60, len(text) - 1):
        other = "A" if text[place] != "A" else "B"
        with pytest.raises(slips.SlipError):
            slips.verify(text[:place] + other + text[place + 1 :], kept_slips.public_keys())
    file.write_text(f"http://openweek.test/slip/{text[:60]}{'A' if text[60] != 'A' else 'B'}{text[61:]}")
    assert runner.invoke(args=["verify", str(file)]).exit_code == 1
    file.write_text("nothing")
    assert runner.invoke(args=["verify", str(file)]).exit_code == 2


def test_no_name_no_group_and_no_code_of_the_holder_are_in_it(week, visit):
    held, scan_id = visit
    found = kept_slips.visit_with_slip(week, held.holder, scan_id)
    text = kept_slips.signed(kept_slips.slip_of(week, found))
    raw = slips._bytes(text)
    for secret in (held.token.encode(), f"{held.serial:010x}".encode(), held.holder.encode(), b"youth"):
        assert secret not in raw
