"""Pages, styles and scripts compressed on their way (brotli or gzip): a third of the bytes over a phone's network.

Only what holds nothing secret is compressed: a page that carries a token beside something that the reader may choose would
guess the token by its length (BREACH). So the public pages of these blueprints and static files, never the desk, a pass or a
personal list. Feeds compress themselves (web.feeds.http_cache).
"""

import gzip
from pathlib import Path

import brotli
from flask import Flask, Response, current_app, request

from web.server import precompressed

# kiosk_app and service_worker: the app's pages are the same for everybody.
PUBLIC_BLUEPRINTS = frozenset(
    {"calendar", "places", "programme", "embed", "subscribe", "kiosk_app", "service_worker"}
)
TYPES = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "image/svg+xml",
        "application/json",
        "application/manifest+json",
        "application/wasm",
    }
)
# As thorough as a page may take; files are compressed beforehand.
_COMPRESS = {
    "br": lambda data: brotli.compress(data, quality=5),
    "gzip": lambda data: gzip.compress(data, 6, mtime=0),
}


def register(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if request.blueprint not in PUBLIC_BLUEPRINTS and request.endpoint != "static":
        return response
    if response.mimetype not in TYPES or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    coding = _accepted_coding()
    if response.status_code != 200 or coding is None or "Set-Cookie" in response.headers:
        return response
    body = _read_body(response)
    if len(body) >= precompressed.SMALLEST:
        response.set_data(_file(coding) if request.endpoint == "static" else _COMPRESS[coding](body))
        response.headers["Content-Encoding"] = coding
        etag, _weak = response.get_etag()
        if etag is not None:  # other bytes, another tag; the asker may have these
            response.set_etag(f"{etag}-{coding}")
            response.make_conditional(request)
    return response


def _accepted_coding() -> str | None:
    """brotli before gzip where both are taken."""
    accepted = request.accept_encodings
    return next((coding for coding in precompressed.CODINGS if accepted.quality(coding) > 0), None)


def _file(coding: str) -> bytes:
    """The static file of this request."""
    path = Path(current_app.static_folder or "") / (request.view_args or {})["filename"]
    return precompressed.compressed(path, coding)


def _read_body(response: Response) -> bytes:
    """The body; that of a static file is read here and its file closed."""
    response.direct_passthrough = False
    source = response.response
    body = response.get_data()
    if hasattr(source, "close"):
        source.close()
    return body
