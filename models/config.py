"""Settings from the environment or .env, each checked once at start. A wrong one raises Mistake and is named in it."""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import N_, Mistake
from models.security import private_files

KNOWN_SETTINGS = (
    "OPENWEEK_DATABASE_URL",
    "OPENWEEK_DATABASE_READ_URL",
    "OPENWEEK_INSTANCE",
    "OPENWEEK_SECRET_KEY",
    "OPENWEEK_CONTACT_KEY",
    "OPENWEEK_BASE_URL",
    "OPENWEEK_UID_DOMAIN",
    "OPENWEEK_DEMO_PASSWORD",
    "OPENWEEK_TRUSTED_PROXIES",
    "OPENWEEK_SMTP_URL",
    "OPENWEEK_METRICS_TOKEN",
    "OPENWEEK_LOG_FORMAT",
    "OPENWEEK_SECOND_FACTOR",
    "OPENWEEK_BREACHED_PASSWORDS",
    "OPENWEEK_OIDC_ISSUER",
    "OPENWEEK_OIDC_CLIENT_ID",
    "OPENWEEK_OIDC_CLIENT_SECRET",
    "OPENWEEK_VIRUS_SCANNER",
)
MOST_WORKERS = 64
SHORTEST_PASSWORD, SHORTEST_TOKEN, SHORTEST_KEY = 8, 16, 32  # characters
# libpq would wait for it for minutes.
_WHERE_MACHINE_IS_GONE = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",  # milliseconds
}
_POSTGRESQL = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?", re.I)
_HOST_AND_PORT = re.compile(rf"(?P<host>\[[0-9a-f:.]+\]|{_LABEL}(?:\.{_LABEL})*)(?::\d{{1,5}})?", re.I)


def instance_folder(text: str) -> Path:
    """The data folder, for the server's user alone, created if it is missing."""
    folder = Path(text).resolve()
    try:
        private_files.make_folder(folder)
    except OSError as error:
        raise Mistake(
            N_("OPENWEEK_INSTANCE cannot be used as a folder: %(path)s (%(reason)s)."),
            path=text,
            reason=error.strerror,
        ) from None
    return folder


def read_url(text: str | None, primary: str) -> str | None:
    """The address of the standby that public pages read from; None unless set."""
    if not text:
        return None
    try:
        url = database_url(text, Path())
    except Mistake:
        url = ""
    if primary.startswith("sqlite") or not url.startswith("postgresql"):
        raise Mistake(
            N_(
                "OPENWEEK_DATABASE_READ_URL is the address of a standby of PostgreSQL. Write it and "
                "OPENWEEK_DATABASE_URL as postgresql://user:password@host:5432/name."
            )
        )
    return url


def database_url(text: str | None, folder: Path) -> str:
    """The address of the database for SQLAlchemy; SQLite in the data folder unless set."""
    if not text:
        return f"sqlite:///{folder / 'openweek.sqlite'}"
    if not text.startswith("sqlite:///") and not _POSTGRESQL.match(text):
        raise Mistake(N_("OPENWEEK_DATABASE_URL must begin with sqlite:/// or postgresql://."))
    url = _POSTGRESQL.sub("postgresql+psycopg://", text)
    try:
        parts = make_url(url)
        if not url.startswith("sqlite"):
            _check_libpq_options(parts.query)
    except (ArgumentError, ValueError, TypeError):
        # The value is not quoted: it may contain a password.
        raise Mistake(
            N_(
                "OPENWEEK_DATABASE_URL is not a database address. Write it as "
                "postgresql://user:password@host:5432/name."
            )
        ) from None
    return url


def connection_options(url: str, *, primary: bool) -> dict[str, str]:
    """Options of libpq that the address of a database leaves out: a machine that is gone says no word of it, and of several
    hosts only the primary is written to."""
    if url.startswith("sqlite"):
        return {}
    parts = make_url(url)
    named = parts.query.get("host", ())
    hosts = [parts.host or "", *([named] if isinstance(named, str) else named)]
    options = _WHERE_MACHINE_IS_GONE
    if primary and "," in ",".join(host for host in hosts if host):
        options = {**options, "target_session_attrs": "read-write"}
    return {name: value for name, value in options.items() if name not in parts.query}


def _check_libpq_options(options: Mapping[str, str | tuple[str, ...]]) -> None:
    """Raises ValueError for a connection option that libpq does not know."""
    # Imported here, so that a start on SQLite does not load it.
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(
            **{name: value if isinstance(value, str) else value[-1] for name, value in options.items()}
        )
    except psycopg.Error as error:
        raise ValueError(str(error)) from None


def base_url(text: str | None) -> str:
    """Scheme and host (and port), as codes and feeds print them."""
    url = (text or "http://127.0.0.1:8000").rstrip("/")
    scheme, _, host = url.partition("://")
    if scheme not in ("http", "https") or not _HOST_AND_PORT.fullmatch(host) or not _has_valid_port(url):
        raise Mistake(
            N_("OPENWEEK_BASE_URL must be scheme and host only, for example https://week.example.cn.")
        )
    return url


def _has_valid_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:  # above 65535, or no IPv6 address in the brackets
        return False


def uid_domain(text: str | None) -> str | None:
    """The domain of calendar UIDs. Checked strictly, because it cannot be changed after the first start."""
    if text and not _HOST.fullmatch(text):
        raise Mistake(N_("OPENWEEK_UID_DOMAIN must be a host name, for example week.example.cn."))
    return text or None


def demo_password(text: str | None) -> str | None:
    if text and len(text) < SHORTEST_PASSWORD:
        raise Mistake(
            N_("OPENWEEK_DEMO_PASSWORD needs at least %(count)s characters."), count=SHORTEST_PASSWORD
        )
    return text or None


class SecondFactor(StrEnum):
    """Who must have a second factor at the desk. REQUIRED: offices and the committee."""

    OPTIONAL = "optional"
    REQUIRED = "required"
    EVERYONE = "everyone"


def second_factor(text: str | None) -> SecondFactor:
    try:
        return SecondFactor(text or SecondFactor.OPTIONAL)
    except ValueError:
        raise Mistake(N_("OPENWEEK_SECOND_FACTOR must be optional, required or everyone.")) from None


@dataclass(frozen=True)
class Directory:
    """A directory that speaks OpenID Connect. issuer: its address, as its tokens name it."""

    issuer: str
    client_id: str
    client_secret: str


def directory(issuer: str | None, client_id: str | None, client_secret: str | None) -> Directory | None:
    """The directory that people may sign in through; None unless all three are set."""
    if not (issuer or client_id or client_secret):
        return None
    if not (issuer and client_id and client_secret):
        raise Mistake(
            N_(
                "OPENWEEK_OIDC_ISSUER, OPENWEEK_OIDC_CLIENT_ID and OPENWEEK_OIDC_CLIENT_SECRET belong together. "
                "Set all three or none."
            )
        )
    parts = urlsplit(issuer)
    own = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or not (parts.scheme == "https" or own) or parts.query or parts.fragment:
        raise Mistake(
            N_("OPENWEEK_OIDC_ISSUER must be an address such as https://login.example.cn/realms/week.")
        )
    return Directory(issuer, client_id, client_secret)


def proxies(text: str | None) -> int:
    """The number of reverse proxies in front of the server."""
    if text and not (text.isascii() and text.isdecimal()):
        raise Mistake(N_("OPENWEEK_TRUSTED_PROXIES must be a whole number, for example 1."))
    return int(text or 0)


def workers(text: str | None) -> int:
    """The number of server processes, 1 to 64; 2 unless set."""
    number = text or "2"
    if not (number.isascii() and number.isdecimal()) or not 1 <= int(number) <= MOST_WORKERS:
        raise Mistake(N_("WEB_CONCURRENCY must be a whole number from 1 to 64."))
    return int(number)


def contact_key(text: str | None) -> str | None:
    """The key of contacts, where it is set; else it is kept in a file."""
    if text and len(text) < SHORTEST_KEY:
        raise Mistake(N_("OPENWEEK_CONTACT_KEY needs at least %(count)s characters."), count=SHORTEST_KEY)
    return text or None


def metrics_token(text: str | None) -> str | None:
    """What has to be sent for /metrics; None: there is no such page."""
    if text and (len(text) < SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text):
        raise Mistake(
            N_("OPENWEEK_METRICS_TOKEN needs at least %(count)s letters or digits, without spaces."),
            count=SHORTEST_TOKEN,
        )
    return text or None


def log_format(text: str | None) -> bool:
    """Whether logs are JSON."""
    if text not in (None, "", "text", "json"):
        raise Mistake(N_("OPENWEEK_LOG_FORMAT must be text or json."))
    return text == "json"


def secret_key(folder: Path) -> str:
    """The secret key of sessions, created at the first start."""
    return _kept_secret(folder / "secret_key")


def contact_key_file(folder: Path) -> str:
    """The key that encrypts contacts of registrations, created with the first of them."""
    return _kept_secret(folder / "contact_key")


def _kept_secret(path: Path) -> str:
    """A random text in a file of the data folder. Two that create it at the same time get the same one."""
    try:
        if not path.exists():
            temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
            temporary.unlink()
        private_files.close(path)
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(
            N_(
                "The file %(path)s cannot be read or written (%(reason)s). Give the current user access to it."
            ),
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from None
