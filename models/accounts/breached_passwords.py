"""Passwords that became known through breaches elsewhere: a sorted file of the operator, looked up without a network.

Each line is the SHA-1 of a password in hexadecimal, then perhaps a colon and how often it was seen; the lines ascend. Such a file
has tens of gigabytes: it is searched by halves and never loaded."""

import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from flask import current_app  # the application, not a request

from models.errors import N_, Mistake

_DIGITS = 40
_LONGEST_LINE = 128  # bytes; a longer one is none of such a list
_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:\d{1,20})?\r?\n?")
_PLACES = 64  # lines that are looked at when the file is named


def breached_passwords(text: str | None) -> Path | None:
    """The file that OPENWEEK_BREACHED_PASSWORDS names; None unless set. Raises Mistake for one that cannot be used."""
    if not text:
        return None
    path = Path(text).resolve()
    try:
        with path.open("rb") as file:
            is_list = _is_sorted_list(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise _unreadable(path, error) from None
    if not is_list:
        raise Mistake(
            N_(
                "OPENWEEK_BREACHED_PASSWORDS: %(path)s is no list of SHA-1 digests. It needs lines of 40 hexadecimal digits, "
                "with :count or without, in ascending order."
            ),
            path=path,
        )
    return path


def _unreadable(path: Path, error: OSError) -> Mistake:
    return Mistake(
        N_("OPENWEEK_BREACHED_PASSWORDS: %(path)s cannot be read (%(reason)s)."),
        path=path,
        reason=error.strerror or error,
    )


def list_date() -> datetime | None:
    """When the list was written, in UTC; None without one. Raises Mistake for one that is gone."""
    path: Path | None = current_app.config["BREACHED_PASSWORDS"]
    if path is None:
        return None
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise _unreadable(path, error) from None


def check_not_breached(password: str) -> None:
    """Raises Mistake for a password of the list, also where the list is gone. Without a list nothing is looked up."""
    path: Path | None = current_app.config["BREACHED_PASSWORDS"]
    if path is None:
        return
    # The lists are made of SHA-1; nothing is kept of it here.
    digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    try:
        with path.open("rb", buffering=_LONGEST_LINE) as file:
            found = _has_line(file, os.fstat(file.fileno()).st_size, digest.upper().encode())
    except OSError:
        raise Mistake(
            N_(
                "The list of breached passwords cannot be read at the moment, so no new password is accepted. Tell those who run "
                "the server."
            )
        ) from None
    if found:
        raise Mistake(
            N_(
                "This password is known from a breach of other services: it is on lists of guesses. Choose another one."
            )
        )


def _has_line(file: BinaryIO, size: int, digest: bytes) -> bool:
    low, high = 0, size  # where the line begins that is looked for
    while low < high:
        middle = (low + high) // 2
        start, line = _line_from(file, middle)
        if start >= high or line[:_DIGITS].upper() > digest:
            high = middle
        elif line[:_DIGITS].upper() == digest:
            return True
        else:
            low = start + len(line)
    return False


def _line_from(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """The first line that begins at this byte or later, and where; an empty one at the end."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline(_LONGEST_LINE)
    start = file.tell()
    return start, file.readline(_LONGEST_LINE)


def _is_sorted_list(file: BinaryIO, size: int) -> bool:
    before = b""
    for number in range(_PLACES):
        _start, line = _line_from(file, size * number // _PLACES)
        if not line and number:
            break  # a file of a few lines
        key = line[:_DIGITS].upper()
        if not _LINE.fullmatch(line) or key < before:
            return False
        before = key
    return True
