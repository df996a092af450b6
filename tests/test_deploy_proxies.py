"""The nginx and Caddy examples of deploy/, started in front of the served program: pages, live streams, and slow clients."""

import socket
import ssl
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from models.campaigns.tables import Campaign
from models.db import db, transaction
from tests.support.proxies.nginx import nginx
from tests.support.servers.programs import changed, program, started
from tests.support.servers.served_application import free_port, served

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
SLOW = 160
SIX = 6_000_000
HALF_HEAD = b"GET /ip-2024/ HTTP/1.1\r\nHost: week.exa"
HALF_BODY = (
    b"POST /api/v1/scans HTTP/1.1\r\nHost: week.example.cn\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
)
EIGHT_STREAMS = """() => Promise.all(Array.from({length: 8}, (_, number) => new Promise((done) => {
    const stream = new EventSource(`/ip-2024/wall.events?number=${number}`);
    stream.addEventListener("figures", done);
}))).then((heard) => heard.length)"""
BATCH = """() => fetch("/api/v1/scans", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({scans: "x".repeat(1_000_000)}),
}).then((answer) => answer.status)"""
SLOW_BODY = """() => fetch("/api/v1/scans", {
    method: "POST", headers: {"Content-Type": "application/json"}, duplex: "half",
    body: new ReadableStream({start: (body) => body.enqueue(new TextEncoder().encode("{"))}),
}).then((answer) => answer.status, (error) => error.name)"""
CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CLIENT.check_hostname, CLIENT.verify_mode = False, ssl.CERT_NONE


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory):
    with served(sqlite_databases, tmp_path_factory.mktemp("behind"), "init") as server:
        with server.app.app_context(), transaction():
            db.session.get_one(Campaign, "ip-2024").rehearsal = True  # its figures are public at once
        yield server


@contextmanager
def behind_nginx(server, folder):
    """With shorter times."""
    port = free_port()
    changes = [(f"client_{part}_timeout 10s", f"client_{part}_timeout 2s") for part in ("header", "body")]
    with started(nginx(folder, port, [server.port], trustme.CA(), *changes), port, folder):
        yield port, True


@contextmanager
def behind_caddy(server, folder):
    """deploy/Caddyfile word for word, but for plain HTTP on a port, the upstream and shorter times."""
    port = free_port()
    text = changed(
        (DEPLOY / "Caddyfile").read_text(),
        ("{$WEEK_HOST}", f"http://week.example.cn:{port}"),
        ("{$UPSTREAM:127.0.0.1:8000}", f"127.0.0.1:{server.port}"),
        ("\tservers {", "\tadmin off\n\tservers {"),
        ("read_header 10s", "read_header 2s"),
        ("read_body 60s", "read_body 2s"),
        ("idle 60s", "idle 2s"),
    )
    (folder / "Caddyfile").write_text(text)
    command = [program("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with started(command, port, folder):
        yield port, False


@pytest.fixture(scope="module", params=[behind_nginx, behind_caddy], ids=["nginx", "caddy"])
def proxy(server, tmp_path_factory, request):
    folder = tmp_path_factory.mktemp(request.param.__name__)
    with request.param(server, folder) as address:
        yield address


def connect(proxy):
    port, secure = proxy
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    if secure:
        connection = CLIENT.wrap_socket(connection, server_hostname="week.example.cn")
    return connection


def get(proxy, path):
    """Status and headers."""
    with connect(proxy) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: week.example.cn\r\nConnection: close\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head and (part := connection.recv(65536)):
            head += part
    return int(head.split(b" ", 2)[1]), head.partition(b"\r\n\r\n")[0].decode()


def test_pages_and_what_is_hidden(proxy):
    assert get(proxy, "/readyz")[0] == 200
    assert get(proxy, "/ip-2024/")[0] == 200
    assert get(proxy, "/metrics")[0] == 404
    assert get(proxy, "/api/v1/kiosk")[0] == 401


def test_files_of_the_desk_come_through(proxy):
    """6 MB are more than elsewhere, and less than a notice may carry: the application answers, not the proxy."""
    for path, status in (("/desk/notices/new", 303), ("/verify", 413)):
        with connect(proxy) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: week.example.cn\r\nConnection: close\r\nContent-Length: {SIX}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode()
            )
            with suppress(ConnectionError):
                connection.sendall(b"x" * SIX)
            assert connection.recv(20).startswith(f"HTTP/1.1 {status}".encode())


def test_figures_come_while_they_change(proxy):
    """A proxy that kept an answer back until its end would never show the first figures."""
    with connect(proxy) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /ip-2024/wall.events HTTP/1.1\r\nHost: week.example.cn\r\n\r\n")
        stream = b""
        while b"data:" not in stream:
            part = connection.recv(65536)
            assert part, stream
            stream += part
    assert b"text/event-stream" in stream


@pytest.mark.browser
def test_a_browser_with_many_live_pages_opens_one_more(server, browser, tmp_path):
    """Over HTTP/1.1 six streams use up all connections that a browser has for a host. A slow body is cut off all the same."""
    with behind_nginx(server, tmp_path) as (port, _secure):
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"https://127.0.0.1:{port}/ip-2024/")
        assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
        assert page.evaluate(EIGHT_STREAMS) == 8
        assert page.evaluate("fetch('/readyz').then((answer) => answer.text())") == "ready\n"
        assert page.evaluate(BATCH) == 401  # no kiosk's, but read to its end
        assert page.evaluate(SLOW_BODY) in (408, "TypeError")
        context.close()


def test_a_challenge_of_certbot_is_not_redirected(server, tmp_path):
    port, plain = free_port(), free_port()
    (tmp_path / ".well-known/acme-challenge").mkdir(parents=True)
    (tmp_path / ".well-known/acme-challenge/token").write_text("proof")
    files = ("/var/www/html", str(tmp_path))
    command = nginx(tmp_path, port, [server.port], trustme.CA(), files, plain=plain)
    with started(command, port, tmp_path):
        assert get((plain, False), "/.well-known/acme-challenge/token")[0] == 200
        status, head = get((plain, False), "/ip-2024/?day=1")
    assert (status, "Location: https://week.example.cn/ip-2024/?day=1" in head) == (308, True)


def test_slow_clients_keep_nobody_out(proxy):
    """160 connections with unfinished heads or bodies: a page comes at once, and none of these stays open."""
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(proxy)) for _ in range(SLOW)]
        for number, client in enumerate(slow):
            client.sendall(HALF_BODY if number % 2 else HALF_HEAD)
        begun = time.monotonic()
        assert get(proxy, "/ip-2024/")[0] == 200
        assert time.monotonic() - begun < 5
        for client in slow:
            answer = b""
            with suppress(ConnectionError):
                while part := client.recv(4096):  # a timeout fails
                    answer += part
            assert answer[:10] in (b"", b"HTTP/1.1 4", b"HTTP/1.1 5")
