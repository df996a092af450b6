"""`openweek verify FILE` for a slip of attendance: by the keys of this installation, or by public keys elsewhere."""

import json
from base64 import b64decode
from pathlib import Path

import click
from flask_babel import gettext as _

from models.codes import slips
from models.errors import N_, Mistake
from models.imports.feeds.fetch import fetch
from models.visitors.slips import public_keys

GENUINE, TOUCHED, UNDECIDED = 0, 1, 2


def is_slip(file: Path) -> bool:
    """Whether there is a slip in a file."""
    return slips.text_in(file.read_bytes()) is not None


def check_slip(file: Path, keys: dict[int, bytes] | None) -> int:
    """Says what the slip in a file says. keys: by key id; None: those of this installation. Returns the exit code: 2 where there
    is no slip in it."""
    text = slips.text_in(file.read_bytes())
    if text is None:
        click.echo(
            _(
                "There is nothing in this file that can be checked. Of a summary, take the file that ends in .seal.json."
            ),
            err=True,
        )
        return UNDECIDED
    try:
        slip = slips.verify(text, public_keys() if keys is None else keys)
    except slips.SlipError:
        click.echo(_("This is not a slip of attendance of this site, or it was changed."))
        return TOUCHED
    facts = f"{slip.week} · {slip.title} · {slip.day.isoformat()} {slip.since:%H:%M} · {slip.place}"
    click.echo(_("Genuine: the holder was there. %(facts)s", facts=facts))
    return GENUINE


def keys_in(source: str) -> dict[int, bytes]:
    """The public keys in a file, or at an address: the operator names it, so it may be inside the own network."""
    try:
        data = _at_address(source) if "://" in source else Path(source).read_bytes()
        keys = json.loads(data)["slips"]["keys"]
        return {int(id): b64decode(public, validate=True) for id, public in keys.items()}
    except OSError as error:
        raise Mistake(
            N_("%(path)s cannot be read: %(reason)s."), path=source, reason=error.strerror
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Mistake(N_("%(path)s has no public keys as /slip/keys.json gives them."), path=source) from None


def _at_address(url: str) -> bytes:
    return fetch(url, allowed=lambda _address: True).body or b""
