"""A worker lives through many pages: with SQLAlchemy 2.1, CPython 3.11 ended in its garbage collector before the 200th."""

import os
import subprocess
import sys

from tests.support.servers.served_application import ROOT, Server

MANY = """
from wsgi import create_app
client = create_app().test_client()
print([client.get("/ip-2024/").status_code for _ in range(200)].count(200))
"""


def test_a_process_answers_two_hundred_pages(demo_server: Server):
    worker = subprocess.run(
        [sys.executable, "-c", MANY],
        cwd=ROOT,
        env={**os.environ, **demo_server.settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (worker.returncode, worker.stdout, worker.stderr) == (0, "200\n", "")
