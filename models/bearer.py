"""Bearer tokens: read from a request header, stored as a digest."""

import hashlib


def secret_digest(secret: str) -> str:
    """SHA-256 in hex, as secrets are stored. For long random secrets only: short ones need a keyed or slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer_token(header: str) -> str:
    """The token in the value of an Authorization header; "" where there is none."""
    scheme, _space, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
