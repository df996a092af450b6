"""Own files under /static/: each address carries a mark of its content, so that a phone fetches a file only once."""

import hashlib
import os
import stat
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
    """None: there is no such file. Without Path, which takes as long as all the rest: a page has thirteen of these."""
    path = os.path.join(current_app.static_folder or "", name)
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return _content_mark(path, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


@lru_cache(maxsize=512)
def _content_mark(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


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
