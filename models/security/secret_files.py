"""Secrets of the settings kept in files that a vault, systemd or a container writes, so that no environment holds them."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from models.errors import N_, Mistake

# Settings that are secrets or contain one.
SECRETS = (
    "OPENWEEK_DATABASE_URL",
    "OPENWEEK_DATABASE_READ_URL",
    "OPENWEEK_SECRET_KEY",
    "OPENWEEK_CONTACT_KEY",
    "OPENWEEK_DEMO_PASSWORD",
    "OPENWEEK_SMTP_URL",
    "OPENWEEK_METRICS_TOKEN",
    "OPENWEEK_OIDC_CLIENT_SECRET",
)
SUFFIX = "_FILE"
FILE_SETTINGS = tuple(name + SUFFIX for name in SECRETS)
MOST_BYTES = 65_536
# Written by systemd or the container's engine: no other user of the machine looks into them.
_CLOSED = (Path("/run/credentials"), Path("/run/secrets"))


def files_of(environment: Mapping[str, str]) -> dict[str, Path]:
    """The file of each secret that is kept in one, as NAME_FILE names it. Raises Mistake where NAME is set, too."""
    files = {name: Path(path) for name in SECRETS if (path := environment.get(name + SUFFIX))}
    for name in files:
        if environment.get(name):
            raise Mistake(N_("%(name)s and %(name)s_FILE are both set. Keep one of them."), name=name)
    return files


def read_secrets(files: Mapping[str, Path]) -> dict[str, str]:
    """What the files hold, without the end of the line. Raises Mistake for one that is unreadable, empty or no single line."""
    return {name: _read(name, path) for name, path in files.items()}


def resolved(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process of our own that gets some of the secrets from us: all are values, none is in a file."""
    secrets = read_secrets(files_of(environment))
    # Empty and not missing: a file .env would set them again.
    return {**environment, **secrets, **dict.fromkeys(FILE_SETTINGS, "")}


def is_open_to_others(path: Path) -> bool:
    """Whether each user of this machine can read or write a secret's file; its group may, as root:openweek needs it."""
    if any(path.is_relative_to(folder) for folder in _CLOSED):
        return False
    try:
        return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:  # gone since the start
        return False


def _read(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1).decode().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "UTF-8"
        raise Mistake(
            N_("The file of %(name)s cannot be read: %(path)s (%(reason)s)."),
            name=name,
            path=path,
            reason=reason,
        ) from None
    if not text.strip():
        raise Mistake(N_("The file of %(name)s is empty: %(path)s."), name=name, path=path)
    # The text is not quoted: it is a secret.
    if len(text) > MOST_BYTES or not text.isprintable():
        raise Mistake(N_("The file of %(name)s must hold one line: %(path)s."), name=name, path=path)
    return text
