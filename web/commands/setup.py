"""`openweek init` and `openweek demo`: a database that the system can run on, and a week to try everything with."""

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from flask_migrate import upgrade

from models import clock, installation
from models.campaigns.tables import Campaign
from models.codes.passes import Pass
from models.demo import accounts, crowd, desk, summaries
from models.demo import week as rehearsal
from models.devices import pairing
from models.errors import N_
from models.events.check_in_window import windows_of
from models.events.tables import Event, Mode
from models.exports import queue as export_queue
from models.exports.tables import ExportFormat, ExportKind
from models.imports.apply import apply
from models.imports.read_file import demo_file, read
from models.imports.source import Source
from models.installation import site
from models.operations import schema, startup
from models.organizations.tables import find_account
from web import threads
from web.desk.exports import background as exports
from web.desk.exports import tables as export_tables
from web.words import imports as import_words
from web.words.terms import campaign_name, group_name

ADDRESSES = (
    ("/", N_("the current week")),
    ("/rehearsal/", N_("the rehearsal around today, with everything live")),
    ("/ip-2024/", N_("the reported events of 2024")),
    ("/desk/", N_("the desk for organizers and offices")),
    ("/kiosk/", N_("the check-in kiosk")),
)


def register(app: Flask) -> None:
    app.cli.add_command(init)
    app.cli.add_command(demo)


@click.command()
@click.argument("campaign_file", required=False, type=click.Path(path_type=Path))
@with_appcontext
def init(campaign_file: Path | None) -> None:
    """Bring the database to the newest schema and load a campaign.

    CAMPAIGN_FILE describes the week (TOML; models/data/ip-2024.toml shows every entry). Without one it is the 2024 week
    of the notice. Safe to run again: what is there is brought up to the file, and nothing is lost."""
    with startup.alone():
        campaign = _prepare(campaign_file, clock.now())
    if campaign is not None:
        click.echo(_("Ready: %(name)s (%(id)s).", name=campaign_name(campaign), id=campaign.id))
    else:
        click.echo(_("Ready. The campaigns have not changed."))


@click.command()
@with_appcontext
def demo() -> None:
    """Load the demo: the reported events of 2024, and a rehearsal around today where everything is live.

    Prints the addresses to open, accounts, passes and a pairing code for a kiosk. Safe to run again: what is there
    stays; only the pairing code is a new one."""
    now = clock.now()
    if sys.stderr.isatty():
        click.echo(_("Preparing the demo; the first time takes a few seconds."), err=True)
    with startup.alone():
        _load_demo(now)


def _load_demo(now: datetime) -> None:
    reported = _prepare(None, now, default=True)
    if reported is None:
        raise RuntimeError("the default campaign is always loaded")
    installation.check_secret_key()
    outcomes = apply(reported, read(demo_file()), Source(), now)
    password = accounts.ensure_accounts(current_app.config["DEMO_PASSWORD"], now)
    campaign = rehearsal.ensure_week(now)
    samples = accounts.example_passes(campaign, now)
    events = rehearsal.events_of(campaign)
    crowd.ensure_crowd(campaign, events, now)
    desk.ensure_desk(campaign, events, now)
    summaries.ensure_summaries(campaign, now)
    _export_once(campaign, now)
    click.echo(_("Reported events: %(summary)s", summary=import_words.summary(outcomes)))
    _print_addresses()
    _print_accounts(password)
    _print_passes(campaign, samples)
    _print_pairing(_open_now(campaign, events, now), now)


def _export_once(campaign: Campaign, now: datetime) -> None:
    """A finished export at the desk of the demo's organizer."""
    organizer = find_account("organizer@example.org")
    if organizer is None or export_queue.exports_of(organizer):
        return
    choice = {"campaign": campaign.id, "event": "", "by": ""}
    table = export_tables.table_of(
        organizer, ExportKind.SCANS, export_tables.read_choice(organizer, ExportKind.SCANS, choice), now
    )
    export = export_queue.ask(organizer, ExportKind.SCANS, ExportFormat.XLSX, choice, "zh", table.count, now)
    exports.run(threads.application(), export.id)


def _prepare(source: Path | None, now: datetime, *, default: bool = False) -> Campaign | None:
    schema.check_not_newer()
    upgrade()
    return startup.prepare_database(source, now, default=default)


def _open_now(campaign: Campaign, events: list[Event], now: datetime) -> Event:
    """The organizer's event for the demo kiosk: among those open now, the one that stays open longest."""
    lead = rehearsal.host_of("xihu").name
    own = {
        event.id: event
        for event in events
        if event.lead and event.lead.name == lead and event.mode != Mode.ONLINE
    }
    occurrences = [occurrence for occurrence in windows_of(own, campaign.zone) if occurrence.open_at(now)]
    return own[max(occurrences, key=lambda occurrence: (occurrence.closes, -occurrence.event_id)).event_id]


def _print_addresses() -> None:
    click.echo(_("Addresses"))
    for path, description in ADDRESSES:
        click.echo(f"  {site().url(path)}  {_(description)}")


def _print_accounts(password: str | None) -> None:
    click.echo(_("Accounts"))
    for role in accounts.roles():
        click.echo(f"  {role.email}  {_(role.description)}")
    if password is not None:
        click.echo("  " + _("Password for all of them: %(password)s", password=password))
    else:
        click.echo(
            "  "
            + _("Their password was printed at the first start. To change it, set OPENWEEK_DEMO_PASSWORD.")
        )


def _print_passes(campaign: Campaign, samples: list[Pass]) -> None:
    click.echo(_("Passes to try at the entrance"))
    stamped = crowd.busiest_pass(campaign)
    if stamped is not None:
        click.echo(f"  {site().code_url('C', stamped.token)}  {_('A pass with stamps')}")
    for pass_ in samples:
        description = group_name(campaign, pass_.group)
        if pass_.headcount > 1:
            description = _("%(group)s, group of %(count)s", group=description, count=pass_.headcount)
        click.echo(f"  {site().code_url('C', pass_.token)}  {description}")


def _print_pairing(event: Event, now: datetime) -> None:
    code = pairing.create_code(event, current_app.config["SECRET_KEY"], now)
    text = _(
        "Pairing code for a kiosk at “%(event)s”, valid for 10 minutes: %(code)s",
        event=event.title,
        code=code,
    )
    click.echo(text)
