"""Settings that come from outside (the environment, .env), each looked at once. A wrong one is a Mistake, said in one line
that names it, before anything else starts.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import N_, Mistake

MOST_WORKERS = 64
_POSTGRESQL = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?", re.I)
_HOST_AND_PORT = re.compile(rf"(?P<host>\[[0-9a-f:.]+\]|{_LABEL}(?:\.{_LABEL})*)(?::\d{{1,5}})?", re.I)


def instance_folder(text: str) -> Path:
    """The folder of the data, made where it is not there."""
    folder = Path(text).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Mistake(
            N_("OPENWEEK_INSTANCE cannot be used as a folder: %(path)s (%(reason)s)."),
            path=text,
            reason=error.strerror,
        ) from None
    return folder


def database_url(text: str | None, folder: Path) -> str:
    """SQLAlchemy's address of the database; SQLite in the folder of the data unless set."""
    if not text:
        return f"sqlite:///{folder / 'openweek.sqlite'}"
    if not text.startswith("sqlite:///") and not _POSTGRESQL.match(text):
        raise Mistake(N_("OPENWEEK_DATABASE_URL must begin with sqlite:/// or postgresql://."))
    url = _POSTGRESQL.sub("postgresql+psycopg://", text)
    try:
        parts = make_url(url)
        if not url.startswith("sqlite"):
            _libpq_takes(parts.query)
    except (ArgumentError, ValueError, TypeError):
        # Not repeated: it may hold a password.
        raise Mistake(
            N_(
                "OPENWEEK_DATABASE_URL is not a database address. Write it as "
                "postgresql://user:password@host:5432/name."
            )
        ) from None
    return url


def _libpq_takes(options: Mapping[str, str | tuple[str, ...]]) -> None:
    """Raises ValueError for what PostgreSQL's own library does not know."""
    # A start on SQLite, which is most of them, does not wait for it.
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(**options)
    except psycopg.Error as error:
        raise ValueError(str(error)) from None


def base_url(text: str | None) -> str:
    """Scheme and host (and port), as codes and feeds print them."""
    url = (text or "http://127.0.0.1:8000").rstrip("/")
    scheme, _, place = url.partition("://")
    found = _HOST_AND_PORT.fullmatch(place)
    if scheme not in ("http", "https") or not found or not _port_fits(url):
        raise Mistake(
            N_("OPENWEEK_BASE_URL must be scheme and host only, for example https://week.example.cn.")
        )
    return url


def _port_fits(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:  # above 65535, or what stands in brackets is no address
        return False


def uid_domain(text: str | None) -> str | None:
    """The domain of calendar UIDs, which is kept for ever: so a slip must not get that far."""
    if text and not _HOST.fullmatch(text):
        raise Mistake(N_("OPENWEEK_UID_DOMAIN must be a host name, for example week.example.cn."))
    return text or None


def demo_password(text: str | None) -> str | None:
    if text and len(text) < SHORTEST_PASSWORD:
        raise Mistake(
            N_("OPENWEEK_DEMO_PASSWORD needs at least %(count)s characters."), count=SHORTEST_PASSWORD
        )
    return text or None


def proxies(text: str | None) -> int:
    """How many proxies stand in front."""
    if text and not (text.isascii() and text.isdecimal()):
        raise Mistake(N_("OPENWEEK_TRUSTED_PROXIES must be a whole number, for example 1."))
    return int(text or 0)


def workers(text: str | None) -> int:
    """How many processes serve."""
    asked = text or "2"
    if not (asked.isascii() and asked.isdecimal()) or not 1 <= int(asked) <= MOST_WORKERS:
        raise Mistake(N_("WEB_CONCURRENCY must be a whole number from 1 to 64."))
    return int(asked)


def secret_key(folder: Path) -> str:
    """The secret of sessions: made at the first start. Two first starts at once agree on one."""
    path = folder / "secret_key"
    try:
        if not path.exists():
            draft = folder / f".secret_key.{secrets.token_hex(4)}"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(
            N_(
                "The file %(path)s cannot be read or written (%(reason)s). Give the current user access to it."
            ),
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from None


SHORTEST_PASSWORD = 8  # characters
