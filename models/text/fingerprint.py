"""A short text that stands for values: it is another one once one of them has changed."""

import hashlib


def fingerprint(*values: object) -> str:
    """Of values whose repr() tells them apart. For a form or a page that is to be known again, not for secrets."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:24]
