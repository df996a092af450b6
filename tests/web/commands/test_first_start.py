"""Two processes make one new database at the same time: the second waits, then both go on."""

import os
import subprocess

import pytest

from tests.support.servers.served_application import OPENWEEK, ROOT


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_first_starts_at_once(request, kind, tmp_path):
    databases = request.getfixturevalue(f"{kind}_databases")
    with databases.empty() as url:
        environment = {
            **os.environ,
            "OPENWEEK_DATABASE_URL": url,
            "OPENWEEK_INSTANCE": str(tmp_path / "instance"),
            "LC_ALL": "C",
        }
        starts = [
            subprocess.Popen(
                [OPENWEEK, "init"],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        results = [(*start.communicate(timeout=150), start.returncode) for start in starts]
    assert [(code, err) for _out, err, code in results] == [(0, ""), (0, "")]
    assert all(out.startswith("Ready") for out, _err, _code in results)
