"""The operator's view of the figures: `openweek figures`."""

import json

import click
from flask import Flask

from models import clock
from models.campaigns.tables import find_campaign
from models.figures import count
from models.figures.dimensions import parse_by
from web.figures.exports import as_text, body


def register(app: Flask) -> None:
    app.cli.add_command(print_figures)


@click.command("figures")
@click.option("--campaign", "campaign_id", required=True, help="The week, by its id.")
@click.option("--by", default="", help="Dimensions with commas between them, such as audience,region.")
@click.option("--exact", is_flag=True, help="Count the participants of every row, however long it takes.")
@click.option("--json", "as_one_value", is_flag=True, help="Print one JSON value and nothing else.")
def print_figures(campaign_id: str, by: str, exact: bool, as_one_value: bool) -> None:
    """All the figures of a week, released or not."""
    campaign, dimensions = find_campaign(campaign_id), parse_by(by)
    figures = count.figures(campaign, clock.now(), dimensions, exact=exact)
    if as_one_value:
        click.echo(json.dumps(body(figures, campaign), ensure_ascii=False))
    else:
        click.echo(as_text(figures, campaign, dimensions))
