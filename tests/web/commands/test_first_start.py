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


def test_a_database_that_refuses_is_told_in_its_own_words(postgresql_databases, tmp_path):
    """Not as one without tables: the operator would look in the wrong place."""
    with postgresql_databases.empty() as url:
        environment = {
            **os.environ,
            "OPENWEEK_DATABASE_URL": url.replace("/test_", "/nobody_made_it_"),
            "OPENWEEK_INSTANCE": str(tmp_path / "instance"),
            "LC_ALL": "C",
        }
        told = subprocess.run([OPENWEEK, "init"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert told.returncode == 2
    [sentence] = told.stderr.splitlines()
    assert sentence.startswith("The database is not ready: ")
    assert 'database "nobody_made_it_' in sentence
    assert "does not exist. Check OPENWEEK_DATABASE_URL, and that it runs" in sentence
