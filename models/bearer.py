"""Bearer tokens: read from a request header, kept as a digest."""

import hashlib


def secret_digest(secret: str) -> str:
    """How a long random secret is kept at rest. (Random enough that a plain hash cannot be searched.)"""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer_token(header: str) -> str:
    """The token in the value of an Authorization header; "" where it carries none."""
    scheme, _space, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
