"""`openweek verify`: a FILE that others handed on, or the ledger and the audit log of this installation."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask_babel import gettext as _

from models.audit.chain import ChainCheck, verify_chain
from models.campaigns.tables import find_campaign
from models.errors import N_, Mistake
from models.figures.recount.comparison import Recount, verify
from web.commands.seals import check_seal, is_seal
from web.commands.slips import check_slip, is_slip, keys_in

AGREE, DIFFER = 0, 1  # 2, undecided: the exit code of every Mistake
MAX_DIFFERENCES = 20
NO_DATABASE = N_("There is no database here. Check OPENWEEK_DATABASE_URL and OPENWEEK_INSTANCE.")
NO_KEYS = N_(
    "There is no database here, so the public keys have to be given: --keys FILE_OR_ADDRESS for a slip, --key KEY for a sealed "
    "summary."
)


def register(app: Flask) -> None:
    app.cli.add_command(verify_command)


@click.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--campaign", "campaign_id", help="The week, by its id.")
@click.option(
    "--keys",
    "keys_source",
    metavar="FILE_OR_ADDRESS",
    help="Of a slip: the public keys, a file from /slip/keys.json or that address. Needs no database.",
)
@click.option(
    "--key",
    default="",
    help="Of a sealed summary: the public key to trust, in hexadecimal. Needs no database.",
)
def verify_command(file: Path | None, campaign_id: str | None, keys_source: str | None, key: str) -> None:
    """Check a FILE: a slip of attendance, or a sealed summary. Without one, recount the ledger and compare every stored counter
    with it; check the chain of the audit log. Exit 0: they agree; 1: they differ; 2: it cannot be told."""
    if file is not None:
        raise SystemExit(_check(file, keys_source, key))
    if campaign_id is None or keys_source or key:
        raise click.UsageError(_("Name a file, or a week with --campaign."))
    if not _has_database():
        raise Mistake(NO_DATABASE)
    verdict = verify(find_campaign(campaign_id))
    click.echo(_recount_text(verdict))
    chain = verify_chain()
    click.echo(_chain_text(chain))
    raise SystemExit(AGREE if verdict.agrees and chain.broken_at is None else DIFFER)


def _check(file: Path, keys_source: str | None, key: str) -> int:
    """The exit code. Without a database the keys have to be given."""
    seal = is_seal(file)
    if not (key if seal else keys_source) and (seal or is_slip(file)) and not _has_database():
        raise Mistake(NO_KEYS)
    return check_seal(file, key) if seal else check_slip(file, keys_in(keys_source) if keys_source else None)


def _has_database() -> bool:
    return "sqlalchemy" in current_app.extensions


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
