"""Served applications without loading the program each time: one process loads it once and forks for each of them.

Run as a script it is that process: a line of JSON on its input is a start, the answer is a line with the process id."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

PAUSE = 0.01  # seconds between two looks at a process that is to end


class Forked:
    """A process that is no child of ours; what subprocess.Popen offers of it. Its parent writes the status down."""

    def __init__(self, pid: int, status: Path) -> None:
        self.pid, self._status = pid, status
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and self._status.exists():
            self.returncode = int(self._status.read_text())
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(["openweek"], timeout or 0)
            time.sleep(PAUSE)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Template:
    """The process that forks; started by the first `start`, ended by `close`. templates: a folder for compiled ones."""

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._process: subprocess.Popen | None = None

    def start(self, command: list, folder: Path, environment: dict[str, str], log: Path) -> Forked:
        """Run the command line in a session of its own, as subprocess.Popen would."""
        if self._process is None:
            own = [sys.executable, "-P", __file__, self._templates]
            self._process = subprocess.Popen(own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin
        assert self._process.stdout
        order = {
            "arguments": [str(word) for word in command],
            "folder": str(folder),
            "environment": environment,
            "log": str(log),
        }
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        return Forked(pid, status_file(log, pid))

    def close(self) -> None:
        if self._process:
            self._process.communicate()
            self._process = None


def status_file(log: Path, pid: int) -> Path:
    return log.with_name(f"{pid}.status")


def warm_up(templates: str) -> None:
    """What every server does alike as it starts, and is the same in each: addresses, readings, modules."""
    from importlib import import_module

    from jinja2 import FileSystemBytecodeCache

    import wsgi
    from models.text.readings import readings
    from tests.support.run.compile_cache import compile_addresses_once
    from tests.support.servers.applications import settings_for

    compile_addresses_once(FileSystemBytecodeCache(templates))
    readings()
    for module in ("gunicorn.arbiter", "gunicorn.sock", "web.server.gunicorn", "web.server.worker"):
        import_module(module)
    with TemporaryDirectory() as folder:
        app = wsgi.create_app(settings_for(f"sqlite:///{folder}/none.sqlite", Path(folder)))
        app.url_map.update()


def main() -> None:
    import wsgi

    warm_up(sys.argv[1])
    logs: dict[int, Path] = {}

    def write_statuses(*_: object) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            file = status_file(logs.pop(pid), pid)
            with suppress(FileNotFoundError):  # the test is over, its folder gone
                part = file.with_suffix(".part")
                part.write_text(str(os.waitstatus_to_exitcode(status)))
                part.rename(file)

    signal.signal(signal.SIGCHLD, write_statuses)
    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            run(wsgi.cli, **order)
        logs[pid] = Path(order["log"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        print(pid, flush=True)


def run(cli, arguments: list[str], folder: str, environment: dict[str, str], log: str) -> None:
    """In the fork: what a shell does before the program begins."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.setsid()
    os.chdir(folder)
    for path, flags, descriptors in (
        (os.devnull, os.O_RDONLY, (0,)),
        (log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, (1, 2)),
    ):
        opened = os.open(path, flags, 0o644)
        for descriptor in descriptors:
            os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    sys.exit(cli())


if __name__ == "__main__":
    main()
