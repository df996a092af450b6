"""The API's documentation as a page, made of the same operations as the OpenAPI document. It needs no other address."""

import json
from typing import Any

from flask import Blueprint, Flask, render_template

from models.errors import N_
from models.installation import site
from web.api.openapi import TAGS, openapi, operations

pages = Blueprint("api_docs", __name__)
HEADINGS = {
    "events": N_("Events"),
    "directory": N_("Venues and organizations"),
    "passes": N_("Passes"),
    "devices": N_("Kiosks and scans"),
    "figures": N_("Figures"),
    "kiosk": N_("Paired kiosks and screens"),
}
PLACES = {"path": N_("in the path"), "query": N_("in the query"), "header": N_("as a header")}
STATUSES = {
    "200": N_("done"),
    "201": N_("created"),
    "304": N_("not modified since that ETag"),
    "400": N_("a parameter does not fit"),
    "401": N_("no valid token"),
    "403": N_("the token lacks the scope"),
    "404": N_("not found, or not within reach"),
    "409": N_("conflicts with the present state"),
    "412": N_("changed since it was read"),
    "413": N_("the body is too large"),
    "415": N_("the body is not JSON"),
    "422": N_("a field does not fit"),
    "428": N_("If-Match is missing"),
    "429": N_("too many requests"),
    "503": N_("busy or being serviced: try again"),
}


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/api/v1/docs")
def index() -> str:
    document = openapi()
    return render_template(
        "api/docs.html",
        groups={tag: [one for one in _operations(document) if tag in one["tags"]] for tag in TAGS},
        headings=HEADINGS,
        tags=TAGS,
        places=PLACES,
        statuses=STATUSES,
        base_url=site().base_url,
    )


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Each operation as in the document, with its method, its path and its examples as text. What it says is translated by
    the page."""
    return [
        document["paths"][one.path][one.method.lower()]
        | {
            "method": one.method,
            "path": one.path,
            "detail": one.detail,
            "scopes": one.scopes,
            "sent": _text(one.body_example),
            "answered": _text(one.answer_example),
        }
        for one in operations()
    ]


def _text(example: object) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2) if example is not None else ""
