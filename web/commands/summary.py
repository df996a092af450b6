"""`openweek summary`: the summary of a region and line as a file."""

from pathlib import Path

import click
from flask import Flask
from flask_babel import gettext as _

from models import clock
from models.campaigns.tables import find_campaign
from models.errors import N_, Mistake
from models.summaries.part import parse_part
from web.summaries.documents import draft


def register(app: Flask) -> None:
    app.cli.add_command(summary)


@click.command("summary")
@click.option("--campaign", "campaign_id", required=True, help="The week, by its id.")
@click.option("--region", default="", help="The code of a region; without it the whole country.")
@click.option("--line", default="", help="The key of a sector; without it all.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="Of the document.")
@click.option(
    "--out", "out", required=True, type=click.Path(path_type=Path), help="FILE.docx, .pdf or .xlsx."
)
def summary(campaign_id: str, region: str, line: str, language: str, out: Path) -> None:
    """Write the summary with the figures of this moment and the texts written at the desk."""
    part = parse_part(find_campaign(campaign_id), region, line)
    data = draft(part, out.suffix.lower(), clock.now(), language)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Mistake(N_("%(path)s cannot be written: %(why)s."), path=str(out), why=error.strerror) from None
    click.echo(_("Written: %(path)s", path=str(out)))
