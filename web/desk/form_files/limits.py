"""How much of a file is received: one that is too large still leaves the other fields of its form, which are shown again.

A refusal before the form is read would lose what was typed. So of a large file the first bytes are kept, enough to see that it
is too large, and the rest is read and dropped. static/js/desk/file-size.js says the same before anything is sent."""

from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Blueprint, Request, Response, after_this_request, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException

MOST_RECEIVED = 64 * 1024 * 1024  # deploy/nginx.conf and deploy/Caddyfile let a little more through
MOST_OF_STRANGERS = 12 * 1024 * 1024  # of a form that is sent after the session has ended
MOST_FIELDS = 10_000  # an event has up to 200 rows of dates, eight fields each
_IN_MEMORY = 500 * 1024


class FormRequest(Request):
    """most_of_file: of each file of this form so many bytes are kept; None: the whole file."""

    most_of_file: int | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.most_of_file is None:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return cast(IO[bytes], _Beginning(self.most_of_file))


class _Beginning(SpooledTemporaryFile):
    """A temporary file that drops what is written beyond a size."""

    def __init__(self, most: int) -> None:
        super().__init__(max_size=_IN_MEMORY, mode="w+b")
        self._room = most

    def write(self, data: Any) -> int:
        kept = data[: self._room]
        self._room -= len(kept)
        super().write(kept)
        return len(data)


def _read_rest(response: Response) -> Response:
    """Of a form that nobody read, as after the end of a session: a proxy that still sends would take the answer for a broken
    one (Caddy: 502)."""
    with suppress(HTTPException, OSError):
        while request.stream.read(_IN_MEMORY):
            pass
    return response


def allow_files(pages: Blueprint, most: int, *views: str) -> None:
    """Forms of these pages send files of up to most bytes. views: only of these; none: of all."""
    endpoints = {f"{pages.name}.{view}" for view in views}

    @pages.url_value_preprocessor  # before anything reads the form
    def _allow(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        if request.method == "POST" and (not endpoints or endpoint in endpoints):
            _allow_file(most)


def _allow_file(most: int) -> None:
    after_this_request(_read_rest)
    request.max_content_length = MOST_RECEIVED if current_user.is_authenticated else MOST_OF_STRANGERS
    request.max_form_parts = MOST_FIELDS
    cast(FormRequest, request).most_of_file = most + 1  # one more, so that too large is seen
