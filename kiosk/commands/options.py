"""Options and answers that the commands share. --json prints one JSON value, nothing else."""

import json

import click

from models.db import db
from models.errors import N_, NotFound
from models.events.tables import Event

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
of_event = click.option("--event", "event_id", type=int, required=True, help="Id of the event.")


def find_event(event_id: int) -> Event:
    """The event with this id, as the operator sees it. Raises NotFound for a withdrawn one too."""
    event = db.session.get(Event, event_id) if 0 < event_id < 2**31 else None
    if event is None or event.withdrawn_at is not None:
        raise NotFound(N_("There is no event %(id)s."), id=event_id)
    return event


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
