"""The served application under attack and at its end: slow clients, a locked database, SIGTERM under load."""

import http.client
import json
import signal
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData

from models.devices import kiosks
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.served_application import served
from web.server import sending, worker

HALF_HEAD = b"POST /api/v1/scans HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_BODY = b"POST /api/v1/scans HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{"


@pytest.fixture(scope="module")
def server(sqlite_databases, tmp_path_factory):
    """One for this file: the last test ends it."""
    with served(sqlite_databases, tmp_path_factory.mktemp("attacked")) as server:
        yield server


@pytest.fixture(scope="module")
def send(server):
    """Send one touch on a connection of its own; the status and how many results there were."""
    with server.app.app_context():
        _kiosk, token = kiosks.create_kiosk(make_event(load_week()), NINE)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def touch(_number):
        scan = {"id": str(uuid4()), "at": NINE.isoformat(), "kind": "touch", "group": "youth"}
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            connection.request("POST", "/api/v1/scans", json.dumps({"scans": [scan]}), headers)
            answer = connection.getresponse()
            return answer.status, len(json.loads(answer.read())["results"])
        finally:
            connection.close()

    return touch


def test_slow_clients_leave_room_for_others(server):
    with ExitStack() as stack:
        for number in range(300):
            half = socket.create_connection(("127.0.0.1", server.port))
            stack.enter_context(half)
            half.sendall(HALF_BODY if number % 2 else HALF_HEAD)
        begun = time.monotonic()
        assert [server.get("/healthz")[0] for _ in range(5)] == [200] * 5
        assert time.monotonic() - begun < 5


def test_a_body_that_is_too_large_is_answered(server):
    """Whoever sends it all before reading, as browsers and proxies do, gets the sentence and no reset connection."""
    body = b"x" * (8 * 1024 * 1024)
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("POST", "/verify", body, {"Content-Type": "multipart/form-data; boundary=x"})
        assert connection.getresponse().status == 413
        connection.close()


def test_clients_that_do_not_close_leave_room_for_others(server):
    with ExitStack() as stack:
        for _ in range(40):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            stack.enter_context(client)
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        assert [server.get("/healthz")[0] for _ in range(5)] == [200] * 5
        assert time.monotonic() - begun < 10  # 40 when each was waited for


@pytest.mark.parametrize("trickle", [False, True])
def test_a_request_that_does_not_come_is_cut_off(monkeypatch, trickle):
    monkeypatch.setattr(worker, "HEADER_SECONDS", 0.4)
    monkeypatch.setattr(worker, "SLOWEST", 1000)
    here, there = socket.socketpair()
    connection = worker.Connection(Config(), there, ("127.0.0.1", 1), ("127.0.0.1", 2))
    connection.begin_request()
    connection.sock.setblocking(True)
    connection.init()
    here.sendall(HALF_HEAD)
    stop = threading.Event()

    def send_slowly():
        while not stop.wait(0.05):
            here.send(b"x")

    sender = threading.Thread(target=send_slowly)
    if trickle:
        sender.start()
    begun = time.monotonic()
    try:
        with pytest.raises(NoMoreData):
            next(connection.parser)
        assert 0.3 < time.monotonic() - begun < 3
    finally:
        stop.set()
        if trickle:
            sender.join()
        here.close()
        there.close()


def test_an_answer_that_is_not_read_is_cut_off(monkeypatch, tmp_path):
    """Sent from memory, and from a file; with the rest of a socket untouched."""
    monkeypatch.setattr(sending, "BLOCK_SECONDS", 0.2)
    large = bytes(range(256)) * 40_000
    (tmp_path / "file").write_bytes(large)
    for how in ("sendall", "sendfile"):
        here, there = socket.socketpair()
        with here, there, (tmp_path / "file").open("rb") as file:
            answer = sending.SendingSocket(there)
            with pytest.raises(ConnectionResetError):
                getattr(answer, how)(large if how == "sendall" else file)
            assert answer.gettimeout() is None


def test_an_answer_that_is_read_arrives_whole(tmp_path):
    large = bytes(range(256)) * 4_000
    (tmp_path / "file").write_bytes(large)
    here, there = socket.socketpair()
    with here, there, (tmp_path / "file").open("rb") as file, ThreadPoolExecutor(1) as pool:
        answer = sending.SendingSocket(there)
        sent = pool.submit(answer.sendfile, file, 7, 1_000_000)
        assert here.recv(1_000_000, socket.MSG_WAITALL) == large[7:1_000_007]
        sent.result()


def test_a_thread_that_ends_after_its_worker_writes_into_no_other_file(tmp_path):
    """The numbers of the closed pipe are given to the next files that are opened, a database for one."""
    given = worker.Worker(1, 1, [], None, 30, Config(), None)
    given.method_queue.init()
    number = given.method_queue._write_fd
    given.method_queue.close()
    path = tmp_path / "database"
    path.write_bytes(b"SQLite format 3")
    with ExitStack() as stack:
        for _ in range(100):
            file = stack.enter_context(path.open("r+b"))
            if file.fileno() == number:
                break
        assert file.fileno() == number
        given.method_queue.defer(print)
        given.method_queue.close()
        assert path.read_bytes() == b"SQLite format 3"
        file.seek(0)  # it is open yet
    given.tmp.close()


def test_it_is_healthy_while_scans_wait_for_the_database(server, send):
    path = server.settings["OPENWEEK_DATABASE_URL"].removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    with ThreadPoolExecutor(150) as pool:
        other.execute("BEGIN IMMEDIATE")
        waiting = [pool.submit(send, number) for number in range(150)]
        time.sleep(1)
        begun = time.monotonic()
        assert server.get("/healthz") == (200, b"ok\n")
        assert server.get("/ip-2024/")[0] == 200
        took = time.monotonic() - begun
        other.execute("ROLLBACK")
        assert {answer.result() for answer in waiting} == {(200, 1)}
    other.close()
    assert took < 5


def test_an_end_that_loses_no_request(server, send):
    """Whoever got a connection before the listener closed gets an answer; afterwards nobody gets a connection."""
    failed, served, stopped = [], [], threading.Event()

    def load():
        while not stopped.is_set():
            try:
                served.append(send(0))
            except ConnectionRefusedError:
                stopped.set()
            except OSError as error:
                failed.append(error)

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    process = server._process
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    took = time.monotonic() - begun
    stopped.set()
    for thread in threads:
        thread.join()
    assert (failed, set(served), process.returncode) == ([], {(200, 1)}, 0)
    assert took < 7  # 5 on a quiet machine
