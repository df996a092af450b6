"""What makes the kiosk app start with no network: the manifest, the icons, the service worker and what it keeps."""

import hashlib
import json
import re
from io import BytesIO
from pathlib import Path

from PIL import Image

from kiosk.app import service_worker as shell
from tests.support.browser.js_modules import reached


def shell_of(script: str) -> dict:
    first, _ = script.split("\n", 1)
    return json.loads(first.removeprefix("const SHELL = ").removesuffix(";"))


def test_the_worker_lists_every_file_of_the_app_with_its_bytes(client):
    answer = client.get("/kiosk/service-worker.js")
    assert answer.content_type.startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    files = shell_of(answer.text)["files"]
    for address, digest in files.items():
        kept = client.get(address, buffered=True)
        assert (kept.status_code, hashlib.sha256(kept.data).hexdigest()) == (200, digest), address
    assert "/static/vendor/zxing/zxing_reader.wasm" in files
    assert "/static/vendor/noble-ed25519/index.js" in files
    assert "/kiosk/reader.js" in files
    assert not any(address.startswith("/api/") for address in files)


def test_nothing_that_the_page_or_its_scripts_ask_for_is_missing(client):
    page = client.get("/kiosk/")
    kept = shell_of(client.get("/kiosk/service-worker.js").text)
    assert page.headers["Openweek-Kiosk-Version"] == kept["version"]
    assert f'data-version="{kept["version"]}"' in page.text
    asked = {address.split("#")[0] for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)}
    assert asked <= kept["files"].keys()
    for entry in (shell.ENTRY, shell.CODE_SCREEN, shell.DECODER_WORKER):
        modules = reached(entry.removeprefix("js/")) - {entry.removeprefix("js/")}
        assert {f"/static/js/{module}" for module in modules} <= kept["files"].keys(), entry


def test_every_file_that_the_version_names_is_there(app):
    with app.test_request_context():
        names = {address.split("?")[0] for address in shell.app_files()}
        beside = shell.server_files()
    root = Path(app.static_folder)
    assert [path.name for path in beside if not path.is_file()] == []
    for name in (shell.WORKER, shell.DECODER_WORKER, shell.ENTRY, shell.CODE_SCREEN):
        assert (root / name).is_file(), name
    for folder in shell.FOLDERS:
        assert any((root / folder).rglob("*.js")), folder
    assert {f"/static/{shell.ENTRY}", f"/static/{shell.CODE_SCREEN}", "/kiosk/reader.js"} <= names


def test_the_app_can_be_installed(client):
    answer = client.get("/kiosk/manifest.webmanifest", headers={"Accept-Language": "zh-CN"})
    assert answer.content_type == "application/manifest+json"
    told = answer.json
    assert (told["start_url"], told["scope"], told["id"]) == ("/kiosk/", "/kiosk/", "/kiosk/")
    assert told["name"] == "签到终端"
    for icon in told["icons"]:
        drawn = Image.open(BytesIO(client.get(icon["src"]).data))
        assert f"{drawn.width}x{drawn.height}" == icon["sizes"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    assert client.get("/kiosk/icon-64.png").status_code == 404
