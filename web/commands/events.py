"""`openweek event`: the events of a campaign, and the proposed changes of published ones."""

import json

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import db
from models.events.tables import Event
from models.public import queries
from models.publishing import proposals
from web.feeds import events_json

commands = AppGroup("event", help="The events of a campaign.")


def register(app: Flask) -> None:
    app.cli.add_command(commands)


@commands.command("list")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value and nothing else.")
def list_events(campaign_id: str, as_json: bool) -> None:
    """All events of a campaign, those that are not public yet too; withdrawn ones are gone."""
    events = _all_events(find_campaign(campaign_id))
    if as_json:
        click.echo(json.dumps([events_json.brief(event) for event in events], ensure_ascii=False))
        return
    for event in events:
        day = event.occurrences[0].start_day.isoformat() if event.occurrences else _("no date")
        click.echo(f"{event.id}\t{event.status}\t{day}\t{event.title}")


def _all_events(campaign: Campaign) -> list[Event]:
    query = select(Event).where(Event.campaign_id == campaign.id, Event.withdrawn_at.is_(None))
    return list(db.session.scalars(query.order_by(Event.id).options(*queries.load_options())))


@commands.command("pending")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value and nothing else.")
def list_pending(campaign_id: str, as_json: bool) -> None:
    """Proposed changes of published events without a decision."""
    campaign = find_campaign(campaign_id)
    pending = proposals.pending(campaign)
    if as_json:
        rows = [
            {
                "id": proposal.id,
                "event": proposal.event_id,
                "title": proposal.event.title,
                "at": clock.instant_text(proposal.at, campaign.zone),
                "by": proposal.account.email if proposal.account else None,
                "fields": proposals.changed_fields(proposal),
            }
            for proposal in pending
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for proposal in pending:
        fields = ", ".join(proposals.changed_fields(proposal))
        click.echo(f"{proposal.id}\t{proposal.event_id}\t{proposal.event.title}\t{fields}")


@commands.command("accept")
@click.argument("proposal_id", metavar="ID", type=int)
def accept_proposal(proposal_id: int) -> None:
    """Carry a proposed change out."""
    event = proposals.accept(proposal_id, clock.now())
    click.echo(_("Event %(id)s was changed.", id=event.id))


@commands.command("refuse")
@click.argument("proposal_id", metavar="ID", type=int)
@click.option("--why", required=True, help="The reason, for whoever proposed it.")
def refuse_proposal(proposal_id: int, why: str) -> None:
    """Leave the event as it is."""
    event = proposals.refuse(proposal_id, why, clock.now())
    click.echo(_("Event %(id)s stays as it is.", id=event.id))
