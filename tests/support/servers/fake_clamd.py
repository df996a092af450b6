"""A clamd for tests: speaks zPING and zINSTREAM, and finds HARMFUL."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

HARMFUL = b"harmful-for-tests"


class FakeClamd:
    """files: what was shown to it. answer: what it says of every file instead; b"": nothing, it hangs up."""

    def __init__(self, listener: socket.socket, address: str) -> None:
        self.address, self.files, self.answer = address, list[bytes](), None
        self._listener = listener

    def serve(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return  # closed
            with connection, connection.makefile("rb") as stream:
                connection.sendall(self._reply(stream))

    def _reply(self, stream) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += stream.read(1)
        if command == b"zPING\0":
            return b"PONG\0"
        assert command == b"zINSTREAM\0"
        data = b""
        while length := int.from_bytes(stream.read(4), "big"):
            data += stream.read(length)
        self.files.append(data)
        if self.answer is not None:
            return self.answer
        return b"stream: Test-Signature FOUND\0" if HARMFUL in data else b"stream: OK\0"


@contextmanager
def fake_clamd(path: Path | None = None) -> Iterator[FakeClamd]:
    """path: of a unix socket; None: over TCP."""
    listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    listener.bind(str(path) if path else ("127.0.0.1", 0))
    listener.listen()
    clamd = FakeClamd(listener, f"unix:{path}" if path else f"127.0.0.1:{listener.getsockname()[1]}")
    thread = Thread(target=clamd.serve)
    thread.start()
    yield clamd
    if listener.fileno() >= 0:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    thread.join()
