"""Passkeys (WebAuthn): what the browser is asked to sign, and checking it, by the webauthn library.

A challenge is kept in the signed cookie of the desk. It is good for CHALLENGE_LIFE and only if the passkey was not used since
it was given out, so a signature cannot be sent twice.
"""

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models.accounts.second_factor.tables import Passkey
from models.db import db
from models.errors import N_, Mistake
from models.installation import site
from models.organizations.tables import Account

CHALLENGE_LIFE = timedelta(minutes=10)
LONGEST_NAME = 60
MOST_PASSKEYS = 20


class WrongPasskey(Mistake):
    """What the browser sent does not prove the account."""

    status = 422


@dataclass(frozen=True)
class Challenge:
    """What a passkey has to sign. value: Base64url. options: JSON for the browser."""

    value: str
    options: str


def domain() -> str | None:
    """The domain that passkeys are bound to; None where the site has an IP address, for which browsers make none."""
    host = urlsplit(site().base_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return None


def passkeys_of(account: Account) -> Sequence[Passkey]:
    return db.session.scalars(
        select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)
    ).all()


def _descriptors(account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
        for one in passkeys_of(account)
    ]


def challenge_to_add(account: Account) -> Challenge | None:
    """None where the site can have no passkeys."""
    rp_id = domain()
    if rp_id is None:
        return None
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name="Openweek",
        user_id=str(account.id).encode(),
        user_name=account.email,
        exclude_credentials=_descriptors(account),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return Challenge(bytes_to_base64url(options.challenge), webauthn.options_to_json(options))


def challenge_to_prove(account: Account | None) -> Challenge | None:
    """For one account as the second step; None: for whoever has a passkey, in place of the password."""
    rp_id = domain()
    if rp_id is None:
        return None
    verification = UserVerificationRequirement.PREFERRED if account else UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        allow_credentials=_descriptors(account) if account else None,
        user_verification=verification,
    )
    return Challenge(bytes_to_base64url(options.challenge), webauthn.options_to_json(options))


def new_passkey(account: Account, challenge: str, answer: str, name: str, now: datetime) -> Passkey:
    """The passkey that the browser has made. Runs inside the caller's transaction. Raises WrongPasskey."""
    try:
        checked = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=domain() or "",
            expected_origin=site().base_url,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise _refused() from None
    row = Passkey(
        account_id=account.id,
        credential_id=bytes_to_base64url(checked.credential_id),
        public_key=bytes_to_base64url(checked.credential_public_key),
        sign_count=checked.sign_count,
        name=" ".join(name.split())[:LONGEST_NAME],
        created_at=now,
        used_at=now,
    )
    known = select(Passkey.id).where(Passkey.credential_id == row.credential_id)
    if db.session.scalar(known) is not None or len(passkeys_of(account)) >= MOST_PASSKEYS:
        raise _refused()
    db.session.add(row)
    db.session.flush()
    return row


def use_passkey(
    challenge: str, given_at: datetime, answer: str, now: datetime, *, account: Account | None
) -> Account:
    """The account that this answer proves. account: the one it must be; None: any, and then the device must have verified
    its user. Runs inside the caller's transaction. Raises WrongPasskey."""
    row = _row_of(answer)
    if row is None or (account is not None and row.account_id != account.id) or not row.account.is_active:
        raise _refused()
    if now - given_at > CHALLENGE_LIFE or row.used_at >= given_at:
        raise _refused()
    try:
        checked = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=domain() or "",
            expected_origin=site().base_url,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=account is None,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise _refused() from None
    row.sign_count, row.used_at = checked.new_sign_count, now
    return row.account


def _row_of(answer: str) -> Passkey | None:
    """The passkey that an answer names, locked until the end of the transaction."""
    try:
        sent: Any = json.loads(answer)
        credential_id = str(sent["id"])
    except (ValueError, TypeError, KeyError):
        return None
    query = select(Passkey).where(Passkey.credential_id == credential_id.replace("\0", "")[:1400])
    return db.session.scalar(query.with_for_update(of=Passkey).execution_options(populate_existing=True))


def _refused() -> WrongPasskey:
    return WrongPasskey(N_("The passkey could not be checked. Reload the page and try again."))
