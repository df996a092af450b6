"""Stamps: a step is done when the file it left says the same as what it would be made from now."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def key(*parts: str | Path) -> str:
    """A hash over words and over the contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def holds(stamp: Path, wanted: str) -> bool:
    """Whether the step that leaves `stamp` was done from exactly this."""
    return stamp.is_file() and stamp.read_text().strip() == wanted


def leave(stamp: Path, wanted: str) -> None:
    """Written last, so that an interrupted step is done again."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted + "\n")
