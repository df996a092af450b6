"""What the product is measured beside: a bare Flask application behind the same gunicorn, with the same settings.

`/hello` answers nothing else. `/barest` is the barest honest check-in: one SELECT, one Ed25519 verify, one INSERT, one
commit. Signatures are checked by OpenSSL, as the product once did, so that ratios of one year can be laid beside those of
another. As a program: `python -m tests.bench.measurement.yardsticks PORT DATABASE_URL`.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, request
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Uuid,
    create_engine,
    event,
    insert,
    select,
)

from models import config
from models.codes import signatures
from models.codes.passes import Pass
from models.db import Base, begin_transaction
from tests.support.servers.served_application import ROOT, Server
from web.commands.serve import RECOMMENDED

WORKERS = 2
REFERENCE = Table(
    "bench_reference",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("id", Uuid, unique=True),
)


openssl_key = lru_cache(maxsize=64)(Ed25519PublicKey.from_public_bytes)


def openssl_verify(code: signatures.UnverifiedPass, public: Ed25519PublicKey) -> bool:
    try:
        public.verify(code.signature, signatures.pass_content(code))
    except InvalidSignature:
        return False
    return True


def make_app(database_url: str) -> Flask:
    app = Flask("yardsticks")
    engine = _engine(database_url)
    table = Base.metadata.tables[Pass.__tablename__]
    find = select(table.c.id)

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    @app.post("/barest")
    def barest() -> dict:
        sent = request.get_json()
        code = signatures.parse_code(sent["code"])
        genuine = openssl_verify(code, openssl_key(bytes.fromhex(sent["public"])))
        with engine.begin() as connection:
            known = connection.execute(find.where(table.c.serial == code.payload.serial)).first()
            connection.execute(insert(REFERENCE).values(id=UUID(sent["id"])))
        return {"stored": genuine and known is not None}

    return app


def _engine(database_url: str) -> Engine:
    """Opened as the product opens its database, but for the order in which SQLite lets its writers in."""
    engine = create_engine(config.database_url(database_url, Path()), pool_size=10, max_overflow=60)
    event.remove(Engine, "begin", begin_transaction)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Yardsticks(Server):
    """The yardsticks, served."""

    def start(self) -> None:
        url = self.settings["OPENWEEK_DATABASE_URL"]
        command = [sys.executable, "-m", "tests.bench.measurement.yardsticks", str(self.port), url]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        pause = threading.Event()
        for _ in range(200):
            try:
                if self.get("/hello") == (200, b"hello"):
                    return
            except OSError:
                pause.wait(0.1)
        raise AssertionError(self.log.read_text())


def yardsticks(database_url: str, folder: Path) -> Yardsticks:
    folder.mkdir()
    return Yardsticks(database_url, folder, workers=WORKERS)


@contextmanager
def started(bare: Yardsticks) -> Iterator[Yardsticks]:
    bare.start()
    try:
        yield bare
    finally:
        bare.close()


def main(port: str, database_url: str) -> None:
    from web.server import gunicorn

    class Bare(gunicorn.Server):
        def load(self) -> Flask:
            return make_app(database_url)

    Bare({**RECOMMENDED, "bind": f"127.0.0.1:{port}", "workers": WORKERS}).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
