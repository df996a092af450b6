"""Passes from the shell: openweek pass."""

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from kiosk.commands.options import as_json, find_event, print_json
from models import clock
from models.campaigns.tables import find_campaign
from models.codes import passes
from models.installation import site

pass_commands = AppGroup("pass", help="Passes: random codes without names, for one person or a group.")


def register(app: Flask) -> None:
    app.cli.add_command(pass_commands)


@pass_commands.command("issue", help="Make passes.")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--group", required=True, help="Audience group, or unknown.")
@click.option("--headcount", type=int, help="Makes group passes for so many people (1-999).")
@click.option("--event", "event_id", type=int, help="Good at this event only.")
@click.option("--count", type=int, default=1, help="How many passes (1-10,000).")
@as_json
def issue(
    campaign_id: str, group: str, headcount: int | None, event_id: int | None, count: int, as_json: bool
) -> None:
    event = find_event(event_id) if event_id is not None else None
    campaign = find_campaign(campaign_id)
    issued = passes.issue(campaign, group, clock.now(), headcount=headcount, event=event, count=count)
    rows = []
    for pass_ in issued:
        token = pass_.token
        rows.append(
            {
                "id": pass_.id,
                "url": site().code_url("C", token),
                "token": token,
                "group": pass_.group,
                "headcount": pass_.headcount,
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}\t{row['group']}\t{row['headcount']}\t{row['url']}")


@pass_commands.command("revoke", help="End a pass; what it did before stays.")
@click.argument("pass_id", type=int, metavar="ID")
def revoke_pass(pass_id: int) -> None:
    passes.revoke(pass_id, clock.now())
    click.echo(_("Pass %(id)s is no longer valid.", id=pass_id))
