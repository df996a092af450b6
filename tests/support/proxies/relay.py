"""A TCP relay before PostgreSQL's socket, which can fall silent: it forwards nothing more, and closes nothing."""

import selectors
import socket
import threading
from pathlib import Path


class Relay:
    """Started with its first `with`; `url` is the address of a database behind it."""

    def __init__(self, sockets: Path) -> None:
        """sockets: the folder in which PostgreSQL has its socket."""
        self._target = str(sockets / ".s.PGSQL.5432")
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port: int = self._listener.getsockname()[1]
        self._speaks, self._ended = threading.Event(), threading.Event()
        self._speaks.set()
        self._others: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._forward, daemon=True)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self.speak()
        self._thread.join()
        for one in (*self._others, self._listener):
            one.close()
        self._selector.close()

    def fall_silent(self) -> None:
        self._speaks.clear()

    def speak(self) -> None:
        """What was sent meanwhile arrives late."""
        self._speaks.set()

    def _forward(self) -> None:
        while not self._ended.is_set():
            for key, _events in self._selector.select(0.02):
                self._speaks.wait()
                if key.fileobj is self._listener:
                    self._connect()
                else:
                    self._pass_on(key.fileobj)

    def _connect(self) -> None:
        client, _address = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._target)
        for one, other in ((client, server), (server, client)):
            one.setblocking(True)
            self._others[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one: socket.socket) -> None:
        other = self._others.get(one)
        if other is None:  # closed a moment ago, with its other end
            return
        try:
            data = one.recv(65536)
            if data:
                other.sendall(data)
                return
        except OSError:
            pass
        for end in (one, other):
            self._selector.unregister(end)
            del self._others[end]
            end.close()
