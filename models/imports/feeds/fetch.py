"""Getting a file from somebody else's address without being led astray: into this network, into waiting, into memory.

The name is resolved here, every address it has must be public, and the connection is made to the address that was
checked, so that a second answer of the name server changes nothing. Each redirect is looked at in the same way.
"""

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from models.errors import N_, Mistake
from models.urls import decode_location, to_ascii_url

MOST_BYTES = 5 * 1024 * 1024
SECONDS = 20.0
MOST_REDIRECTS = 3
LONGEST_URL = 2000
LONGEST_MARK = 100
REDIRECTS = (301, 302, 303, 307, 308)
_STEP = 64 * 1024
_WELL_KNOWN_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TRIED = 3  # addresses of one name

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Fetched:
    """body None: what it was last time (304). etag, last_modified: to be sent next time, "" where there is none."""

    body: bytes | None
    etag: str
    last_modified: str


def is_public(address: Address) -> bool:
    """Whether an address is out on the internet: not private, loopback, link-local (where clouds keep their metadata),
    multicast or reserved; the IPv4 address inside an IPv6 one counts as well."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _WELL_KNOWN_NAT64 or int(address) >> 32 == 0:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(v4) for v4 in inner if v4 is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def cleaned(url: str) -> str:
    """The address as it is kept: webcal: is https:. Raises Mistake for what is no address to fetch from."""
    url = url.strip()
    scheme, _, rest = url.partition(":")
    if scheme.lower() in ("webcal", "webcals"):
        url = f"https:{rest}"
    parts_of(url)
    return url


def fetch(
    url: str,
    etag: str = "",
    last_modified: str = "",
    *,
    allowed: Callable[[Address], bool] = is_public,
    seconds: float = SECONDS,
) -> Fetched:
    """The file at an address, at most 5 MB in at most 20 seconds. allowed: which addresses may be connected to.

    Raises Mistake, one sentence, for every way in which that can fail."""
    ends = time.monotonic() + seconds
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {
        "User-Agent": "Openweek",
        "Accept": "text/calendar, */*;q=0.1",
        **{k: v for k, v in conditions.items() if v},
    }
    for _ in range(MOST_REDIRECTS + 1):
        parts = parts_of(url)
        with Visit(parts, headers, allowed, ends) as visit:
            if visit.response.status not in REDIRECTS:
                return visit.read(etag, last_modified)
            url = _onward(url, visit.response.headers.get("Location", ""))
    raise Mistake(N_("The address redirects more than %(most)s times."), most=MOST_REDIRECTS)


def _onward(url: str, location: str) -> str:
    onward = decode_location(location)
    try:
        return urljoin(url, onward)
    except ValueError:
        raise _no_address(onward) from None


def _no_address(url: str) -> Mistake:
    return Mistake(N_("“%(url)s” is not an address that starts with https:// or http://."), url=url[:80])


def unreachable(host: str) -> Mistake:
    return Mistake(N_("%(host)s cannot be reached or did not answer correctly."), host=host)


def parts_of(url: str) -> SplitResult:
    """What an address is made of, as it is sent."""
    try:
        parts = urlsplit(to_ascii_url(url))
        sane = len(url) <= LONGEST_URL and url.isprintable() and " " not in url and parts.port != 0
    except ValueError:
        sane = False
    if not sane:
        raise _no_address(url)
    if parts.username is not None or parts.password is not None:
        raise Mistake(N_("The address contains a user name or password. Use one that needs no sign-in."))
    return parts


class Visit:
    """One request to one checked address. Its socket is shut when the time is over, whatever it waits for."""

    def __init__(
        self,
        parts: SplitResult,
        headers: dict[str, str],
        allowed: Callable[[Address], bool],
        ends: float,
        method: str = "GET",
        content: bytes | None = None,
    ) -> None:
        self._parts, self._headers, self._allowed, self._ends = parts, headers, allowed, ends
        self._method, self._content = method, content
        self._connection: HTTPConnection | None = None
        self._socket: socket.socket | None = None  # the connection forgets it once the answer has begun
        self._over = False
        self._response: BaseHTTPResponse | None = None

    def __enter__(self) -> "Visit":
        self._alarm = threading.Timer(max(0.0, self._left()), self._shut)
        self._alarm.daemon = True
        self._alarm.start()
        try:
            self._response = self._answer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._alarm.cancel()
        for resource in (self._response, self._connection):
            if resource is not None:
                resource.close()

    @property
    def response(self) -> BaseHTTPResponse:
        if self._response is None:
            raise RuntimeError("the visit has not begun")
        return self._response

    def read(self, etag: str, last_modified: str) -> Fetched:
        status, headers = self.response.status, self.response.headers
        if status == 304 and (etag or last_modified):
            return Fetched(None, etag, last_modified)
        if status != 200:
            raise Mistake(
                N_("The other server answered with status %(status)s instead of the file."), status=status
            )
        encoding = headers.get("Content-Encoding", "identity").strip().lower() or "identity"
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise Mistake(
                N_("The other server sent content compressed as %(encoding)s, which is not accepted."),
                encoding=encoding[:20],
            )
        return Fetched(
            self._body(packed=encoding != "identity"),
            _mark(headers.get("ETag")),
            _mark(headers.get("Last-Modified")),
        )

    def _body(self, packed: bool) -> bytes:
        """What was sent, unpacked; neither is larger than MOST_BYTES."""
        parts, size = [], 0
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed else None
        try:
            while part := self.response.read1(_STEP):
                if unpack is not None:
                    part = unpack.decompress(part, MOST_BYTES + 1 - size)
                size += len(part)
                if size > MOST_BYTES:
                    raise Mistake(
                        N_("The content at the address is larger than %(most)s MB."), most=MOST_BYTES >> 20
                    )
                self._in_time()
                parts.append(part)
        except (HTTPError, HTTPException, OSError, zlib.error):
            self._in_time()
            raise Mistake(N_("The connection was interrupted.")) from None
        self._in_time()
        if unpack is not None and not unpack.eof:
            raise Mistake(N_("The connection was interrupted."))
        return b"".join(parts)

    def _answer(self) -> BaseHTTPResponse:
        addresses = _resolved(self._parts, self._allowed)
        for position, address in enumerate(addresses[:_TRIED], 1):
            self._in_time()
            try:
                return self._ask(address)
            except ssl.SSLCertVerificationError:
                raise Mistake(
                    N_("The certificate of %(host)s is not valid."), host=self._parts.hostname
                ) from None
            except (HTTPError, HTTPException, OSError, ValueError):
                self._in_time()
                if position == min(len(addresses), _TRIED):
                    break
        raise unreachable(self._parts.hostname or "")

    def _ask(self, address: str) -> BaseHTTPResponse:
        parts, wait = self._parts, max(0.1, self._left())
        if parts.scheme == "https":
            self._connection = HTTPSConnection(
                address,
                parts.port or 443,
                timeout=wait,
                server_hostname=parts.hostname,
                ssl_context=ssl.create_default_context(),
            )
        else:
            self._connection = HTTPConnection(address, parts.port or 80, timeout=wait)
        self._connection.connect()
        self._socket = self._connection.sock
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {**self._headers, "Host": parts.netloc, "Accept-Encoding": "gzip"}
        self._connection.request(
            self._method,
            target,
            self._content,
            headers=headers,
            preload_content=False,
            decode_content=False,
        )
        return self._connection.getresponse()

    def _left(self) -> float:
        return self._ends - time.monotonic()

    def _in_time(self) -> None:
        if self._over or self._left() <= 0:
            raise Mistake(N_("%(host)s took too long to answer."), host=self._parts.hostname)

    def _shut(self) -> None:
        self._over = True
        connection = self._socket or (self._connection.sock if self._connection is not None else None)
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _mark(value: str | None) -> str:
    """A header that is sent back next time; one that is no plain short text is not worth keeping."""
    return value if value and len(value) <= LONGEST_MARK and value.isascii() and value.isprintable() else ""


def _resolved(parts: SplitResult, allowed: Callable[[Address], bool]) -> list[str]:
    """The addresses of a host, every one of them allowed. Raises Mistake."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        entries = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Mistake(N_("There is no host called %(host)s."), host=parts.hostname) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
    for text in addresses:
        if "%" in text or not allowed(ipaddress.ip_address(text)):
            raise Mistake(
                N_("%(host)s is an internal network address, not a public one, so it is not read."),
                host=parts.hostname,
            )
    return addresses
