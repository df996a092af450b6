"""Files that the server's own user alone may read: the database, the secret key, and the folder that holds them."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What shows that a folder is a data folder of this system, and no home or temporary folder somebody named by mistake.
_SIGNS = ("secret_key", "openweek.sqlite")


def make_folder(path: Path) -> None:
    """Create the data folder for its owner alone; one that is there already is closed to others if it is ours."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any((path / name).exists() for name in _SIGNS) or not any(path.iterdir()):
        close(path)


def close(path: Path) -> None:
    """Take the rights of others from a file or folder of this user's; one of somebody else's stays as it is."""
    found = path.stat()
    if found.st_mode & _OTHERS and found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def close_database(path: Path) -> None:
    """The same for a SQLite database, made empty if it is missing: its log gets the rights that the file has.

    A file that is there is never opened: closing it again would drop the locks that SQLite holds in this process."""
    with contextlib.suppress(OSError):  # there already, or not to be made: SQLite says why
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    for name in ("", "-wal", "-shm", "-turn"):
        part = Path(f"{path}{name}")
        if part.exists():
            close(part)


def readable_by_others(folder: Path, database: Path | None = None) -> Iterator[Path]:
    """What others on this machine can read or write of the folder, the files in it and a database elsewhere."""
    for path in (folder, *sorted(folder.iterdir()), *([database] if database else [])):
        # A file in a closed folder is out of reach; it is reported all the same, because folders get opened.
        if path.exists() and path.stat().st_mode & _OTHERS:
            yield path
