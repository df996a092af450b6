"""What may be wrong with the machine: the data folder, its disk, the certificate, fonts."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from models.db import db
from models.drawing import fonts
from models.errors import N_
from models.operations.finding import Finding, Level
from models.security import private_files

LEAST_FREE = 64 * 1024 * 1024  # bytes on the disk of the data folder: a node with less is not ready
LITTLE_FREE = 1024 * 1024 * 1024
CERTIFICATE_ENDS_SOON = timedelta(days=14)
MOST_NAMED = 5


def faults(folder: Path, now: datetime) -> Iterator[Finding]:
    """folder: of the data. Nothing is asked of the database."""
    yield from _open_files(folder)
    yield from _disk(folder)
    yield from _writable(folder)
    yield from _certificate(folder / "tls" / "certificate.pem", now)
    yield from _fonts()


def _open_files(folder: Path) -> Iterator[Finding]:
    database = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    outside = Path(database) if database and Path(database).parent != folder else None
    for path in private_files.readable_by_others(folder, outside):
        # Folders in it hold compressed styles, and the certificate, whose key is closed itself.
        if path != folder and path.is_dir():
            continue
        yield Finding(
            Level.WARNING,
            N_("Other users of this machine can read %(path)s. Close it: chmod go-rwx %(path)s"),
            {"path": path},
        )


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < LITTLE_FREE:
        yield Finding(
            Level.ERROR if free < LEAST_FREE else Level.WARNING,
            N_("%(free)s MB are left on the disk of %(path)s. Make room, or move the data folder."),
            {"free": free >> 20, "path": folder},
        )


def _writable(folder: Path) -> Iterator[Finding]:
    """Also root may not write to a disk that went read-only, as one does after an error."""
    database = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    places = [folder, *([Path(database)] if database else [])]
    for path in places:
        if path.exists() and not os.access(path, os.W_OK):
            yield Finding(
                Level.ERROR,
                N_(
                    "%(path)s cannot be written to, so nothing is saved. Mount its disk for writing, or give it to the user "
                    "of the server."
                ),
                {"path": path},
            )
            return


def _certificate(path: Path, now: datetime) -> Iterator[Finding]:
    """That of this machine's own; one of a proxy is renewed and watched there."""
    if not path.exists():
        return
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (ValueError, OSError):
        ends = now
    if ends - now < CERTIFICATE_ENDS_SOON:
        yield Finding(
            Level.WARNING if ends > now else Level.ERROR,
            N_("The certificate %(path)s ends on %(day)s. Start the server again, which makes a new one."),
            {"path": path, "day": ends.date().isoformat()},
        )


def _fonts() -> Iterator[Finding]:
    missing = [path.name for path in fonts.missing_files()]
    if missing:
        yield Finding(
            Level.WARNING,
            N_(
                "Fonts are missing, so names in their scripts are printed as %(mark)s: %(names)s. Run: python3 "
                "tools/prepare.py run"
            ),
            {"mark": fonts.UNPRINTABLE, "names": ", ".join(missing[:MOST_NAMED])},
        )
