"""Venue codes from the shell: openweek venue-code and openweek posters."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from kiosk.commands.options import as_json, find_event, of_event, print_json
from kiosk.paper import formats, posters
from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.codes import venue_codes
from models.codes.venue_codes import CodeMethod
from models.db import db
from models.errors import N_, Conflict, NotFound
from models.events.tables import Event, EventStatus
from models.installation import site
from models.public import queries

CODES_AT_ONCE = 500


def register(app: Flask) -> None:
    for command in (venue_code, make_posters):
        app.cli.add_command(command)


@click.command(
    "venue-code", help="The code of an event's poster, or the one its screen shows at this moment."
)
@of_event
@click.option("--rotating", is_flag=True, help="The changing code of a screen.")
@as_json
@with_appcontext
def venue_code(event_id: int, rotating: bool, as_json: bool) -> None:
    now = clock.now()
    code = venue_codes.code_for_event(
        find_event(event_id), now, CodeMethod.ROTATING if rotating else CodeMethod.PRINTED
    )
    token = code.token(now)
    url = site().code_url("V", token)
    if as_json:
        print_json({"url": url, "token": token, "method": code.method})
    else:
        click.echo(url)


@click.command("posters", help="Printable venue codes: a poster an event.")
@click.option("--campaign", "campaign_id", required=True, help="Id of the campaign.")
@click.option("--event", "event_id", type=int, help="This event only.")
@click.option("--region", help="Events in this region and below (GB/T 2260 code).")
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True, help="The PDF."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice([one.key for one in formats.ALL]),
    default=formats.A4_PAGE.key,
    show_default=True,
    help="a4, a5, tent (a card that stands on a table) or four (four to an A4 page, to cut).",
)
@with_appcontext
def make_posters(
    campaign_id: str, event_id: int | None, region: str | None, out: Path, format_name: str
) -> None:
    campaign, now = find_campaign(campaign_id), clock.now()
    event_ids = [_one_event(campaign, event_id)] if event_id is not None else _dated_events(campaign, region)
    if not event_ids:
        raise Conflict(N_("None of these events has a date and takes place, so there is no poster to print."))
    numbers = []
    for start in range(0, len(event_ids), CODES_AT_ONCE):
        chunk = event_ids[start : start + CODES_AT_ONCE]
        codes = venue_codes.codes_for_events(chunk, now)
        numbers += [codes[id].number for id in chunk]
    try:
        with out.open("wb") as file, _progress_bar(len(numbers)) as done:
            boxes = posters.write_posters(file, numbers, now, done, formats.find(format_name))
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    if boxes:
        warning = _(
            "Before you print: no font here has these characters, so they are boxes: %(characters)s",
            characters=" ".join(boxes),
        )
        click.echo(warning, err=True)


def _one_event(campaign: Campaign, event_id: int) -> int:
    event = find_event(event_id)
    if event.campaign_id != campaign.id:
        raise NotFound(N_("There is no event %(id)s in this week."), id=event_id)
    if event.status == EventStatus.CANCELLED:
        raise Conflict(posters.NO_POSTER)
    if not event.occurrences:
        raise Conflict(venue_codes.NO_DATE)
    return event.id


def _dated_events(campaign: Campaign, region: str | None) -> list[int]:
    """Ids of the published events that have a date, in calendar order."""
    filters = queries.parse(campaign, MultiDict({"region": region} if region else {}))
    query = queries.events(campaign, filters).where(
        Event.status == EventStatus.PUBLISHED, Event.occurrences.any()
    )
    return list(db.session.scalars(query.with_only_columns(Event.id)))


@contextmanager
def _progress_bar(length: int) -> Iterator[Callable[[int], object]]:
    """A bar where somebody looks, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda pages: None
        return
    with click.progressbar(length=length, label=_("Posters"), file=sys.stderr, show_pos=True) as bar:
        yield bar.update
