"""Own files under /static/: each address carries a mark of its content, so that a phone fetches a file only once."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

YEAR = 365 * 24 * 60 * 60


def register(app: Flask) -> None:
    app.url_defaults(_add_content_mark)
    app.after_request(_cache_for_a_year)


def _add_content_mark(endpoint: str, values: dict) -> None:
    """url_for() of static files adds ?v=."""
    name = values.get("filename")
    if endpoint == "static" and name and "v" not in values:
        path = Path(current_app.static_folder or "") / name
        if path.is_file():
            values["v"] = _content_mark(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _content_mark(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _cache_for_a_year(response: Response) -> Response:
    """Marked addresses are immutable; others are revalidated."""
    if request.endpoint == "static" and request.args.get("v") and response.status_code in (200, 304):
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    return response
