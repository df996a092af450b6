"""`openweek verify FILE` for a sealed summary: needs no network, and with --key no database."""

from pathlib import Path

import click
from flask_babel import gettext as _
from sqlalchemy.exc import DatabaseError

from models.db import db
from models.errors import N_, Mistake
from models.summaries import seal
from models.summaries.handing_in import trusted_keys

AGREE, DIFFER, CANNOT_TELL = 0, 1, 2
_MARK = b'"openweek_summary"'


def is_seal(file: Path) -> bool:
    """Whether a file says of itself that it is a sealed summary."""
    return _MARK in file.read_bytes()[: seal.MOST_BYTES]


def check_seal(file: Path, key: str) -> int:
    """The exit code; says why. key: "" for the keys of this installation."""
    check = seal.check(file.read_bytes(), {_public_key(key)} if key else _known_keys())
    click.echo(
        {
            seal.Verdict.GENUINE: _(
                "Genuine: the figures are as they were sealed. SHA-256 %(hash)s.", hash=check.sha256
            ),
            seal.Verdict.CHANGED: _("Changed: content and signature do not belong together."),
            seal.Verdict.UNKNOWN_KEY: _(
                "Signed with a key that is not known here: %(key)s. If it is the one that the committee publishes, give it with "
                "--key.",
                key=check.public_key,
            ),
        }[check.verdict]
    )
    return {seal.Verdict.GENUINE: AGREE, seal.Verdict.CHANGED: DIFFER}.get(check.verdict, CANNOT_TELL)


def _public_key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Mistake(N_("The key has to be 64 hexadecimal digits.")) from None


def _known_keys() -> set[bytes]:
    """None where there is no database: the file is then checked against the key that was given."""
    try:
        return trusted_keys()
    except DatabaseError:
        db.session.rollback()
        return set()
