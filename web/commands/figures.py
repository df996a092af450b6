"""The operator's view of the figures: `openweek figures`."""

import json
from collections.abc import Sequence
from dataclasses import fields

import click
from flask import Flask
from werkzeug.datastructures import MultiDict

from models import clock
from models.campaigns.tables import find_campaign
from models.errors import N_, Mistake
from models.figures import count
from models.figures.dimensions import parse_by
from models.figures.filters import from_page_filters
from models.public import filters
from web.figures.exports import as_text, body


def register(app: Flask) -> None:
    app.cli.add_command(print_figures)


@click.command("figures")
@click.option("--campaign", "campaign_id", required=True, help="The week, by its id.")
@click.option("--by", default="", help="Dimensions with commas between them, such as audience,region.")
@click.option("--only", multiple=True, help="A part of the week, such as region=330000; may be given again.")
@click.option("--exact", is_flag=True, help="Count the participants of every row, however long it takes.")
@click.option("--json", "as_one_value", is_flag=True, help="Print one JSON value and nothing else.")
def print_figures(campaign_id: str, by: str, only: tuple[str, ...], exact: bool, as_one_value: bool) -> None:
    """All the figures of a week or of a part of it, released or not."""
    campaign, dimensions = find_campaign(campaign_id), parse_by(by)
    part = from_page_filters(filters.parse(campaign, _arguments(only)))
    figures = count.figures(campaign, clock.now(), dimensions, part, exact=exact)
    if as_one_value:
        click.echo(json.dumps(body(figures, campaign), ensure_ascii=False))
    else:
        click.echo(as_text(figures, campaign, dimensions))


def _arguments(only: Sequence[str]) -> MultiDict[str, str]:
    """NAME=VALUE as in the addresses of the pages. Raises Mistake for a name that is no filter: the whole would be counted."""
    names = [one.name for one in fields(filters.Filters)]
    pairs = [text.partition("=") for text in only]
    for name, _sign, value in pairs:
        if name not in names or not value.strip():
            raise Mistake(
                N_("--only takes NAME=VALUE. NAME is one of: %(names)s."), names=", ".join(sorted(names))
            )
    return MultiDict([(name, value) for name, _sign, value in pairs])
