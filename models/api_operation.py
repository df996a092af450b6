"""What one route of /api/v1 takes and answers, as data: kiosk and web describe theirs, web.api.openapi publishes all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

EXTENSION = "openweek.api_operations"  # where the operations of an application stand

Shape = type[msgspec.Struct]


class Credentials(StrEnum):
    """Whose token a route asks for. ANY: a device's, an account's or none."""

    ACCOUNT = "account"
    DEVICE = "device"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """scopes: a token of an account needs one of them. query: its fields are the parameters. errors: statuses of problem
    JSON beside those that every route can answer. etag: answers carry one. keyed: takes an Idempotency-Key.
    summary: in English, as all of the description."""

    method: str
    path: str  # as Flask writes it, without converters: /api/v1/events/{event_id}
    tag: str
    summary: str
    answer: Shape
    status: int = 200
    credentials: Credentials = Credentials.ACCOUNT
    scopes: tuple[str, ...] = ()
    query: Shape | None = None
    body: Shape | None = None
    errors: tuple[int, ...] = ()
    etag: bool = False
    keyed: bool = False
    detail: str = ""
    body_example: Mapping[str, Any] | None = None
    answer_example: Mapping[str, Any] | None = None
    free_query: Mapping[str, str] = field(
        default_factory=dict
    )  # parameters that are texts, and what each says


def describe(app: Any, *operations: Operation) -> None:
    """Add operations to the description of an application's API. app: a flask.Flask."""
    app.extensions.setdefault(EXTENSION, []).extend(operations)
