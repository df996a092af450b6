"""Serving: the certificate of this machine, the addresses, health, and settings that stop the start."""

import logging
import ssl
import stat
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509

from models.db import db
from web.commands import serve
from web.server import certificate, health

NOW = datetime(2024, 4, 20, tzinfo=UTC)


@pytest.fixture
def network(monkeypatch):
    """Let the machine have these addresses in its network."""

    def have(*addresses):
        monkeypatch.setattr(certificate, "own_addresses", lambda: list(addresses))

    have("192.0.2.7")
    return have


def names_in(path):
    said = x509.load_pem_x509_certificate(path.read_bytes()).extensions
    return {str(one.value) for one in said.get_extension_for_class(x509.SubjectAlternativeName).value}


def test_a_certificate_for_every_way_to_this_machine(tmp_path, network):
    made, key = certificate.ensure_certificate(tmp_path / "tls", NOW)
    assert names_in(made) >= {"localhost", "127.0.0.1", "192.0.2.7"}
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made, key)


def test_it_is_kept_until_it_ends_or_the_machine_moves(tmp_path, network):
    made, _key = certificate.ensure_certificate(tmp_path, NOW)
    first = made.read_bytes()
    certificate.ensure_certificate(tmp_path, NOW + timedelta(days=366))
    assert made.read_bytes() == first
    certificate.ensure_certificate(tmp_path, NOW + timedelta(days=368))
    second = made.read_bytes()
    assert second != first
    network("192.0.2.8")
    certificate.ensure_certificate(tmp_path, NOW + timedelta(days=368))
    assert "192.0.2.8" in names_in(made)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Kasse-2", "kasse-2"),
        ("week.example.", "week.example"),
        ("my_pc", None),
        ("周", None),
        ("ab--cd", None),
    ],
)
def test_a_machine_may_have_any_name(tmp_path, network, monkeypatch, host, name):
    monkeypatch.setattr(certificate.socket, "gethostname", lambda: host)
    made, _key = certificate.ensure_certificate(tmp_path, NOW)
    first = made.read_bytes()
    assert names_in(made) == {"localhost", "127.0.0.1", "192.0.2.7", *([name] if name else [])}
    certificate.ensure_certificate(tmp_path, NOW)
    assert made.read_bytes() == first


def test_the_first_address_is_the_one_to_pass_on(network):
    anywhere = ".".join("0000")
    assert serve.shared_addresses("127.0.0.1", 8000, tls=False) == ["http://127.0.0.1:8000"]
    assert serve.shared_addresses(anywhere, 443, tls=True) == ["https://192.0.2.7", "https://127.0.0.1"]
    assert serve.shared_addresses("::1", 8000, tls=False) == ["http://[::1]:8000"]


def test_alive_and_ready(client):
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready\n")


def test_not_ready_before_the_schema_is(client):
    db.session.execute(db.text("UPDATE alembic_version SET version_num = '0011'"))
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)


def test_ready_while_a_newer_version_has_added_to_the_schema(client):
    db.session.execute(db.text("UPDATE alembic_version SET version_num = '9999'"))
    assert client.get("/readyz").status_code == 200
    db.session.execute(db.text("ALTER TABLE venue DROP COLUMN name_en"))
    assert client.get("/readyz").status_code == 503


def test_not_ready_on_a_full_disk(client, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "disk full\n")


def test_the_servers_own_log_holds_no_secret(caplog, monkeypatch):
    monkeypatch.setattr(serve, "keep_ticking", lambda _app: None)
    log = logging.getLogger("openweek.test.server")
    application = SimpleNamespace(extensions={"openweek.live_streams": SimpleNamespace()})
    serve._start_worker(SimpleNamespace(log=SimpleNamespace(error_log=log), wsgi=application))
    log.error("Error handling request %s %s", "GET", "/ip-2024/my/Jx3-bT_yAAAAAAAAAAAAAAAA.ics?alarm=30")
    assert caplog.messages == ["Error handling request GET /ip-2024/my/…"]
