"""Web addresses as people type them and as other servers send them."""

from urllib.parse import quote, urlsplit

_NOT_IN_A_HOST = frozenset(' "<>\\^`{|}')
_NOT_QUOTED = "%/:?#[]@!$&'()*+,;=~-._"


def to_ascii_url(url: str) -> str:
    """An absolute http or https address in ASCII: the host in IDNA, the rest percent-encoded. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https address")
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    if not _NOT_IN_A_HOST.isdisjoint(host) or not host.isprintable():
        raise ValueError("not a host name")
    return quote(parts._replace(netloc=host).geturl(), safe=_NOT_QUOTED)


def is_web_url(text: str) -> bool:
    try:
        return bool(to_ascii_url(text))
    except ValueError:
        return False


def decode_location(value: str) -> str:
    """The address in a Location header. http.client decodes headers as Latin-1, but some servers send UTF-8."""
    raw = value.encode("latin-1", "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return quote(raw, safe=_NOT_QUOTED)
