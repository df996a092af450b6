"""`openweek verify FILE` for a slip of attendance: by the keys of this installation, or by public keys in a file."""

import json
from base64 import b64decode
from pathlib import Path

import click
from flask_babel import gettext as _

from models.codes import slips
from models.errors import N_, Mistake
from models.visitors.slips import public_keys

GENUINE, TOUCHED, UNDECIDED = 0, 1, 2


def check_slip(file: Path, keys_file: Path | None) -> int:
    """Says what the slip in a file says. Returns the exit code: 2 where there is no slip in it."""
    text = slips.text_in(file.read_bytes())
    if text is None:
        click.echo(_("There is nothing in this file that can be checked."), err=True)
        return UNDECIDED
    try:
        slip = slips.verify(text, _keys_in(keys_file) if keys_file else public_keys())
    except slips.SlipError:
        click.echo(_("This is not a slip of attendance of this site, or it was changed."))
        return TOUCHED
    facts = f"{slip.week} · {slip.title} · {slip.day.isoformat()} {slip.since:%H:%M} · {slip.place}"
    click.echo(_("Genuine: the holder was there. %(facts)s", facts=facts))
    return GENUINE


def _keys_in(file: Path) -> dict[int, bytes]:
    try:
        keys = json.loads(file.read_text(encoding="utf-8"))["slips"]["keys"]
        return {int(id): b64decode(public, validate=True) for id, public in keys.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Mistake(
            N_("%(path)s has no public keys as /slip/keys.json gives them."), path=str(file)
        ) from None
