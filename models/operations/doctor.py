"""What is wrong with an installation, and what to do about it: `openweek doctor`."""

import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from flask import current_app  # the application, not a request
from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import DBAPIError

from models import config, installation
from models.codes.keys import KeyPurpose, SigningKey
from models.db import db, on_postgresql
from models.devices.kiosks import Heartbeat, Kiosk
from models.drawing import fonts
from models.errors import N_, Mistake
from models.operations import replication, schema, tick
from models.security import private_files

LEAST_FREE = 64 * 1024 * 1024  # bytes on the disk of the data folder: a node with less is not ready
LITTLE_FREE = 1024 * 1024 * 1024
CERTIFICATE_ENDS_SOON = timedelta(days=14)
MOST_KEYS, MANY_KEYS = 255, 240  # the id of a key is one byte of every code
KIOSK_IN_USE = timedelta(days=1)  # since its last heartbeat
TICK_LATE = tick.LEASE + timedelta(minutes=5)
MOST_NAMED = 5


class Level(IntEnum):
    """Also the exit code of the command."""

    WARNING = 1  # the week is served; something should be mended
    ERROR = 2  # it cannot be served like this


@dataclass(frozen=True)
class Finding:
    """message: an English sentence that says what is wrong and what to do."""

    level: Level
    message: str
    values: dict[str, object] = field(default_factory=dict)


def findings(now: datetime, kiosk_version: str, environment: Collection[str]) -> Iterator[Finding]:
    """Everything that is wrong, in the order in which it is best mended.

    kiosk_version: of the app that this server hands out. environment: names of the settings of this process."""
    folder = Path(current_app.instance_path)
    yield from _settings(environment)
    yield from _open_files(folder)
    yield from _disk(folder)
    yield from _certificate(folder / "tls" / "certificate.pem", now)
    yield from _fonts()
    try:
        schema.check()
    except DBAPIError:
        db.session.rollback()
        yield Finding(
            Level.ERROR,
            N_("The database does not answer. Start it, or correct OPENWEEK_DATABASE_URL."),
        )
        return
    except Mistake as mistake:
        yield _error(mistake)
        return
    yield from _installation()
    yield from _replication()
    for check in (_clock, _tick, _keys):
        yield from check(now)
    yield from _old_kiosks(now, kiosk_version)


def _error(mistake: Mistake) -> Finding:
    return Finding(Level.ERROR, mistake.message, mistake.values)


def _settings(environment: Collection[str]) -> Iterator[Finding]:
    for name in sorted(environment):
        if name.startswith("OPENWEEK_") and name not in config.KNOWN_SETTINGS:
            yield Finding(
                Level.WARNING,
                N_("There is no setting %(name)s: it does nothing. Correct its name, or remove it."),
                {"name": name},
            )
    address = urlsplit(current_app.config["BASE_URL"])
    if address.scheme == "http" and not _is_own(address.hostname or ""):
        yield Finding(
            Level.WARNING,
            N_(
                "OPENWEEK_BASE_URL is %(url)s: phones and tablets allow their camera over HTTPS only. Put a proxy with a "
                "certificate in front and begin the address with https://."
            ),
            {"url": current_app.config["BASE_URL"]},
        )


def _is_own(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _open_files(folder: Path) -> Iterator[Finding]:
    database = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    outside = Path(database) if database and Path(database).parent != folder else None
    for path in private_files.readable_by_others(folder, outside):
        # Folders in it hold compressed styles, and the certificate, whose key is closed itself.
        if path != folder and path.is_dir():
            continue
        yield Finding(
            Level.WARNING,
            N_("Other users of this machine can read %(path)s. Close it: chmod go-rwx %(path)s"),
            {"path": path},
        )


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < LITTLE_FREE:
        yield Finding(
            Level.ERROR if free < LEAST_FREE else Level.WARNING,
            N_("%(free)s MB are left on the disk of %(path)s. Make room, or move the data folder."),
            {"free": free >> 20, "path": folder},
        )


def _certificate(path: Path, now: datetime) -> Iterator[Finding]:
    """That of this machine's own; one of a proxy is renewed and watched there."""
    if not path.exists():
        return
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (ValueError, OSError):
        ends = now
    if ends - now < CERTIFICATE_ENDS_SOON:
        yield Finding(
            Level.WARNING if ends > now else Level.ERROR,
            N_("The certificate %(path)s ends on %(day)s. Start the server again, which makes a new one."),
            {"path": path, "day": ends.date().isoformat()},
        )


def _fonts() -> Iterator[Finding]:
    missing = [path.name for path in fonts.missing_files()]
    if missing:
        yield Finding(
            Level.WARNING,
            N_(
                "Fonts are missing, so names in their scripts are printed as %(mark)s: %(names)s. Run: python3 "
                "tools/prepare.py run"
            ),
            {"mark": fonts.UNPRINTABLE, "names": ", ".join(missing[:MOST_NAMED])},
        )


def _installation() -> Iterator[Finding]:
    checks: tuple[Callable[[], object], ...] = (
        installation.check_not_moved,
        installation.site,
        installation.check_secret_key,
    )
    for check in checks:
        try:
            check()
        except Mistake as mistake:
            yield _error(mistake)


def _replication() -> Iterator[Finding]:
    problem = replication.problem()
    if problem is not None:
        works = problem == replication.LOSES_ACKNOWLEDGED
        yield Finding(Level.WARNING if works else Level.ERROR, problem)


def _clock(now: datetime) -> Iterator[Finding]:
    """Against the database's clock, where it has one, and what was written before."""
    written = [
        db.session.scalar(select(func.max(column))) for column in (SigningKey.created_at, Kiosk.seen_at)
    ]
    latest = max((at for at in written if at is not None), default=now)
    if latest > now + tick.CLOCKS_DIFFER:
        yield Finding(
            Level.ERROR,
            N_(
                "The clock says %(now)s, but the database holds a row of %(latest)s. Set the clock, and let it follow a "
                "time server."
            ),
            {"now": _minute(now), "latest": _minute(latest)},
        )
    if on_postgresql():
        away = abs(db.session.scalars(text("SELECT clock_timestamp()")).one() - now)
        if away > tick.CLOCKS_DIFFER:
            yield Finding(
                Level.ERROR,
                N_(
                    "The clock of this machine and that of the database are %(seconds)s seconds apart. Let both follow a "
                    "time server."
                ),
                {"seconds": round(away.total_seconds())},
            )


def _minute(at: datetime) -> str:
    return at.isoformat(" ", "minutes")


def _tick(now: datetime) -> Iterator[Finding]:
    due = tick.due_at()
    if due is not None and due > now + tick.LEASE + tick.CLOCKS_DIFFER:
        yield Finding(
            Level.WARNING,
            N_(
                "The next tick is due on %(due)s: a node whose clock was ahead wrote that. The running server sets it right; "
                "check the clocks of all nodes."
            ),
            {"due": _minute(due)},
        )
    elif due is not None and due < now - TICK_LATE:
        yield Finding(
            Level.WARNING,
            N_(
                "The tick has been due since %(due)s: no server runs. Start it, or run `openweek tick` by a timer each minute."
            ),
            {"due": _minute(due)},
        )


def _keys(_now: datetime) -> Iterator[Finding]:
    in_use = set(
        db.session.scalars(select(SigningKey.purpose).where(SigningKey.retired_at.is_(None)).distinct())
    )
    missing = [purpose for purpose in KeyPurpose if purpose not in in_use]
    if missing:
        yield Finding(
            Level.ERROR,
            N_("No key signs codes of these kinds: %(purposes)s. Make one: openweek key new %(first)s"),
            {"purposes": ", ".join(missing), "first": missing[0]},
        )
    highest = db.session.scalar(select(func.max(SigningKey.id))) or 0
    if highest >= MANY_KEYS:
        yield Finding(
            Level.WARNING,
            N_(
                "%(left)s key numbers are left of %(most)s. Make new keys only where one is lost, or begin the next week in "
                "a new installation."
            ),
            {"left": MOST_KEYS - highest, "most": MOST_KEYS},
        )


def _old_kiosks(now: datetime, version: str) -> Iterator[Finding]:
    names = list(
        db.session.scalars(
            select(Kiosk.name)
            .join(Heartbeat, Heartbeat.kiosk_id == Kiosk.id)
            .where(
                Heartbeat.at > now - KIOSK_IN_USE,
                Heartbeat.version.not_in(("", version)),
                Kiosk.revoked_at.is_(None),
                or_(Kiosk.expires_at.is_(None), Kiosk.expires_at > now),
            )
            .order_by(Kiosk.id)
        )
    )
    if names:
        yield Finding(
            Level.WARNING,
            N_(
                "Kiosks with an older version of the app: %(count)s (%(names)s). Open them with a network, and they bring "
                "themselves up to date."
            ),
            {"count": len(names), "names": ", ".join(names[:MOST_NAMED])},
        )
