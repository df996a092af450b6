"""What is wrong with an installation, and what to do about it: `openweek doctor`."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app  # the application, not a request
from sqlalchemy import Engine, func, or_, select, text
from sqlalchemy.exc import DBAPIError

from models import config, installation
from models.accounts import breached_passwords
from models.codes.keys import KeyPurpose, SigningKey
from models.db import db, on_postgresql, public_engine
from models.devices.kiosks import Heartbeat, Kiosk
from models.errors import N_, Mistake
from models.operations import machine, replication, schema, tick
from models.operations.finding import Finding, Level
from models.registration import contacts
from models.security import secret_files, virus_scanner

MOST_KEYS, MANY_KEYS = 255, 240  # the id of a key is one byte of every code
KIOSK_IN_USE = timedelta(days=1)  # since its last heartbeat
STANDBY_LATE = timedelta(minutes=5)
TICK_LATE = tick.LEASE + timedelta(minutes=5)
LIST_OLD = timedelta(days=730)
MOST_NAMED = 5


def findings(now: datetime, kiosk_version: str, environment: Collection[str]) -> Iterator[Finding]:
    """Everything that is wrong, in the order in which it is best mended.

    kiosk_version: of the app that this server hands out. environment: names of the settings of this process."""
    folder = Path(current_app.instance_path)
    yield from _settings(environment)
    yield from _breached_passwords(now)
    yield from machine.faults(folder, now)
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
    yield from _contacts()
    yield from _virus_scanner()
    yield from _replication(now)
    for check in (_clock, _tick, _keys):
        yield from check(now)
    yield from _old_kiosks(now, kiosk_version)


def _error(mistake: Mistake) -> Finding:
    return Finding(Level.ERROR, mistake.message, mistake.values)


def _settings(environment: Collection[str]) -> Iterator[Finding]:
    known = {*config.KNOWN_SETTINGS, *secret_files.FILE_SETTINGS}
    for name in sorted(environment):
        if name.startswith("OPENWEEK_") and name not in known:
            yield Finding(
                Level.WARNING,
                N_("There is no setting %(name)s: it does nothing. Correct its name, or remove it."),
                {"name": name},
            )
    for name, path in current_app.extensions["openweek.secret_files"].items():
        if secret_files.is_open_to_others(path):
            yield Finding(
                Level.WARNING,
                N_("Everybody on this machine can read the file of %(name)s. Close it: chmod o= %(path)s"),
                {"name": name, "path": path},
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


def _breached_passwords(now: datetime) -> Iterator[Finding]:
    try:
        written = breached_passwords.list_date()
    except Mistake as mistake:
        yield _error(mistake)
        return
    if written is not None and written < now - LIST_OLD:
        yield Finding(
            Level.WARNING,
            N_("The list of OPENWEEK_BREACHED_PASSWORDS is of %(date)s. Fetch a newer one."),
            {"date": written.date().isoformat()},
        )


def _is_own(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def _contacts() -> Iterator[Finding]:
    unreadable = contacts.count_unreadable()
    if unreadable:
        yield Finding(
            Level.ERROR,
            N_(
                "Contacts of registrations that cannot be read: %(count)s. They were encrypted with another key: bring back the "
                "file contact_key of the data folder, or the former OPENWEEK_CONTACT_KEY."
            ),
            {"count": unreadable},
        )


def _virus_scanner() -> Iterator[Finding]:
    scanner = current_app.config["VIRUS_SCANNER"]
    if scanner is not None and not virus_scanner.answers(scanner):
        yield Finding(
            Level.WARNING,
            N_(
                "The virus scanner does not answer: no file is taken. Start clamd, or correct OPENWEEK_VIRUS_SCANNER."
            ),
        )


def _replication(now: datetime) -> Iterator[Finding]:
    public = public_engine()
    if not public.reaches_standby():
        yield Finding(
            Level.WARNING,
            N_(
                "The standby of OPENWEEK_DATABASE_READ_URL does not answer: public pages are read from the primary. Start it, or "
                "remove the setting."
            ),
        )
    elif public.standby is not None and _is_behind(public.standby, now):
        yield Finding(
            Level.ERROR,
            N_(
                "The standby of OPENWEEK_DATABASE_READ_URL has nothing of the last minutes: public pages are out of date. The "
                "log of its PostgreSQL says why; remove the setting until it follows again."
            ),
        )
    problem = replication.problem()
    if problem is not None:
        works = problem == replication.LOSES_ACKNOWLEDGED
        yield Finding(Level.WARNING if works else Level.ERROR, problem)


def _is_behind(standby: Engine, now: datetime) -> bool:
    """By what the tick writes each minute: a standby that has paused, or lost its primary, still answers."""
    due, known = tick.due_at(), tick.due_at_on(standby)
    return due is not None and (known is None or known < min(due, now - STANDBY_LATE))


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
