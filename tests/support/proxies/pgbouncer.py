"""deploy/pgbouncer.ini word for word, but for addresses, the way in and a shorter wait."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.servers.programs import changed, program, started
from tests.support.servers.served_application import ROOT, free_port

WAIT = 2  # seconds that a query waits for a primary


class PgBouncer:
    """In a folder that the user of the databases can open. url: of the database behind it. more: further settings."""

    def __init__(self, folder: Path, database: str, more: str = "") -> None:
        self._folder, self._database, self._more, self.port = folder, database, more, free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/openweek"
        self._process: subprocess.Popen | None = None

    @contextmanager
    def run(self, sockets: Path) -> Iterator[None]:
        """In front of the PostgreSQL with these sockets."""
        (self._folder / "users.txt").write_text('"postgres" ""\n')
        self._write(sockets)
        # Root may not run it.
        user = ["-u", (sockets / ".s.PGSQL.5432").owner()] if os.geteuid() == 0 else []
        command = [program("pgbouncer"), *user, str(self._folder / "pgbouncer.ini")]
        with started(command, self.port, self._folder) as self._process:
            yield

    def lead_to(self, sockets: Path) -> None:
        """What an operator does after a failover: another address in the file, and a reload."""
        self._write(sockets)
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def _write(self, sockets: Path) -> None:
        text = changed(
            (ROOT / "deploy" / "pgbouncer.ini").read_text(),
            ("host=192.0.2.10 port=5432 dbname=openweek", f"host={sockets} dbname={self._database}"),
            ("listen_port = 6432", f"listen_port = {self.port}"),
            ("auth_type = scram-sha-256", "auth_type = trust"),
            ("/etc/pgbouncer/userlist.txt", str(self._folder / "users.txt")),
            ("unix_socket_dir = /var/run/postgresql\n", "unix_socket_dir =\n"),
            ("logfile = /var/log/postgresql/pgbouncer.log\n", ""),
            ("pidfile = /var/run/postgresql/pgbouncer.pid\n", ""),
            ("query_wait_timeout = 10", f"query_wait_timeout = {WAIT}"),
        )
        (self._folder / "pgbouncer.ini").write_text(text + self._more)
