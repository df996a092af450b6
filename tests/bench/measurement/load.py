"""Load over HTTP from one process: keep-alive connections on plain sockets, so that the client costs little of the machine."""

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What a server answered. seconds: of the measurement. latencies: in seconds, sorted. bodies: of all answers."""

    seconds: float
    latencies: list[float]
    bodies: list[bytes]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies)

    @property
    def p99(self) -> float:
        return self.latencies[int(len(self.latencies) * 0.99)]


def request(path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a request: GET, or POST of JSON where there is a body."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class _Connection:
    def __init__(self, port: int, requests: Iterator[bytes]):
        self._requests = requests
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received, self._missing, self._sent = b"", 0, 0.0

    def send(self) -> bool:
        """The next request, if there is one more."""
        content = next(self._requests, None)
        if content is None:
            return False
        self._received, self._missing, self._sent = b"", 0, time.perf_counter()
        self.socket.sendall(content)
        return True

    def receive(self) -> tuple[float, bytes] | None:
        """Latency and body, once the answer is complete. Raises AssertionError for any status but 200."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise AssertionError("The server closed a connection that was kept open.")
        self._received += part
        if not self._missing:
            head, separator, _body = self._received.partition(b"\r\n\r\n")
            if not separator:
                return None
            if not head.startswith(b"HTTP/1.1 200"):
                raise AssertionError(self._received.decode(errors="replace"))
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            self._missing = len(head) + len(separator) + int(length)
        if len(self._received) < self._missing:
            return None
        body = self._received.partition(b"\r\n\r\n")[2]
        return time.perf_counter() - self._sent, body


def press(port: int, requests: Sequence[Iterator[bytes]], seconds: float) -> Load:
    """As many requests as the server answers in a time, one connection for each sequence of requests."""
    connections = [_Connection(port, each) for each in requests]
    answers: list[tuple[float, bytes]] = []
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        for connection in connections:
            if connection.send():
                selector.register(connection.socket, selectors.EVENT_READ, connection)
        while selector.get_map():
            for key, _events in selector.select():
                answer = key.data.receive()
                if answer is None:
                    continue
                answers.append(answer)
                if time.perf_counter() - start >= seconds or not key.data.send():
                    selector.unregister(key.fileobj)
        spent = time.perf_counter() - start
    for connection in connections:
        connection.socket.close()
    return Load(spent, sorted(latency for latency, _body in answers), [body for _latency, body in answers])
