"""Reading over HTTP from one process, on plain sockets that are kept open."""

import selectors
import socket
import statistics
import sys
import time
from dataclasses import dataclass

# Of a big body only the first bytes are looked at; Linux throws the others away uncopied. To copy it took the reader longer than
# the server.
HEAD = 4096
DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0


@dataclass(frozen=True)
class Reads:
    """What a server answered. latencies: in seconds, sorted."""

    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def tail(self) -> float:
        """p99 ÷ p50."""
        return self.latencies[int(len(self.latencies) * 0.99)] / statistics.median(self.latencies)


class _Reader:
    def __init__(self, port: int, content: bytes, status: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._content, self._status = content, b"HTTP/1.1 " + status
        self._space = bytearray(1 << 20)

    def ask(self) -> None:
        self._head, self._missing, self._asked_at = b"", None, time.perf_counter()
        self.socket.sendall(self._content)

    def receive(self) -> float | None:
        """The latency, once the answer is complete. Raises AssertionError for another status."""
        most, flags = (HEAD, 0) if self._missing is None else (len(self._space), DISCARD)
        count = self.socket.recv_into(self._space, most, flags)
        if not count:
            raise AssertionError("The server closed a connection that was kept open.")
        if self._missing is None:
            self._head += self._space[:count]
            head, separator, body = self._head.partition(b"\r\n\r\n")
            if not separator:
                return None
            if not head.startswith(self._status):
                raise AssertionError(head.decode(errors="replace"))
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            self._missing = int(length or 0) - len(body)
        else:
            self._missing -= count
        return None if self._missing > 0 else time.perf_counter() - self._asked_at

    def read(self) -> None:
        """One answer, waited for."""
        self.ask()
        while self.receive() is None:
            pass


def reads(
    port: int,
    path: str,
    headers: dict[str, str] | None = None,
    *,
    status: bytes = b"200",
    at_once: int = 8,
    seconds: float = 1.5,
) -> Reads:
    """The same address again and again for a time, from so many connections.

    Each is opened once the one before has had an answer: of those opened at once the worker that wakes first often takes all, and
    half of the machine is measured."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    content = "\r\n".join([*lines, "", ""]).encode()
    readers = []
    for _ in range(at_once):
        readers.append(_Reader(port, content, status))
        readers[-1].read()
    latencies = []
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        for reader in readers:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
            reader.ask()
        while selector.get_map():
            for key, _events in selector.select():
                latency = key.data.receive()
                if latency is None:
                    continue
                latencies.append(latency)
                if time.perf_counter() - start < seconds:
                    key.data.ask()
                else:
                    selector.unregister(key.fileobj)
        spent = time.perf_counter() - start
    for reader in readers:
        reader.socket.close()
    return Reads(spent, sorted(latencies))
