"""Addresses on the web, as people write them and as programs send them."""

from urllib.parse import quote, urlsplit

_NO_HOST = frozenset(' "<>\\^`{|}')
_KEPT = "%/:?#[]@!$&'()*+,;=~-._"


def to_ascii_url(url: str) -> str:
    """An absolute http or https address in ASCII: its host in IDNA, all else percent-encoded. Raises ValueError for
    what is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of the web")
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    if not _NO_HOST.isdisjoint(host) or not host.isprintable():
        raise ValueError("no name of a host")
    return quote(parts._replace(netloc=host).geturl(), safe=_KEPT)


def is_web_url(text: str) -> bool:
    try:
        return bool(to_ascii_url(text))
    except ValueError:
        return False


def decode_location(value: str) -> str:
    """A Location header as it was meant: headers arrive as Latin-1, and some hold UTF-8, or else unknown bytes."""
    raw = value.encode("latin-1", "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return quote(raw, safe=_KEPT)
