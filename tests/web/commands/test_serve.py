"""Serving: the certificate of this machine, the addresses, health, and settings that stop the start."""

import logging
import socket
import ssl
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from models import clock
from models.db import db
from tests.support.records.week import NINE
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


def handshake(folder, name):
    """Whether a client that trusts the issuer alone is content with the certificate under a name."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    client = ssl.create_default_context(cafile=str(folder / certificate.ISSUER))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _turn in range(4):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    return ends[0].version()


def test_a_tablet_that_trusts_the_issuer_is_content(tmp_path, network):
    certificate.ensure_certificate(tmp_path, url="https://192.0.2.9:8000")
    assert all(handshake(tmp_path, name) for name in ("192.0.2.7", "192.0.2.9", "127.0.0.1", "localhost"))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, "192.0.2.8")


def test_nothing_else_can_be_signed_by_it(tmp_path, network):
    certificate.ensure_certificate(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["certificate.pem", "issuer.pem", "key.pem"]
    issuer = x509.load_pem_x509_certificate((tmp_path / "issuer.pem").read_bytes())
    key = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    assert key.public_key() != issuer.public_key()


def test_with_an_address_that_is_set_it_is_kept_wherever_the_machine_is(tmp_path, network):
    """Else tablets would have to trust another issuer."""
    made, _key = certificate.ensure_certificate(tmp_path, NOW, "https://week.example.cn")
    first = made.read_bytes()
    network("192.0.2.8")
    certificate.ensure_certificate(tmp_path, NOW, "https://week.example.cn")
    assert made.read_bytes() == first
    certificate.ensure_certificate(tmp_path, NOW, "https://192.0.2.8:8000")
    assert made.read_bytes() != first


def test_the_page_hands_the_issuer_out(client, tmp_path, network, monkeypatch):
    assert client.get("/about/certificate.crt").status_code == 404
    assert client.get("/about/certificate").status_code == 200
    monkeypatch.setattr(client.application, "instance_path", str(tmp_path))
    certificate.ensure_certificate(tmp_path / "tls")
    file = client.get("/about/certificate.crt")
    assert file.content_type == "application/x-x509-ca-cert"
    issuer = x509.load_der_x509_certificate(file.data)
    assert issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert issuer.fingerprint(hashes.SHA256()).hex(":").upper() in client.get("/about/certificate").text


def test_addresses_without_a_way_out(monkeypatch):
    """A Pi that is itself the access point asks its network cards."""
    monkeypatch.setattr(certificate, "SIOCGIFADDR", 0)
    assert certificate._interface_addresses() == []
    monkeypatch.undo()
    assert "127.0.0.1" in certificate._interface_addresses()
    monkeypatch.setattr(certificate, "_interface_addresses", lambda: ["127.0.0.1", "192.0.2.7"])
    monkeypatch.setattr(certificate.socket, "getaddrinfo", lambda *_words: [])

    class NoWay(socket.socket):
        def connect(self, _address):
            raise OSError

    monkeypatch.setattr(certificate.socket, "socket", NoWay)
    assert certificate.own_addresses() == ["192.0.2.7"]


def test_the_first_address_is_the_one_to_pass_on(network):
    anywhere = ".".join("0000")
    assert serve.shared_addresses("127.0.0.1", 8000, tls=False) == ["http://127.0.0.1:8000"]
    assert serve.shared_addresses(anywhere, 443, tls=True) == ["https://192.0.2.7", "https://127.0.0.1"]
    assert serve.shared_addresses(anywhere, 8000, tls=True, url="https://192.0.2.9:8000/") == [
        "https://192.0.2.9:8000",
        "https://192.0.2.7:8000",
        "https://127.0.0.1:8000",
    ]
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


def test_what_is_due_by_a_clock_that_has_jumped_is_not_destroyed(app, monkeypatch):
    """The minute's loop of `serve`, at its last tick in the week and a year later."""
    seen = []
    monkeypatch.setattr(serve.due, "tick", lambda now, destroy: seen.append(destroy))
    for days in (0, 0.5, 365, 365.5, 366.5):
        monkeypatch.setattr(clock, "now", lambda days=days: NINE + timedelta(days=days))
        serve._tick_once(app)
    assert seen == [True, True, False, False, True]
