"""What the set-up says to the person at the terminal: Chinese where LANG asks for it, else English."""

import os
import sys
from typing import NoReturn

CHINESE = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh")


def either(english: str, chinese: str) -> str:
    """The sentence in the reader's language."""
    return chinese if CHINESE else english


def say(english: str, chinese: str) -> None:
    """Print one sentence at once, so that a long step is announced before it starts."""
    print(either(english, chinese), flush=True)


def stop(english: str, chinese: str) -> NoReturn:
    """End the set-up with one sentence on stderr and exit status 1."""
    sys.exit(either(english, chinese))
