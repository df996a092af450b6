"""`openweek account`: people who sign in to the desk, and their API tokens."""

import json
import secrets
import sys

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from models import clock
from models.accounts import creation, password_resets, tokens
from models.installation import site
from models.organizations.tables import ROLES, TokenScope

commands = AppGroup("account", help="People who sign in to the desk.")


def register(app: Flask) -> None:
    app.cli.add_command(commands)


@commands.command("add")
@click.argument("email")
@click.option("--org", "organization", required=True, help="Name or number of the organization.")
@click.option("--region", help="Region of a new organization: a code of GB/T 2260.")
@click.option("--line", help="Line of government of a new organization: a key of the campaign file.")
@click.option("--role", type=click.Choice([role.value for role in ROLES]), required=True)
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)
def add_account(
    email: str, organization: str, region: str | None, line: str | None, role: str, password_stdin: bool
) -> None:
    """Let a person sign in. Asks for the password; a script without a terminal gets a random one, printed once."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt(_("Password"), hide_input=True, confirmation_prompt=True)
    else:
        password = secrets.token_urlsafe(16)
    account = creation.create_account(
        email, organization, role, password, clock.now(), region=region, line=line
    )
    click.echo(
        _("%(email)s can now sign in for %(name)s.", email=account.email, name=account.organization.name),
        err=True,
    )
    if not password_stdin and not sys.stdin.isatty():
        click.echo(_("The password, shown only once: %(password)s", password=password))


@commands.command("token")
@click.argument("email")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in TokenScope]),
    default=[TokenScope.FIGURES.value],
    show_default=True,
    help="What the token may do; can be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value and nothing else.")
def new_token(email: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a personal API token. It is shown this once."""
    token = tokens.new_token_of(email, clock.now(), scopes)
    if as_json:
        click.echo(json.dumps({"token": token}))
        return
    click.echo(token)
    click.echo(_("Keep it like a password: it is shown only once."), err=True)


@commands.command("reset")
@click.argument("email")
def reset_password(email: str) -> None:
    """Print a link by which the owner of the account sets the password anew: valid for a day, once."""
    secret = password_resets.new_reset_link_of(email, clock.now())
    click.echo(site().url(f"/desk/reset#{secret}"))
    click.echo(
        _("The link is valid for 24 hours, once. Hand it to the owner of the account alone."), err=True
    )
