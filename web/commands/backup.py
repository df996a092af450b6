"""`openweek backup`, `restore` and `move`: a whole installation into one file and out of it, onto either database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import select

from models import clock, config, installation
from models.backup.restore import Restored, restore_backup
from models.backup.write import Progress, write_backup
from models.campaigns.tables import Campaign
from models.db import db, on_postgresql, transaction
from models.errors import N_, Mistake
from models.operations import startup, tick
from models.security import secret_files

PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase that encrypts the backup.",
)


def register(app: Flask) -> None:
    for command in (backup, restore, move):
        app.cli.add_command(command)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@PASSPHRASE
def backup(file: Path, passphrase_file: Path | None) -> None:
    """Write all data as it is now into FILE, while the server runs.

    Tables, pictures, the keys that sign codes, the key of contacts and the secret key of sessions are in it: keep it as safe
    as the server."""
    try:
        with _progress(_("Backing up")) as progress:
            rows = write_backup(file, _passphrase(passphrase_file), clock.now(), progress)
    except OSError as error:
        raise Mistake(
            N_("%(path)s cannot be written: %(reason)s."), path=file, reason=error.strerror
        ) from None
    click.echo(_("%(rows)s rows saved in %(path)s.", rows=rows, path=file))


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@PASSPHRASE
def restore(file: Path, passphrase_file: Path | None) -> None:
    """Restore FILE into an empty installation, of SQLite or PostgreSQL, wherever it was made."""
    with startup.alone(), _progress(_("Restoring")) as progress:
        restored = restore_backup(file, _passphrase(passphrase_file), progress)
    _keep_keys(restored)
    click.echo(
        _(
            "%(rows)s rows restored from the backup of %(time)s.",
            rows=sum(restored.counts.values()),
            time=restored.made_at,
        )
    )


@click.command("move")
@click.option("--to", "url", required=True, help="The empty PostgreSQL database, as OPENWEEK_DATABASE_URL.")
def move(url: str) -> None:
    """Move all data from SQLite to PostgreSQL; every id stays. Stop the server first.

    At the end `verify` recounts every week in the new database. The old one stays as it was, but is served no more."""
    if on_postgresql():
        raise Mistake(N_("The data are in PostgreSQL already."))
    if config.database_url(url, Path(current_app.instance_path)).startswith("sqlite"):
        raise Mistake(N_("Name a PostgreSQL database: --to postgresql://user:password@host:5432/name"))
    installation.check_not_moved()
    wait = tick.believable_wait(clock.now())
    if wait:
        raise Mistake(
            N_("A server still uses this database. Stop it, and try again after %(minutes)s min."),
            minutes=-(-wait // timedelta(minutes=1)),
        )
    with (
        TemporaryDirectory(dir=current_app.instance_path) as folder,
        transaction(),
    ):  # nobody writes meanwhile
        file = Path(folder) / "move.openweek"
        with _progress(_("Reading")) as progress:
            write_backup(file, None, clock.now(), progress)
        _run(url, "restore", str(file))
    for campaign_id in db.session.scalars(select(Campaign.id).order_by(Campaign.id)).all():
        _run(url, "verify", "--campaign", campaign_id)
    with transaction():
        installation.mark_moved()
    click.echo(_("Moved. Set OPENWEEK_DATABASE_URL to the new database, then start the server."))


def _run(url: str, *arguments: str) -> None:
    """A command on the other database, in a process of its own."""
    environment = {
        **secret_files.resolved(os.environ),
        "OPENWEEK_DATABASE_URL": url,
        "OPENWEEK_INSTANCE": current_app.instance_path,
        "OPENWEEK_SECRET_KEY": current_app.config["SECRET_KEY"],
    }
    command = [sys.executable, "-c", "from wsgi import cli; cli()", *arguments]
    ended = subprocess.run(command, env=environment, cwd=current_app.root_path, check=False)
    if ended.returncode:
        raise Mistake(
            N_("The move is not complete; the old database stays as it is. Try again with a new, empty one.")
        )


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        passphrase = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except UnicodeDecodeError:
        raise Mistake(N_("The file with the passphrase is not text in UTF-8.")) from None
    if len(passphrase) < config.SHORTEST_PASSWORD:
        raise Mistake(N_("The first line of the file with the passphrase needs at least 8 characters."))
    return passphrase


def _keep_keys(restored: Restored) -> None:
    """The keys of the backup become those of this folder, unless a setting names another."""
    if restored.contact_key and not current_app.config["CONTACT_KEY"]:
        contacts = Path(current_app.instance_path) / "contact_key"
        contacts.touch(0o600)
        contacts.write_text(restored.contact_key)
    path = Path(current_app.instance_path) / "secret_key"
    own = path.read_text() if path.exists() else None
    if own == current_app.config["SECRET_KEY"]:
        path.write_text(restored.secret_key)
    elif current_app.config["SECRET_KEY"] != restored.secret_key:
        with transaction():
            installation.keep_secret_key(replace=True)
        click.echo(_("OPENWEEK_SECRET_KEY is another one than before: everybody has to sign in again."))


@contextmanager
def _progress(label: str) -> Iterator[Progress]:
    """On a terminal alone."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show
