"""What lets the kiosk app start offline: manifest, icons, and the service worker with its list of files."""

import hashlib
import json
import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    url_for,
)
from flask_babel import gettext
from PIL import Image, ImageDraw

from kiosk.app.worker_scripts import with_policy

bp = Blueprint("service_worker", __name__)

STYLESHEETS = (
    "base/tokens",
    "base/elements",
    "base/forms",
    "kiosk/frame",
    "kiosk/check-in-screen",
    "kiosk/modes",
    "kiosk/tally",
    "kiosk/latest-scans",
    "kiosk/sizes",
    "kiosk/dialogs",
    "kiosk/verdict",
    "kiosk/question",
)
TEMPLATES = ("app/page.html", "app/help.html", "screens/screen.html")
CODE_SCREEN_STYLESHEET = "code-screen"
ICON_SIDES = (180, 192, 512)
WORKER = "js/kiosk/service-worker.js"
DECODER_WORKER = "js/kiosk/input/decoder-worker.js"
ENTRY = "js/kiosk/app.js"
CODE_SCREEN = "js/screens/code-screen.js"  # the screens with the changing code
FOLDERS = ("js/browser", "js/kiosk", "js/screens")
_IMPORT = re.compile(r'^(?:import|export|\})[^;"]*"((?:\.{1,2}|/static)/[^"]+\.js)";', re.MULTILINE)
DAY = 24 * 60 * 60
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
BRAND, FINAL, PAPER = "#1f4373", "#ff8f85", "#ffffff"
ICON_BARS = (7, 5, 6.5, 5.5, 8, 6.5)  # the six days before the last, as favicon.svg draws them


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.extensions["openweek.kiosk_app_version"] = app_version  # for `openweek doctor`, which is of web


@bp.get("/kiosk/service-worker.js")
def service_worker() -> Response:
    """The worker's script with the list of files before it, so that a changed file changes the script."""
    app = {"version": app_version(), "files": app_files()}
    script = (Path(current_app.static_folder or "") / WORKER).read_text()
    response = Response(f"const SHELL = {json.dumps(app)};\n{script}", mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/kiosk/"
    return with_policy(POLICY, response)


def offline_page(template: str, mark: str, **values: object) -> Response:
    """A page that the service worker caches with the files of the same version. mark: app_version()."""
    response = make_response(render_template(template, version=mark, **values))
    response.headers["Openweek-Kiosk-Version"] = mark
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/kiosk/manifest.webmanifest")
def manifest() -> Response:
    name = gettext("Check-in kiosk")
    icons = [_icon_entry(side, "any") for side in ICON_SIDES] + [_icon_entry(512, "maskable")]
    response = jsonify(
        id="/kiosk/",
        start_url="/kiosk/",
        scope="/kiosk/",
        name=name,
        short_name=name,
        display="standalone",
        background_color="#f6f7f9",
        theme_color="#f6f7f9",
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icon_entry(side: int, purpose: str) -> dict:
    address = url_for("service_worker.icon", side=str(side))
    return {"src": address, "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}


@bp.get("/kiosk/icon-<any('180', '192', '512'):side>.png")
def icon(side: str) -> Response:
    response = make_response(_draw_icon(int(side)))
    response.mimetype = "image/png"
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


@lru_cache(maxsize=len(ICON_SIDES))
def _draw_icon(side: int) -> bytes:
    """Seven bars, the last one marked, within the circle that maskable icons keep."""
    image = Image.new("RGB", (side, side), BRAND)
    pen = ImageDraw.Draw(image)
    unit = side / 36
    foot = 25 * unit

    def bar(position: int, height: float, colour: str) -> None:
        left = (8.1 + position * 2.9) * unit
        pen.rounded_rectangle((left, foot - height * unit, left + 2 * unit, foot), unit / 2, colour)

    for position, height in enumerate(ICON_BARS):
        bar(position, height, PAPER)
    bar(len(ICON_BARS), 14, FINAL)
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def app_files() -> dict[str, str]:
    """Address of every file that the app needs, as its pages ask for it, with the SHA-256 of its bytes (hex)."""
    root = Path(current_app.static_folder or "")
    with_mark = [f"css/{sheet}.css" for sheet in (*STYLESHEETS, CODE_SCREEN_STYLESHEET)]
    with_mark += ["icons.svg", "favicon.svg", ENTRY, CODE_SCREEN]
    path_by_address = {url_for("static", filename=name): root / name for name in with_mark}
    # Modules import each other without ?v=.
    without_mark = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.js"))]
    without_mark += sorted((root / "vendor").glob("noble-ed25519/*.js")) + sorted(
        path for path in (root / "vendor/zxing").rglob("*") if path.suffix in (".js", ".wasm")
    )
    for path in without_mark:
        name = path.relative_to(root).as_posix()
        if name not in (WORKER, DECODER_WORKER, ENTRY, CODE_SCREEN):
            path_by_address[f"{current_app.static_url_path}/{name}"] = path
    path_by_address[url_for("kiosk_app.decoder_worker")] = root / DECODER_WORKER
    return {address: _digest(path, path.stat().st_mtime_ns) for address, path in path_by_address.items()}


def entry_modules() -> list[str]:
    """Addresses of the modules that the app's script imports, directly or through others: fetched side by side, not one
    after the other as the browser finds them."""
    root = Path(current_app.static_folder or "")
    found: dict[Path, None] = {}
    waiting = [root / ENTRY]
    while waiting:
        path = waiting.pop()
        for name in _imports(path, path.stat().st_mtime_ns):
            module = (
                (path.parent / name).resolve()
                if name.startswith(".")
                else root / name.removeprefix("/static/")
            )
            if module not in found:
                found[module] = None
                waiting.append(module)
    return [f"{current_app.static_url_path}/{path.relative_to(root).as_posix()}" for path in sorted(found)]


@lru_cache(maxsize=256)
def _imports(path: Path, _changed: int) -> tuple[str, ...]:
    return tuple(_IMPORT.findall(path.read_text()))


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def app_version() -> str:
    """Twelve hex digits that change with any file of the app, its page, its words or the worker itself."""
    paths = [path for path in server_files() if path.is_file()]  # the catalogue exists after make catalogue
    parts = [*app_files().items(), *((path.name, _digest(path, path.stat().st_mtime_ns)) for path in paths)]
    return hashlib.sha256(repr(sorted(parts)).encode()).hexdigest()[:12]


def server_files() -> list[Path]:
    """Templates, words, catalogue and the worker itself."""
    root = Path(current_app.static_folder or "")
    folder = Path(__file__).parent
    templates = [folder.parent / "templates" / "kiosk" / name for name in TEMPLATES]
    sentences = [folder / name for name in ("words.py", "staff_words.py")]
    catalogue = root.parent / "translations" / "zh" / "LC_MESSAGES" / "messages.mo"
    return [root / WORKER, *templates, *sentences, catalogue]
