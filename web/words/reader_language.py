"""Which language a reader gets, known before anything else of a request is read."""

from functools import lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES = ("zh", "en")
DEFAULT = "zh"


def reader_language(cookie: str | None, accepted: str) -> str:
    """The language of the cookie "lang", else the best one of Accept-Language, else Chinese."""
    return cookie if cookie in LANGUAGES else _best(accepted)


@lru_cache(maxsize=512)
def _best(accepted: str) -> str:
    return parse_accept_header(accepted, LanguageAccept).best_match(LANGUAGES) or DEFAULT
