"""Own files under /static/: each address carries a mark of its content, so that a phone fetches a file only once."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

YEAR = 365 * 24 * 60 * 60


def register(app: Flask) -> None:
    app.url_defaults(_add_content_mark)
    app.after_request(_set_lifetime)


def _add_content_mark(endpoint: str, values: dict) -> None:
    """url_for() of static files adds ?v=."""
    name = values.get("filename")
    if endpoint == "static" and name and "v" not in values:
        mark = _mark_of(name)
        if mark:
            values["v"] = mark


def _mark_of(name: str) -> str | None:
    """None: there is no such file."""
    path = Path(current_app.static_folder or "") / name
    return _content_mark(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=512)
def _content_mark(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _set_lifetime(response: Response) -> Response:
    """Addresses with this file's own mark are immutable; without one they are revalidated.

    During an upgrade a page of a newer server may ask an older one for its files: such an answer must stay in no cache."""
    mark = request.args.get("v")
    if request.endpoint != "static" or not mark or response.status_code not in (200, 304):
        return response
    response.cache_control.no_cache = None
    if mark == _mark_of((request.view_args or {}).get("filename", "")):
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_store = True
    return response
