"""The account behind a request of the API, and what its token is good for."""

from dataclasses import dataclass

from flask import request

from models.audit.current_actor import set_actor
from models.audit.tables import Actor
from models.bearer import bearer_token
from models.errors import N_, Mistake
from models.organizations.tables import Account, ApiToken, TokenScope, find_token
from models.security.security_log import token_refused

TOKEN_NOT_VALID = N_("This token is not valid. Please get a new one.")


class InvalidTokenError(Mistake):
    """The credentials of the request are missing, or not, or no longer, good."""

    status = 401


class MissingScopeError(Mistake):
    """The token is valid, but was not made for this."""

    status = 403


@dataclass(frozen=True)
class Caller:
    account: Account
    token: ApiToken


def authenticated_caller(scopes: tuple[str, ...]) -> Caller:
    """The caller of this request, also for what the audit log says of it. Raises InvalidTokenError (401),
    MissingScopeError (403)."""
    secret = bearer_token(request.headers.get("Authorization", ""))
    token = find_token(secret) if secret else None
    if token is None:
        raise refused_token(secret)
    require_scope(token, *scopes)
    account, network = token.account, request.remote_addr or ""
    set_actor(lambda: Actor(account, network))
    return Caller(token.account, token)


def refused_token(secret: str) -> InvalidTokenError:
    """The answer to credentials that are not, or no longer, good; they leave a line in the security log."""
    token_refused("API token", secret, request.remote_addr or "", request.endpoint)
    return InvalidTokenError(TOKEN_NOT_VALID)


def require_scope(token: ApiToken, *scopes: str) -> None:
    if not token.allows(*(TokenScope(scope) for scope in scopes)):
        raise MissingScopeError(
            N_("This needs a token with one of these scopes: %(known)s. Make another one."),
            known=", ".join(scopes),
        )
