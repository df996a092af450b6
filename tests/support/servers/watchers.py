"""Open live pages without a browser: sockets that read the server-sent events of an event's figures, in one thread."""

import re
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask

from models import clock
from models.accounts.sessions import Browser, new_session
from models.db import db, transaction
from models.organizations.tables import Account

VISITS = re.compile(rb'"visits": (\d+)')


def desk_cookie(app: Flask, account_id: int) -> str:
    """The cookie of an account that is signed in at the desk from now on."""
    with transaction():
        account = db.session.get_one(Account, account_id)
        _row, token = new_session(account, clock.now(), Browser("", "127.0.0.1"))
    serializer = app.session_interface.get_signing_serializer(app)
    content = {"_user_id": str(account_id), "_fresh": True, "token": token}
    return f"openweek_desk={serializer.dumps(content)}"


@dataclass
class Watcher:
    """heard: all bytes, where kept. seen: when which number of visits was shown for the first time."""

    connection: socket.socket
    heard: bytes = b""
    seen: list[tuple[float, int]] = field(default_factory=list)
    ended_at: float | None = None


class Watchers:
    def __init__(self, url: str, path: str, cookie: str, keep: bool = True) -> None:
        parts = urlsplit(url)
        self._address, self._keep = (parts.hostname, parts.port), keep
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n"
            "Accept: text/event-stream\r\nAccept-Language: en\r\n"
        )
        self._selector = selectors.DefaultSelector()
        self.open: list[Watcher] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def add(self, count: int = 1, *headers: str) -> list[Watcher]:
        request = self._request + "".join(f"{header}\r\n" for header in headers) + "\r\n"
        added = []
        for _ in range(count):
            connection = socket.create_connection(self._address, timeout=30)
            connection.sendall(request.encode())
            connection.setblocking(False)
            added.append(Watcher(connection))
            self.open.append(added[-1])
            self._selector.register(connection, selectors.EVENT_READ, added[-1])
        return added

    def leave(self, watcher: Watcher) -> None:
        """As a page that is closed. The thread that reads sees its end, and lets go of it."""
        watcher.connection.shutdown(socket.SHUT_RDWR)
        self.open.remove(watcher)

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        for watcher in self.open:
            watcher.connection.close()
        self._selector.close()

    def _read(self) -> None:
        while not self._done.is_set():
            for key, _events in self._selector.select(0.05) if self._selector.get_map() else []:
                watcher: Watcher = key.data
                try:
                    data = watcher.connection.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    watcher.ended_at = time.monotonic()
                    self._selector.unregister(watcher.connection)
                    watcher.connection.close()
                    continue
                if self._keep:
                    watcher.heard += data
                for number in VISITS.findall(data):
                    watcher.seen.append((time.monotonic(), int(number)))
            else:
                self._done.wait(0.001)


def wait_until(condition, seconds: float = 20) -> bool:
    """Whether something came true in time."""
    until, pause = time.monotonic() + seconds, threading.Event()
    while not (found := condition()) and time.monotonic() < until:
        pause.wait(0.02)
    return bool(found)
