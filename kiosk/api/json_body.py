"""The JSON object in the body of a request."""

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from models.errors import Mistake


def json_object(asked: str) -> dict:
    """The object that was sent. asked: the sentence for a body that is none. Raises 415 for another kind of body."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = request.get_json()
    except (BadRequest, RecursionError):  # no JSON, or nested without end
        body = None
    if not isinstance(body, dict):
        raise Mistake(asked)
    return body
