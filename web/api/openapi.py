"""The API's description: an OpenAPI 3.1 document made of the operations that the routes are made of."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, current_app

from models.api_operation import EXTENSION, Credentials, Operation
from models.errors import N_
from models.installation import site
from web.api.shapes import Problem

pages = Blueprint("api_openapi", __name__)

_REF = "#/components/schemas/{name}"
_PROBLEM_EXAMPLE = {
    "type": "about:blank",
    "title": "Page not found",
    "status": 404,
    "detail": "You have no event 12.",
}
_SECURITY: dict[Credentials, list[dict[str, list[str]]]] = {
    Credentials.ACCOUNT: [{"accountToken": []}],
    Credentials.DEVICE: [{"deviceToken": []}],
    Credentials.ANY: [{}, {"accountToken": []}, {"deviceToken": []}],
    Credentials.NONE: [],
}
TAGS = {
    "events": N_("Events and their sessions."),
    "directory": N_("Venues and organizations."),
    "passes": N_("Passes: random tokens for one person or a group."),
    "devices": N_("Kiosks and scans, for an account."),
    "figures": N_("Participation figures."),
    "kiosk": N_("What paired kiosks and screens call."),
}
IDS = {
    "event_id": N_("Id of the event."),
    "occurrence_id": N_("Id of the session."),
    "venue_id": N_("Id of the venue."),
    "organization_id": N_("Id of the organization."),
    "pass_id": N_("Id of the pass."),
    "kiosk_id": N_("Id of the kiosk."),
}


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/api/v1/openapi.json")
def document() -> Response:
    response = Response(msgspec.json.encode(openapi()), content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def operations() -> list[Operation]:
    found: list[Operation] = current_app.extensions[EXTENSION]
    return sorted(found, key=lambda one: (list(TAGS).index(one.tag), one.path, one.method))


def openapi() -> dict[str, Any]:
    found = operations()
    paths: dict[str, dict[str, Any]] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Openweek",
            "version": "1",
            "summary": "Events, check-ins and figures of a public awareness week.",
        },
        "servers": [{"url": site().base_url}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": _schemas(found),
            "securitySchemes": {
                "accountToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token, made on “My account”. It reaches what its account reaches.",
                },
                "deviceToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of a paired device.",
                },
            },
        },
    }


def _schemas(found: Iterable[Operation]) -> dict[str, Any]:
    shapes = {shape for one in found for shape in (one.answer, one.body) if shape is not None} | {Problem}
    _outer, components = msgspec.json.schema_components(
        sorted(shapes, key=lambda shape: shape.__name__), ref_template=_REF
    )
    return dict(sorted(components.items()))


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "tags": [one.tag],
        "summary": one.summary,
        "operationId": f"{one.method.lower()}_{one.path.removeprefix('/api/v1/').translate(_FLAT)}",
        "description": _description(one),
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_header_parameters(one)],
        "responses": _responses(one),
        "security": _SECURITY[one.credentials],
    }
    if one.body is not None:
        content: dict[str, Any] = {"schema": _ref(one.body)}
        if one.body_example is not None:
            content["example"] = one.body_example
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


_FLAT = str.maketrans({"/": "_", "{": "", "}": "", ".": "_"})


def _description(one: Operation) -> str:
    scopes = f"Scope: {' or '.join(one.scopes)}." if one.scopes else ""
    return " ".join(filter(None, (one.detail, scopes)))


def _ref(shape: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}


def _path_parameters(one: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    return [
        {"name": name, "in": "path", "required": True, "description": IDS[name], "schema": schema}
        for name in names
    ]


def _query_parameters(one: Operation) -> list[dict[str, Any]]:
    texts: list[dict[str, Any]] = [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in one.free_query.items()
    ]
    if one.query is None:
        return texts
    _outer, components = msgspec.json.schema_components((one.query,), ref_template=_REF)
    schema = components[one.query.__name__]
    required = schema.get("required", ())
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "required": name in required, "schema": value}
        for name, value in schema["properties"].items()
    ]
    return parameters + texts


def _header_parameters(one: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if one.keyed:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": N_(
                    "Sent again with the same key, the request gets its first answer for 7 days."
                ),
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$"},
            }
        )
    if one.method == "PATCH":
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": N_("The ETag of the event as it was read, or *."),
                "schema": {"type": "string", "minLength": 1},
                "example": "*",
            }
        )
    return parameters


def _responses(one: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _ref(one.answer)}
    if one.answer_example is not None:
        content["example"] = one.answer_example
    answer: dict[str, Any] = {
        "description": HTTPStatus(one.status).phrase,
        "content": {"application/json": content},
    }
    headers = {}
    if one.etag:
        headers["ETag"] = {"schema": {"type": "string"}}
    if one.status == HTTPStatus.CREATED:
        headers["Location"] = {"schema": {"type": "string"}}
    if headers:
        answer["headers"] = headers
    responses = {str(one.status): answer}
    if one.etag and one.method == "GET":
        responses["304"] = {"description": "Not modified: If-None-Match has the present ETag."}
    for status in sorted(error_statuses(one)):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": _ref(Problem), "example": _problem(status)}},
        }
    return responses


def _problem(status: int) -> dict[str, Any]:
    return _PROBLEM_EXAMPLE if status == 404 else {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": "What to change."
    }  # fmt: skip


def error_statuses(one: Operation) -> set[int]:
    """The statuses of problem JSON that a route can answer."""
    statuses = {*one.errors, 503}
    if one.credentials != Credentials.NONE:
        statuses |= {401}
    if one.scopes:
        statuses |= {403}
    if one.scopes or one.query is not None or one.body is not None:
        statuses |= {400}
    if one.body is not None:
        statuses |= {413, 415, 422}
    return statuses
