"""Personal API tokens: made, listed, revoked. Shown once, stored as a digest."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from models.audit.chain import record
from models.audit.tables import OPERATOR, Actor, AuditVerb
from models.bearer import secret_digest
from models.db import db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.organizations.tables import Account, ApiToken, TokenScope, find_account

MOST_TOKENS = 20
LONGEST_NAME = 60


def tokens_of(account: Account) -> Sequence[ApiToken]:
    """The valid tokens of an account, the newest first."""
    query = select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    return db.session.scalars(query.order_by(ApiToken.id.desc())).all()


def new_token(
    account: Account, name: str, now: datetime, by: Actor, scopes: Collection[str] = (TokenScope.FIGURES,)
) -> str:
    """A token, which cannot be read again. Raises Mistake for a name or scopes that cannot be used, Conflict for too many
    tokens."""
    name = " ".join(name.split())
    if not name:
        raise Mistake(N_("Give the token a name that says what it is for."))
    if len(name) > LONGEST_NAME:
        raise Mistake(N_("A name can have at most 60 characters."))
    checked = check_scopes(scopes)
    with transaction():
        count = select(func.count()).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
        if db.session.scalars(count).one() >= MOST_TOKENS:
            raise Conflict(N_("You have 20 tokens. Revoke one that you no longer use first."))
        return _issue(account, name, checked, now, by)


def check_scopes(scopes: Collection[str]) -> list[str]:
    """These scopes in the order of TokenScope. Raises Mistake where there is none, or an unknown one."""
    unknown = next((scope for scope in scopes if scope not in list(TokenScope)), None)
    if unknown is not None:
        raise Mistake(
            N_("“%(scope)s” is not a scope of a token. Use: %(known)s."),
            scope=unknown[:40],
            known=", ".join(TokenScope),
        )
    if not scopes:
        raise Mistake(N_("Choose at least one permission for the token."))
    return [scope.value for scope in TokenScope if scope in scopes]


def new_token_of(email: str, now: datetime, scopes: Collection[str] = (TokenScope.FIGURES,)) -> str:
    """A token without a name, for the operator. Raises NotFound for an address without an account, Mistake for scopes."""
    checked = check_scopes(scopes)
    with transaction():
        account = find_account(email)
        if account is None:
            raise NotFound(N_("There is no account for %(email)s."), email=email)
        return _issue(account, "", checked, now, OPERATOR)


def _issue(account: Account, name: str, scopes: list[str], now: datetime, by: Actor) -> str:
    token = "owp_" + secrets.token_urlsafe(32)
    row = ApiToken(account=account, name=name, digest=secret_digest(token), scopes=scopes, created_at=now)
    db.session.add(row)
    db.session.flush()
    record(AuditVerb.TOKEN_CREATED, now, by, account, token=row.id, name=name, scopes=" ".join(scopes))
    return token


def revoke_token(account: Account, token_id: int, now: datetime, by: Actor) -> None:
    """Raises NotFound for a token that is not one of the account's, or is revoked already."""
    with transaction():
        row = next((one for one in tokens_of(account) if one.id == token_id), None)
        if row is None:
            raise NotFound(N_("This token is revoked already. Reload the page."))
        row.revoked_at = now
        record(AuditVerb.TOKEN_REVOKED, now, by, account, token=row.id, name=row.name)


def revoke_tokens(account: Account, now: datetime) -> int:
    """Revoke all of an account; how many these were. Runs inside the caller's transaction."""
    rows = tokens_of(account)
    for row in rows:
        row.revoked_at = now
    return len(rows)
