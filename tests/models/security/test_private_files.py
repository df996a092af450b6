"""Another user of the machine reads neither the database nor the secret key."""

import stat

from sqlalchemy import create_engine, text

from models import config
from models.security import private_files
from tests.support.servers.applications import application, settings_for


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_and_what_is_made_in_it(tmp_path):
    folder = tmp_path / "instance"
    with application({**settings_for("", folder), "OPENWEEK_INSTANCE": str(folder)}) as app:
        from models.db import db

        db.session.execute(text("CREATE TABLE thing (id INTEGER)"))
        config.secret_key(folder)
        assert app.instance_path == str(folder)
        assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(
            ("openweek.sqlite", "openweek.sqlite-wal", "openweek.sqlite-shm", "secret_key"), 384
        )
    assert (mode(folder), list(private_files.readable_by_others(folder))) == (0o700, [])


def test_what_an_earlier_version_left_open_is_closed_at_the_start(tmp_path):
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o755)
    (folder / "secret_key").write_text("a" * 64)
    (folder / "openweek.sqlite").touch(0o644)
    folder.chmod(0o755)
    assert [path.name for path in private_files.readable_by_others(folder)] == [
        "instance",
        "openweek.sqlite",
        "secret_key",
    ]
    config.instance_folder(str(folder))
    config.secret_key(folder)
    engine = create_engine(config.database_url(None, folder))
    engine.connect().close()
    engine.dispose()
    assert list(private_files.readable_by_others(folder)) == []


def test_a_folder_of_other_things_stays_as_it_is(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").touch()
    folder.chmod(0o755)
    assert mode(config.instance_folder(str(folder))) == 0o755
