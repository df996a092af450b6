"""deploy/nginx.conf with two nodes, as docs/install.md has them: nobody is told 502 while one of them answers."""

import socket
import ssl
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import trustme

from tests.support.proxies.nginx import nginx
from tests.support.servers.programs import started
from tests.support.servers.served_application import free_port

PAUSE = 2.5  # seconds between two nodes; docs/install.md asks for five


class Node(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def node(port):
    with ThreadingHTTPServer(("127.0.0.1", port), Node) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield
        finally:
            server.shutdown()


@contextmanager
def silent_node():
    """Its machine is gone: whoever connects hears nothing, because its queue of connections is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as stack:
        port = server.getsockname()[1]
        for _ in range(3):
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(("127.0.0.1", port))
        yield port


@pytest.fixture
def behind(tmp_path):
    @contextmanager
    def behind(*nodes):
        port = free_port()
        with started(nginx(tmp_path, port, nodes, trustme.CA()), port, tmp_path):
            yield lambda: ask(port)

    return behind


def ask(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    connection.request("GET", "/", headers={"Host": "week.example.cn"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_nodes_restarted_one_after_the_other(behind):
    first, second = free_port(), free_port()
    with behind(first, second) as ask, ExitStack() as stack:
        with node(second):
            statuses = Counter(ask() for _ in range(6))
            stack.enter_context(node(first))
            time.sleep(PAUSE)
        statuses.update(ask() for _ in range(6))
    assert statuses == {200: 12}


def test_a_node_whose_machine_is_gone_holds_a_request_for_three_seconds(behind):
    alive = free_port()
    with silent_node() as gone, node(alive), behind(gone, alive) as ask:
        since = time.monotonic()
        assert [ask() for _ in range(2)] == [200, 200]
        assert 2.5 < time.monotonic() - since < 9
