"""Own files compressed once, at set-up: brotli takes seconds for the decoder of the kiosk, too long for a request.

The results lie in the instance folder, named by the content, so a changed file is compressed anew and never served stale.
"""

import gzip
import hashlib
import os
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import brotli
from flask import current_app

SUFFIXES = {".js", ".css", ".svg", ".wasm", ".json"}
SMALLEST = 500  # bytes: less fits one packet anyway
_COMPRESS = {
    "br": lambda data: brotli.compress(data, quality=11),
    "gzip": lambda data: gzip.compress(data, 9, mtime=0),
}
CODINGS = tuple(_COMPRESS)


def compress_all() -> None:
    """Compress every static file that was not yet: before the first request."""
    for path in Path(current_app.static_folder or "").rglob("*"):
        if path.suffix in SUFFIXES and path.stat().st_size >= SMALLEST:
            for coding in CODINGS:
                compressed(path, coding)


def compressed(path: Path, coding: str) -> bytes:
    """The content of a file under a content coding (br or gzip)."""
    stored = _stored(path, coding)
    try:
        return stored.read_bytes()
    except FileNotFoundError:
        body = _COMPRESS[coding](path.read_bytes())
    stored.parent.mkdir(parents=True, exist_ok=True)
    # Several workers may do this at once: each writes a file of its own and renames it.
    with NamedTemporaryFile(dir=stored.parent, delete=False) as file:
        file.write(body)
    os.replace(file.name, stored)
    return body


def _stored(path: Path, coding: str) -> Path:
    digest = _digest(path, path.stat().st_mtime_ns)
    return Path(current_app.instance_path) / "compressed" / f"{digest}.{coding}"


@lru_cache(maxsize=512)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]
