"""A connection's socket that sends within a time: a client that does not read its answer keeps no thread."""

import errno
import socket
from typing import Any

BLOCK = 64 * 1024  # bytes
BLOCK_SECONDS = 20.0  # for a block to leave: a client has to take some 3 kB a second


class SendingSocket:
    """For the time of one answer. Everything but sending is left to the socket itself."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Raises ConnectionResetError once a block was not taken in time."""
        own = self._sock.gettimeout()
        self._sock.settimeout(BLOCK_SECONDS)
        view = memoryview(data)
        try:
            for start in range(0, len(view), BLOCK):
                self._sock.sendall(view[start : start + BLOCK])
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client does not read its answer") from None
        finally:
            self._sock.settimeout(own)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> None:
        """count: bytes, from the offset; without it all of them."""
        file.seek(offset)
        while count is None or count > 0:
            block = file.read(BLOCK if count is None else min(BLOCK, count))
            if not block:
                return
            self.sendall(block)
            count = None if count is None else count - len(block)
