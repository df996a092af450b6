"""`openweek doctor`: what is wrong with this installation, and how to mend it."""

import os

import click
from flask import Flask, current_app
from flask_babel import gettext as _

from models import clock
from models.operations import doctor as checks
from models.operations.finding import Level


def register(app: Flask) -> None:
    app.cli.add_command(doctor)


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Say what is wrong and how to mend it.

    Looks at settings, data folder, disk, certificate, fonts, database, clock, tick, keys and kiosks, and changes nothing. Exit
    code 0: all is well, 1: it works, and something should be mended, 2: it cannot be served like this."""
    with current_app.test_request_context():  # addresses of files are part of the version
        kiosk_version = current_app.extensions["openweek.kiosk_app_version"]()
    names = {Level.ERROR: _("Error"), Level.WARNING: _("Warning")}
    worst = 0
    for finding in checks.findings(clock.now(), kiosk_version, os.environ):
        worst = max(worst, finding.level)
        sentence = _(finding.message, **finding.values) if finding.values else _(finding.message)
        click.echo(f"{names[finding.level]}: {sentence}")
    if not worst:
        click.echo(_("All is well."))
    context.exit(worst)
