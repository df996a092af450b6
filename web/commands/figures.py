"""The operator's view of the figures: `openweek figures`, and `openweek verify`, which recounts them."""

import json
from pathlib import Path

import click
from flask import Flask
from flask_babel import gettext as _

from models import clock
from models.audit.chain import ChainCheck, verify_chain
from models.campaigns.tables import find_campaign
from models.figures import count
from models.figures.dimensions import parse_by
from models.figures.recount.comparison import Recount, verify
from web.commands.seals import check_seal, is_seal
from web.commands.slips import check_slip
from web.figures.exports import as_text, body

AGREE, DIFFER = 0, 1  # 2, undecided: the exit code of every Mistake
MAX_DIFFERENCES = 20


def register(app: Flask) -> None:
    app.cli.add_command(print_figures)
    app.cli.add_command(recount)


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


@click.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--campaign", "campaign_id", help="The week, by its id.")
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of a slip: public keys from /slip/keys.json, where there is no database.",
)
@click.option("--key", default="", help="Of a sealed summary: the public key to trust, in hexadecimal.")
def recount(file: Path | None, campaign_id: str | None, keys_file: Path | None, key: str) -> None:
    """Check a FILE: a slip of attendance, or a sealed summary. Without one, recount the ledger and compare every stored counter
    with it; check the chain of the audit log. Exit 0: they agree; 1: they differ; 2: it cannot be told."""
    if file is not None and is_seal(file):
        raise SystemExit(check_seal(file, key))
    if file is not None:
        raise SystemExit(check_slip(file, keys_file))
    if campaign_id is None:
        raise click.UsageError(_("Name a file, or a week with --campaign."))
    verdict = verify(find_campaign(campaign_id))
    click.echo(_recount_text(verdict))
    chain = verify_chain()
    click.echo(_chain_text(chain))
    raise SystemExit(AGREE if verdict.agrees and chain.broken_at is None else DIFFER)


def _chain_text(chain: ChainCheck) -> str:
    if chain.broken_at is not None:
        return _("The audit log does not hold: entry %(id)s was changed or is missing.", id=chain.broken_at)
    return _(
        "The audit log holds: %(count)s entries, the last %(hash)s.", count=chain.entries, hash=chain.head
    )


def _recount_text(verdict: Recount) -> str:
    counted = _(
        "The ledger has %(scans)s scans, which make %(visits)s visits.",
        scans=verdict.scans,
        visits=verdict.visits,
    )
    if verdict.agrees:
        return "\n".join([counted, _("Every stored counter agrees.")])
    places = [
        _(
            "%(table)s %(where)s: stored %(stored)s, recounted %(recounted)s",
            table=one.table,
            where=one.where,
            stored=one.stored,
            recounted=one.recounted,
        )
        for one in verdict.differences[:MAX_DIFFERENCES]
    ]
    more = len(verdict.differences) - len(places)
    rest = [_("and %(count)s more places", count=more)] if more else []
    return "\n".join([counted, _("Differences:"), *places, *rest])
