"""The API's documentation as a page, made of the same operations as the OpenAPI document. It needs no other address."""

import json
from typing import Any

from flask import Blueprint, Flask, render_template

from models.installation import site
from web.api.openapi import TAGS, openapi

pages = Blueprint("api_docs", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/api/v1/docs")
def index() -> str:
    document = openapi()
    return render_template(
        "api/docs.html",
        groups={tag: [one for one in _operations(document) if tag in one["tags"]] for tag in TAGS},
        tags=TAGS,
        base_url=site().base_url,
    )


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Each operation with its method, its path and its examples as text."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = next(iter(operation["responses"].values()))["content"]["application/json"]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            found.append(
                operation
                | {
                    "method": method.upper(),
                    "path": path,
                    "sent": _text(body.get("example")),
                    "answered": _text(content.get("example")),
                }
            )
    return found


def _text(example: object) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2) if example is not None else ""
