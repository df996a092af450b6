"""What an Accept-Encoding takes. Browsers and calendar programs send the same few again and again."""

from functools import lru_cache

from werkzeug.http import parse_accept_header


@lru_cache(maxsize=256)
def accepted_coding(accepted: str) -> str:
    """br before gzip where both are taken, "" for neither."""
    parsed = parse_accept_header(accepted)
    return next((coding for coding in ("br", "gzip") if parsed.quality(coding) > 0), "")


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted).quality("gzip") > 0
