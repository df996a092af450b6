"""`openweek key`: the keys that sign passes, venue codes and summaries."""

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from models import clock
from models.codes import keys
from models.codes.keys import Algorithm, KeyPurpose
from models.db import transaction

key = AppGroup("key", help="The keys that sign passes, venue codes and summaries.")


def register(app: Flask) -> None:
    app.cli.add_command(key)


@key.command("list")
def list_keys() -> None:
    """Print each key's number, purpose, algorithm, and the days on which it was made and retired."""
    for row in keys.all_keys():
        days = [at.date().isoformat() for at in (row.created_at, row.retired_at) if at is not None]
        click.echo("\t".join([str(row.id), row.purpose, row.algorithm, *days]))


@key.command("new")
@click.argument("purpose", type=click.Choice([purpose.value for purpose in KeyPurpose]))
@click.option(
    "--long", "is_long", is_flag=True, help="Venue codes of 40 characters: 144 bits of their MAC, not 64."
)
def new_key(purpose: str, is_long: bool) -> None:
    """Make a key that signs all new codes of PURPOSE. Those that were printed before stay good.

    A new browser key makes every phone a new one: rather not during a week."""
    if is_long and purpose != KeyPurpose.VENUE:
        raise click.UsageError(_("--long is for venue codes alone: openweek key new venue --long"))
    algorithm = Algorithm.HMAC_SHA256_144 if is_long else None
    with transaction():
        made = keys.make_key(KeyPurpose(purpose), clock.now(), algorithm)
    click.echo(_("Key %(id)s signs from now on. Kiosks fetch it with their next heartbeat.", id=made.id))


@key.command("retire")
@click.argument("key_id", type=int)
def retire_key(key_id: int) -> None:
    """Let the key with the number KEY_ID sign nothing any more. What it has signed stays good."""
    with transaction():
        keys.retire_key(key_id, clock.now())
    click.echo(_("Key %(id)s is retired.", id=key_id))
