"""NAME=VALUE among the arguments of a bench: a section's own numbers."""

import sys


def number(name: str, default: int) -> int:
    return next((int(one.partition("=")[2]) for one in sys.argv if one.startswith(f"{name}=")), default)
