"""A connection that outlives its request: it is taken from the server's thread and closed by whoever took it."""

import socket
from collections.abc import Callable


class HandOver(BaseException):
    """Raised by the iterator of an answer whose head and first part are sent. No Exception: the server's own handlers would
    end the answer. Only for servers that know of it (web.server.worker).

    take: gets the connection and what to call once it is closed."""

    def __init__(self, take: Callable[[socket.socket, Callable[[], None]], None]) -> None:
        super().__init__()
        self.take = take
