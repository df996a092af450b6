"""`openweek retention`: deletes what is kept for a time only, or says what is due."""

import click
from flask import Flask
from flask_babel import gettext as _

from models import clock
from models.operations import retention as rules


def register(app: Flask) -> None:
    app.cli.add_command(retention)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what is due, and delete nothing.")
def retention(dry_run: bool) -> None:
    """Delete what is kept for a time only, as the tick of a running server does.

    Prints for each kind how many rows that is."""
    now = clock.now()
    for rule, count in (rules.due if dry_run else rules.delete_due)(now):
        click.echo(f"{count}\t{_(rule.name)}")
