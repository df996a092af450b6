"""The virus scanner (clamd of ClamAV) that files are shown to before anything of them is kept, where one is named.

The protocol is two commands of clamd(8): zINSTREAM, the file in pieces with their lengths, and zPING. Whoever cannot be asked
has found nothing clean: without an answer the file is refused."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from flask import current_app  # the application, not a request

from models.errors import N_, Mistake
from models.security import security_log

ANSWER_WITHIN = 20.0  # seconds, for connecting, sending and the answer together
LONGEST_ANSWER = 4096  # bytes
_PIECE = 1 << 16
_HOST_AND_PORT = re.compile(r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9_.-]+)):(?P<port>\d{1,5})", re.I)
WRONG_SETTING = N_(
    "OPENWEEK_VIRUS_SCANNER must be host:port or unix:/path of a clamd, for example 127.0.0.1:3310."
)
FOUND = N_("The virus scanner found something harmful in this file. It was not taken; choose another one.")
AWAY = N_(
    "The file could not be checked for viruses and was not taken. Nothing else is lost; please try again in a few minutes."
)


@dataclass(frozen=True)
class Scanner:
    """path: of its unix socket; else host and port."""

    path: str = ""
    host: str = ""
    port: int = 0


class HarmfulFile(Mistake):
    """A file in which the scanner found something."""

    status = 422


class ScannerAway(Mistake):
    """The scanner does not answer, or not as clamd does: nothing is known of the file."""

    status = 503


def scanner_of(text: str | None) -> Scanner | None:
    """OPENWEEK_VIRUS_SCANNER; None unless set."""
    if not text:
        return None
    if text.startswith("unix:/"):
        return Scanner(path=text.removeprefix("unix:"))
    match = _HOST_AND_PORT.fullmatch(text)
    if match is None or not 0 < int(match["port"]) < 1 << 16:
        raise Mistake(WRONG_SETTING)
    return Scanner(host=match["ipv6"] or match["host"], port=int(match["port"]))


def check(data: bytes, address: str) -> None:
    """Show a file to the scanner, before it is read or kept. address: whose file it is, for the security log.

    Raises HarmfulFile, ScannerAway. Without a scanner nothing is asked."""
    scanner: Scanner | None = current_app.config["VIRUS_SCANNER"]
    if scanner is None:
        return
    answer = _ask(scanner, b"zINSTREAM\0", data)
    if answer == "stream: OK":
        return
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        security_log.virus_found(answer.removeprefix("stream: ").removesuffix(" FOUND"), address)
        raise HarmfulFile(FOUND)
    security_log.scanner_away(answer)
    raise ScannerAway(AWAY)


def answers(scanner: Scanner) -> bool:
    """Whether a clamd answers there."""
    return _ask(scanner, b"zPING\0") == "PONG"


def _ask(scanner: Scanner, command: bytes, data: bytes | None = None) -> str:
    """Its answer; where there is none, why."""
    try:
        with _connection(scanner) as (connection, until):
            for piece in (command, *(() if data is None else _pieces(data))):
                _wait_until(connection, until)
                connection.sendall(piece)
            return _read(connection, until)
    except (OSError, UnicodeError) as error:  # the latter for a host name that cannot be one
        return f"no answer: {type(error).__name__}"


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        yield len(piece).to_bytes(4, "big") + piece
    yield bytes(4)


@contextmanager
def _connection(scanner: Scanner) -> Iterator[tuple[socket.socket, float]]:
    until = monotonic() + ANSWER_WITHIN
    if scanner.path:
        connection = socket.socket(socket.AF_UNIX)
    else:
        connection = socket.create_connection((scanner.host, scanner.port), ANSWER_WITHIN)
    with connection:
        if scanner.path:
            _wait_until(connection, until)
            connection.connect(scanner.path)
        yield connection, until


def _wait_until(connection: socket.socket, until: float) -> None:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _read(connection: socket.socket, until: float) -> str:
    """Up to the NUL that ends an answer. One that breaks off is none."""
    answer = b""
    while not answer.endswith(b"\0"):
        _wait_until(connection, until)
        part = connection.recv(LONGEST_ANSWER)
        if not part or len(answer) > LONGEST_ANSWER:
            raise ConnectionError
        answer += part
    return answer[:-1].decode("utf-8", "replace")
