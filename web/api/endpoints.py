"""Routes of the API that describe themselves: one Operation is both the route and its entry in the OpenAPI document."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from models.api_operation import Operation, describe
from models.errors import N_, Mistake
from web.api.caller import authenticated_caller

Shape = TypeVar("Shape", bound=msgspec.Struct)
NOT_JSON = N_("The request is not valid JSON.")
_FIELD = re.compile(r"`\$\.?([^`]*)`")
_CONVERTERS = {"event_id": "int", "occurrence_id": "int", "venue_id": "int", "organization_id": "int", "pass_id": "int",
               "kiosk_id": "int"}  # fmt: skip


class NotUnderstoodError(Mistake):
    """JSON of another shape than the description says."""

    status = 422


@dataclass(frozen=True)
class Reply:
    """A prepared answer. location: of what was created."""

    body: bytes
    status: int = 200
    location: str = ""


class Endpoints:
    """The routes of one module: a blueprint and the operations that it describes."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(f"api_{name}", __name__)
        self._operations: list[Operation] = []

    def route(self, operation: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """The view takes the Caller, the ids of the path, and `query` and `content` where the operation has them; it gives a
        shape or a Reply."""

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            def respond(**path: int) -> Response:
                caller = authenticated_caller(operation.scopes)
                given: dict[str, Any] = dict(path)
                query = read_query(operation.query or NoParameters)
                if operation.query is not None:
                    given["query"] = query
                if operation.body is not None:
                    given["content"] = read_body(operation.body)
                return _response(view(caller, **given), operation.etag)

            self.blueprint.add_url_rule(
                _flask_rule(operation.path), view.__name__, respond, methods=[operation.method]
            )
            self._operations.append(operation)
            return view

        return decorate

    def register(self, app: Flask) -> None:
        app.register_blueprint(self.blueprint)
        describe(app, *self._operations)


def _flask_rule(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: f"<{_CONVERTERS[match[1]]}:{match[1]}>", path)


class NoParameters(msgspec.Struct):
    """Of a route without any."""


def read_query(shape: type[Shape]) -> Shape:
    """The parameters of the request. Raises Mistake, which names one that is wrong, unknown or there twice: a program that
    misspells a filter must not take the answer for a filtered one."""
    names = shape.__struct_encode_fields__
    values = request.args.to_dict()
    odd = next((name for name in values if name not in names or len(request.args.getlist(name)) > 1), None)
    if odd is not None:
        raise Mistake(
            N_("The parameter “%(name)s” is unknown here or comes twice. See the API description."), name=odd
        )
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Mistake(
            N_(
                "The parameter “%(name)s” is missing or does not have the form that the API description asks for."
            ),
            name=_field_of(error),
        ) from None


def read_body(shape: type[Shape]) -> Shape:
    """The JSON of the request. Raises 415, 413, Mistake (400) for what is no JSON, NotUnderstoodError for another shape."""
    if not request.is_json:
        raise UnsupportedMediaType
    body = request.get_data(cache=True)
    if b"\\u0000" in body:  # PostgreSQL refuses NUL in texts
        raise Mistake(NOT_JSON)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise NotUnderstoodError(
            N_(
                "The field “%(name)s” is missing or does not have the form that the API description asks for."
            ),
            name=_field_of(error),
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Mistake(NOT_JSON) from None


def _field_of(error: msgspec.ValidationError) -> str:
    """The field that msgspec complains of: it names either a missing field or the path of a wrong one."""
    text = str(error)
    missing = re.search(r"missing required field `([^`]+)`", text)
    path = _FIELD.search(text)
    return missing[1] if missing else path[1] if path and path[1] else "…"


def encoded(content: msgspec.Struct) -> bytes:
    return msgspec.json.encode(content)


def etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _response(result: msgspec.Struct | Reply, with_etag: bool) -> Response:
    reply = result if isinstance(result, Reply) else Reply(encoded(result))
    response = Response(reply.body, reply.status, content_type="application/json")
    if reply.location:
        response.headers["Location"] = reply.location
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Accept-Language"))
    if with_etag:
        response.set_etag(etag_of(reply.body))
        if request.method in ("GET", "HEAD"):
            response.make_conditional(request)
    return response
