"""Threads that decode the first requests of a new worker at once."""

import os
import subprocess
import sys

from tests.support.servers.applications import SECRET
from tests.support.servers.served_application import ROOT

# The first of two threads stops within what msgspec does at the first use of a type.
TWO_THREADS = """
import enum, sys, threading
import msgspec
from wsgi import create_app

class Kind(enum.EnumMeta):
    def __getattribute__(cls, name):
        if name == "__msgspec_cache__" and threading.current_thread().name == "first":
            begun.set()
            goes_on.wait(10)
        return super().__getattribute__(name)

class Shown(enum.StrEnum, metaclass=Kind):
    GREEN = "green"

class Body(msgspec.Struct):
    shown: Shown | None = None
    code: str | None = None

begun, goes_on = threading.Event(), threading.Event()
create_app()
decode = lambda: msgspec.convert({"shown": "green", "code": "x"}, Body)
first = threading.Thread(target=decode, name="first")
first.start()
begun.wait(1)
print(decode().code)
goes_on.set()
first.join()
"""


def test_two_threads_decode_a_type_for_the_first_time(tmp_path):
    settings = {"OPENWEEK_INSTANCE": str(tmp_path), "OPENWEEK_SECRET_KEY": SECRET}
    process = subprocess.run(
        [sys.executable, "-c", TWO_THREADS],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "x\n", "")
