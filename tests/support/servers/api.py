"""Requests of the API with a personal token."""

from typing import Any

from models.accounts.tokens import new_token_of
from models.organizations.tables import Account, TokenScope
from tests.support.records.week import NINE
from tests.support.servers.clients import Client

EVERY_SCOPE = tuple(TokenScope)


class ApiUser:
    """A program with a token of an account: `user.get("/events/1")`."""

    def __init__(self, client: Client, account: Account, *scopes: str) -> None:
        token = new_token_of(account.email, NINE, scopes or EVERY_SCOPE)
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self._client = client

    def get(self, path: str, **headers: str) -> Any:
        return self._client.get(f"/api/v1{path}", headers=self.headers | _named(headers))

    def post(self, path: str, content: object = None, **headers: str) -> Any:
        return self._client.post(f"/api/v1{path}", json=content, headers=self.headers | _named(headers))

    def patch(self, path: str, content: object, **headers: str) -> Any:
        return self._client.patch(f"/api/v1{path}", json=content, headers=self.headers | _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    """if_match="…" is If-Match: …"""
    return {name.replace("_", "-"): value for name, value in headers.items()}
