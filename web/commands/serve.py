"""`openweek serve`: gunicorn with the settings that this project recommends. And `openweek tick`, which it repeats.

Threads carry the readers, over a small pool of database connections. Open live pages hold none of them.
"""

import faulthandler
import gc
import ipaddress
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask_babel import gettext as _

from models import clock, installation
from models.db import db, transaction
from models.drawing import qr
from models.errors import N_
from models.installation import site
from models.operations import schema
from models.operations import tick as due
from models.text.readings import readings
from models.transactions import answer_limit
from web import errors, threads
from web.commands import setup
from web.desk import reminder_mails
from web.desk.exports import background as exports
from web.desk.registration import mails as registration_mails
from web.figures.live import streams as live_streams
from web.server import allocator, certificate, metrics, precompressed

MINUTE = 60
OTHER_FILES = 200  # open files and connections of a worker beside its streams
THREADS = 864  # made when they are needed: a client that sends slowly keeps one for some seconds
RECOMMENDED = {
    "worker_class": "web.server.worker.Worker",
    "threads": THREADS,
    "worker_connections": 2 * THREADS,
    "preload_app": False,  # a worker opens its own connections; nothing of a database survives a fork
    "keepalive": 15,
    "timeout": 120,  # seconds without a sign of life; a machine that slept half a minute keeps its workers
    "graceful_timeout": 4,
    "loglevel": "warning",
    "accesslog": None,  # paths of passes and venue codes are secrets and stand in no log
    "control_socket_disable": True,
}
ADDRESSES = (
    ("/", N_("the week")),
    ("/desk/", N_("for organizers and offices")),
    ("/kiosk/", N_("the check-in kiosk")),
)


def register(app: Flask) -> None:
    app.cli.add_command(serve)
    app.cli.add_command(tick)
    app.cli.add_command(secret_key)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets the network in.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--tls", is_flag=True, help="HTTPS with a certificate of this machine's own, for cameras in the network."
)
@click.option("--demo", is_flag=True, help="Load the demo first, as `openweek demo` does.")
def serve(host: str, port: int, tls: bool, demo: bool) -> None:
    """Serve the week, and do what is due each minute."""
    url = os.environ.get("OPENWEEK_BASE_URL") or None
    addresses = shared_addresses(host, port, tls, url)
    # The default for codes and feeds, here and in the workers.
    os.environ["OPENWEEK_BASE_URL"] = url or addresses[0]
    if demo:
        current_app.config["BASE_URL"] = os.environ["OPENWEEK_BASE_URL"]
        click.get_current_context().invoke(setup.demo)
    schema.check()
    installation.check_not_moved()
    site()  # refuses another UID domain than the kept one
    installation.check_secret_key()
    with transaction():
        installation.keep_secret_key()
    issuer = Path(current_app.instance_path) / "tls" / certificate.ISSUER if tls else None
    options = {
        **RECOMMENDED,
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": current_app.config["WORKERS"],
        "when_ready": lambda _server: _print_addresses(addresses, _open_to_others(host), issuer),
        "post_worker_init": _start_worker,
    }
    if tls:
        files = certificate.ensure_certificate(Path(current_app.instance_path) / "tls", url=url)
        options["certfile"], options["keyfile"] = map(str, files)
    if current_app.config["METRICS_TOKEN"]:
        metrics.prepare_folder(Path(current_app.instance_path))
        options["child_exit"] = lambda _server, worker: metrics.worker_ended(worker.pid)
    if current_app.config["LOG_JSON"]:
        options["logger_class"] = "web.server.json_logs.ServerLog"
    precompressed.compress_all()
    readings()  # once for all workers
    allocator.use_few_arenas()
    db.session.remove()
    db.engine.dispose()
    _settle_memory()  # workers share what is loaded as long as nobody writes to it, and looking for garbage writes
    # Not before: gunicorn reads WEB_CONCURRENCY as it is loaded, and stops every command where it is no number.
    from web.server.gunicorn import Server

    Server(options).run()


@click.command("tick")
def tick() -> None:
    """Do what is due, once. `openweek serve` does this each minute by itself."""
    now = clock.now()
    # Run by a timer and no server, this alone notices a jump of the clock. A person's call runs whoever has the tick.
    claimed = due.claim(now)
    done = due.tick(now, destroy=due.may_destroy(now))
    reminder_mails.send_due(now)
    registration_mails.send_due(now)
    exports.run_due(threads.application(), now)
    if claimed:
        due.release(now)
    click.echo(
        _(
            "Pairing codes removed: %(codes)s. Calendar entries rewritten: %(entries)s. Uploaded files "
            "removed: %(files)s. Calendar feeds read: %(feeds)s.",
            codes=done.codes,
            entries=done.entries,
            files=done.files,
            feeds=done.feeds,
        )
    )


@click.group("secret-key")
def secret_key() -> None:
    """The secret key that signs sessions, the same on every node."""


@secret_key.command("accept")
def accept_secret_key() -> None:
    """Let the database be served with this node's key from now on. Everybody has to sign in again."""
    with transaction():
        installation.keep_secret_key(replace=True)
    click.echo(_("Accepted. Give every node this key, then start them again."))


def _open_to_others(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False  # a name


def shared_addresses(host: str, port: int, tls: bool, url: str | None = None) -> list[str]:
    """Where the served week can be opened; the first one is for others: url, where it is set, else an address in the network,
    where it is open to others."""
    hosts = [*certificate.own_addresses(), "127.0.0.1"] if _open_to_others(host) else [host]
    scheme, default_port = ("https", 443) if tls else ("http", 80)
    port_suffix = "" if port == default_port else f":{port}"
    own = [f"{scheme}://{f'[{name}]' if ':' in name else name}{port_suffix}" for name in hosts]
    return list(dict.fromkeys([url.rstrip("/"), *own] if url else own))


def _print_addresses(addresses: list[str], with_code: bool, issuer: Path | None) -> None:
    """Print the addresses, with a QR code for tablets where the terminal is UTF-8. issuer: of this machine's own certificate."""
    click.echo(_("Openweek is running. Stop it with Ctrl+C."))
    for path, description in ADDRESSES:
        click.echo(f"  {addresses[0]}{path}  {_(description)}")
    note = _("from this machine")
    for other in addresses[1:]:
        click.echo(f"  {other}/  {note}")
    if with_code and "utf" in (sys.stdout.encoding or "").lower():
        qr.code(f"{addresses[0]}/kiosk/", qr.PASS_LEVEL).print_ascii(invert=True)
        click.echo(_("The code opens the kiosk on a tablet or phone in the same network."))
    if issuer:
        click.echo(_("The certificate was made on this machine: a browser warns once, and you confirm it."))
        click.echo(
            _(
                "Tablets that are to open without a network have to trust its issuer: %(url)s tells how. "
                "Its fingerprint: %(digits)s",
                url=f"{addresses[0]}/about/certificate",
                digits=certificate.fingerprint(issuer.read_bytes()),
            )
        )


def _start_worker(worker: Any) -> None:
    answer_limit.of_other_threads()
    # A crash in a C library says in the log where it was. Of all threads only the first hundred would be told.
    faulthandler.enable(all_threads=False)
    worker.log.error_log.addFilter(errors.mask_secrets_in_args)
    streams: live_streams.LiveStreams = worker.wsgi.extensions["openweek.live_streams"]
    streams.most = min(live_streams.MOST, _open_files() - OTHER_FILES)
    streams.stopping = lambda: not worker.alive  # else gunicorn would wait for them in vain
    streams.hands_over = True
    keep_ticking(worker.wsgi)
    # What is loaded now stays. To look through all of it takes 0.1 s, which came about with every tenth batch of 500 scans.
    _settle_memory()


def _settle_memory() -> None:
    gc.collect()
    gc.freeze()
    allocator.give_back()


def _open_files() -> int:
    """How many files and connections this process may have open: as many as the system allows without asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * THREADS
    unlimited = resource.RLIM_INFINITY
    if soft != unlimited and soft < wanted:
        soft = wanted if hard == unlimited else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == unlimited else soft


def keep_ticking(app: Flask) -> None:
    """Each minute, in the background of a worker, do what is due, unless another worker or node has it."""

    def repeat() -> None:
        pause = threading.Event()
        while True:
            # A new thread each time: an exception is reported and the next minute tries again.
            threads.start(app, "tick", lambda: _tick_once(app)).join()
            allocator.give_back()
            pause.wait(MINUTE)

    threading.Thread(target=repeat, daemon=True).start()


def _tick_once(app: Flask) -> None:
    now = clock.now()
    if due.claim(now):
        due.tick(now, destroy=due.may_destroy(now))
        reminder_mails.send_due(now)
        registration_mails.send_due(now)
        exports.start_due(app, now)
        due.release(now)
