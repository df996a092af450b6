"""Pages, styles and scripts packed on their way (gzip): a third of the bytes over a phone's network.

Only what holds nothing secret is packed: a page that carries a token beside something that the asker may choose would
tell the token by its length (BREACH). So the public pages of these blueprints and static files, never the desk, a pass
or a personal list. Feeds pack themselves (web.representations).
"""

import gzip

from flask import Flask, Response, request

PUBLIC_BLUEPRINTS = frozenset({"calendar", "places", "programme", "embed", "subscribe"})
TYPES = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "image/svg+xml",
        "application/json",
    }
)
SMALLEST_BODY = 500  # bytes: less fits one packet anyway


def register(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if request.blueprint not in PUBLIC_BLUEPRINTS and request.endpoint != "static":
        return response
    if response.mimetype not in TYPES or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or request.accept_encodings.quality("gzip") <= 0:
        return response
    body = _read_body(response)
    if len(body) >= SMALLEST_BODY and "Set-Cookie" not in response.headers:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _weak = response.get_etag()
        if etag is not None:  # other bytes, another tag; the asker may have these
            response.set_etag(f"{etag}-gzip")
            response.make_conditional(request)
    return response


def _read_body(response: Response) -> bytes:
    """The body; that of a static file is read here and its file closed."""
    response.direct_passthrough = False
    source = response.response
    body = response.get_data()
    if hasattr(source, "close"):
        source.close()
    return body
