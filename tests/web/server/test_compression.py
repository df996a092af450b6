"""What travels compressed, and what a kiosk fetches to be installed."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest

from tests.support.servers.compressed_files import share
from web.server import precompressed

BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
WASM = "/static/vendor/zxing/zxing_reader.wasm"
ADDRESSES = ("/kiosk/", WASM, "/kiosk/reader.js", "/kiosk/service-worker.js", "/kiosk/manifest.webmanifest")
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture
def settings(settings):
    """What the servers of the tests have compressed need not be compressed again."""
    share(Path(settings["OPENWEEK_INSTANCE"]))
    return settings


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")]
)
def test_the_app_of_the_kiosk_travels_compressed(client, address, accepted, coding):
    plain = client.get(address, buffered=True)
    answer = client.get(address, headers={"Accept-Encoding": accepted})
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, coding)
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert UNPACK[coding](answer.data) == plain.data
    assert (plain.headers.get("Content-Encoding"), answer.mimetype) == (None, plain.mimetype)
    assert len(answer.data) < len(plain.data)


def test_an_install_takes_at_most_500_kilobytes(client):
    page = client.get("/kiosk/", headers=BROWSER)
    html = brotli.decompress(page.data).decode()
    script = brotli.decompress(client.get("/kiosk/service-worker.js", headers=BROWSER).data).decode()
    files = re.findall(r'"(/(?:static|kiosk)/[^"]+)": "[0-9a-f]{64}"', script)
    assert len(files) > 50
    sizes = [len(client.get(address, headers=BROWSER).data) for address in files]
    assert len(page.data) + sum(sizes) <= 500_000
    # Every module is named in the page, so that none waits for another to be found.
    preloaded = set(re.findall(r'<link rel="modulepreload" href="([^"]+)">', html))
    modules = {address for address in files if urlsplit(address).path.startswith("/static/js/kiosk/")}
    assert {urlsplit(address).path for address in modules} - preloaded <= {"/static/js/kiosk/app.js"}


def test_a_file_that_is_known_is_not_sent_again(client):
    first = client.get(WASM, headers=BROWSER)
    again = client.get(WASM, headers=BROWSER | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_changed_file_is_compressed_anew(app, tmp_path):
    path = tmp_path / "a.js"
    run = tmp_path.as_posix()  # nobody has compressed it yet
    with app.app_context():
        for text in (f"first {run} " * 200, f"second {run} " * 200):
            path.write_text(text)
            assert brotli.decompress(precompressed.compressed(path, "br")).decode() == text
