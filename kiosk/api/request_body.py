"""JSON in the body of a request: read within a limit, decoded by msgspec into the type that the endpoint names."""

import zlib
from typing import TypeVar

import msgspec
from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from models.errors import N_, Mistake

T = TypeVar("T")

NOT_JSON = N_("The request is not valid JSON.")
UNKNOWN_CODING = N_("Send the content as it is, or compressed with gzip.")
_GZIP = 16 + zlib.MAX_WBITS


class NotJsonError(Mistake):
    status = 415


class UnknownCodingError(Mistake):
    """A Content-Encoding other than gzip."""

    status = 415


def decode_json(type_: type[T], expected: str) -> T:
    """The body as a value of this type. expected: the sentence for a body of another shape.

    Raises UnsupportedMediaType (415), RequestEntityTooLarge (413) or Mistake (400)."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return msgspec.json.decode(body_bytes(), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Mistake(expected) from None


def body_bytes() -> bytes:
    """The body, unpacked where it came with gzip: at most as large as an uncompressed one may be.

    Raises RequestEntityTooLarge, UnknownCodingError, or Mistake for a body that is no gzip."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    body = request.get_data(cache=False)
    if coding == "identity":
        return body
    if coding not in ("gzip", "x-gzip"):
        raise UnknownCodingError(UNKNOWN_CODING)
    return _gunzip(body, current_app.config["MAX_CONTENT_LENGTH"])


def _gunzip(body: bytes, largest: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(body, largest + 1)
    except zlib.error:
        raise Mistake(NOT_JSON) from None
    if len(unpacked) > largest:
        raise RequestEntityTooLarge
    if not unpacker.eof:  # cut off on its way
        raise Mistake(NOT_JSON)
    return unpacked
