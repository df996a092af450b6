"""The page of the kiosk app."""

from flask import Blueprint, Flask, Response
from flask_babel import force_locale, get_locale, gettext

from kiosk.app.service_worker import STYLESHEETS, app_version, entry_modules, offline_page
from kiosk.app.words import CHECKS, WORDS
from kiosk.app.worker_scripts import with_policy, worker_script

bp = Blueprint("kiosk_app", __name__)


# wasm-unsafe-eval: the decoder is WebAssembly.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/kiosk/")
def app_page() -> Response:
    """The page of the app, with the words of both languages: a kiosk changes language offline."""
    words = {}
    for language in ("zh", "en"):
        with force_locale(language):
            words[language] = {key: gettext(sentence) for key, sentence in WORDS.items()}
    initial_language = "zh" if str(get_locale()).startswith("zh") else "en"
    page = offline_page(
        "kiosk/app/page.html",
        app_version(),
        words=words,
        shown=initial_language,
        sheets=STYLESHEETS,
        checks=CHECKS,
        modules=entry_modules(),
    )
    return with_policy(POLICY, page)


@bp.get("/kiosk/reader.js")
def decoder_worker() -> Response:
    """The decoder's worker."""
    return worker_script("kiosk/input/decoder-worker.js", POLICY)
