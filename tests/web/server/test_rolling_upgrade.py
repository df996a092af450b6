"""The version before the newest migration and the one after it side by side on one PostgreSQL, as docs/upgrade.md upgrades
several servers: nobody waits, and nothing is lost or counted twice."""

import json
import re
import signal
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from http.cookiejar import CookieJar
from itertools import count
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from models import clock
from tests.support.servers.served_application import ROOT, Server
from tests.support.servers.versions import old_and_new
from tests.support.servers.watchers import wait_until

OFFICE, PASSWORD = "office@example.cn", "a week of open doors 7"
HEAD = "活动名称,日期,地点,主办单位,地区\n"
ZONE = ZoneInfo("Asia/Shanghai")


def week_of_today(folder: Path) -> list[str]:
    """A campaign file and a plan of two events that are open today."""
    today = datetime.now(ZONE).date()
    first, last = today - timedelta(days=3), today + timedelta(days=3)
    week = (ROOT / "models" / "data" / "ip-2024.toml").read_text()
    for old, new in (
        ('id = "ip-2024"', 'id = "now"'),
        ("number = 1 ", "number = 7 "),
        ("starts = 2024-04-20", f"starts = {first}"),
        ("ends = 2024-04-26", f"ends = {last}"),
        ("day = 2024-04-26", f"day = {last}"),
    ):
        assert old in week
        week = week.replace(old, new, 1)
    days = f"{first:%Y-%m-%d}至{last:%Y-%m-%d}"
    rows = [f"{title},{days},文化馆,灌云县知识产权局,江苏省连云港市灌云县" for title in ("咨询日", "公开课")]
    files = [(folder / "week.toml", week), (folder / "plan.csv", HEAD + "\n".join(rows))]
    for path, text in files:
        path.write_text(text)
    return [str(path) for path, _text in files]


class Servers:
    """The old and the new one on one database, under one address as behind a proxy. tokens: of a kiosk, of an account."""

    def __init__(self, url: str, folder: Path) -> None:
        homes = [folder / "old-server", folder / "new-server"]
        for home in homes:
            home.mkdir()
        self.old_version, self.new_version = old_and_new(folder)
        self.old = Server(url, homes[0], workers=1)
        self.new = Server(url, homes[1], workers=1, base_url=self.old.url)
        week, plan = week_of_today(folder)
        office = [
            "account",
            "add",
            OFFICE,
            "--org",
            "灌云县知识产权局",
            "--role",
            "office",
            "--password-stdin",
        ]
        *_others, kiosk, account, passes = self.old_version.run(
            self.old,
            ["init", week],
            ["import", plan, "--campaign", "now"],
            office,
            ["kiosk", "token", "--event", "1", "--json"],
            ["account", "token", OFFICE, "--scope", "read", "--scope", "write", "--json"],
            ["pass", "issue", "--campaign", "now", "--group", "youth", "--count", "40", "--json"],
            text=f"{PASSWORD}\n",
        )
        self.kiosk, self.account = (json.loads(text)["token"] for text in (kiosk, account))
        self.passes = [one["token"] for one in json.loads(passes)]
        self.old_version.serve(self.old)

    def close(self) -> None:
        self.old.close()
        self.new.close()

    def rows(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.old.settings["OPENWEEK_DATABASE_URL"]) as connection:
            return connection.execute(statement).fetchall()

    def admit(self, server: Server, scans: list[dict]) -> list[dict]:
        body = {"scans": scans}
        return ask(server, "POST", "/api/v1/scans", self.kiosk, body)[0]["results"]

    def change_title(self, server: Server, title: str) -> None:
        _event, etag = ask(server, "GET", "/api/v1/events/1", self.account)
        ask(server, "PATCH", "/api/v1/events/1", self.account, {"title": title}, {"If-Match": etag})


def ask(server: Server, method: str, path: str, token: str, body: object = None, headers=None):
    """The JSON of an answer and its ETag. Raises OSError for any other answer than 200."""
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, sent, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer), answer.headers["ETag"]


def touch() -> dict:
    return {"id": str(uuid4()), "at": clock.instant_text(clock.now()), "kind": "touch", "group": "public"}


def scans_of(passes: list[str]) -> list[dict]:
    at = clock.instant_text(clock.now())
    return [{"id": str(uuid4()), "at": at, "kind": "pass", "code": code} for code in passes] + [touch()]


class Load:
    """Kiosks that hand in one scan after the other. Whom the old server lets no more in goes to the new one."""

    def __init__(self, servers: Servers, threads: int = 3) -> None:
        self.answers: dict[str, tuple[str, bool]] = {}
        self.failed: list[object] = []
        self.by_new, self._servers = 0, servers
        self._ended, self._pause = False, threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        wanted = len(self.answers) + more
        assert wait_until(lambda: len(self.answers) >= wanted or self.failed, 60)

    def end(self) -> None:
        self._ended = True
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._ended:
            try:
                self._hand_in(touch())
            except (OSError, KeyError) as error:
                self.failed.append(error)
                return
            self._pause.wait(0.1)

    def _hand_in(self, scan: dict) -> None:
        try:
            [result] = self._servers.admit(self._servers.old, [scan])
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            [result] = self._servers.admit(self._servers.new, [scan])
            self.by_new += 1
        self.answers[scan["id"]] = (result["verdict"], result["again"])


@pytest.fixture
def servers(postgresql_databases, tmp_path):
    with postgresql_databases.empty() as url:
        servers = Servers(url, tmp_path)
        try:
            yield servers
        finally:
            servers.close()


def test_servers_are_upgraded_one_after_the_other(servers):
    load = Load(servers)
    crosswise: list[dict] = []
    try:
        load.wait_for(10)
        before = servers.rows("SELECT version_num FROM alembic_version")
        servers.new_version.run(servers.new, ["init"])
        assert servers.rows("SELECT version_num FROM alembic_version") > before
        load.wait_for(10)  # the old server goes on, on the new tables
        servers.new_version.serve(servers.new)
        load.wait_for(10)
        crosswise += _each_scan_is_answered_once(servers)
        _a_change_on_one_is_seen_on_the_other(servers)
        _who_is_signed_in_stays_so(servers)
        _stop_the_old_one(servers, load)
    finally:
        load.end()
    assert (load.failed, set(load.answers.values())) == ([], {("stored", False)})
    ids = {*load.answers, *(scan["id"] for scan in crosswise)}
    stored = [str(scan_id) for (scan_id,) in servers.rows("SELECT id FROM scan")]
    assert (len(stored), set(stored)) == (len(ids), ids)
    [recount] = servers.new_version.run(servers.new, ["verify", "--campaign", "now"])
    assert recount


def _each_scan_is_answered_once(servers: Servers) -> list[dict]:
    """One after the other in both directions, and at the same time: one server stores it, the other repeats the answer."""
    old, new, passes, sent = servers.old, servers.new, servers.passes, []
    for first, second, held in ((old, new, passes[:10]), (new, old, passes[10:20])):
        scans = scans_of(held)
        answers = [servers.admit(server, scans) for server in (first, second)]
        told = [[(one["verdict"], one["again"]) for one in results] for results in answers]
        assert told == [[("stored", False)] * len(scans), [("stored", True)] * len(scans)]
        sent += scans
    scans = scans_of(passes[20:])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda server: servers.admit(server, scans), (old, new)))
    told = [sorted((one["verdict"], one["again"]) for one in pair) for pair in zip(*answers, strict=True)]
    assert told == [[("stored", False), ("stored", True)]] * len(scans)
    sent += scans
    # The same visitors at the other server: it knows that they are in.
    for server, held in ((new, passes[:10]), (old, passes[10:20])):
        scans = scans_of(held)[:-1]
        assert {one["verdict"] for one in servers.admit(server, scans)} == {"repeat"}
        sent += scans
    return sent


def _a_change_on_one_is_seen_on_the_other(servers: Servers) -> None:
    """Where the version of a calendar is asked for over a network, a second late."""
    turns = count(1)
    for writer in (servers.new, servers.old, servers.new, servers.old):
        title = f"咨询日，第{next(turns)}次改"
        servers.change_title(writer, title)
        for server in (servers.old, servers.new):
            for path in ("/now/", "/now/events/1", "/now/events.csv", "/now/events.json"):
                assert wait_until(partial(_shows, server, path, title)), path


def _shows(server: Server, path: str, title: str) -> bool:
    text = server.get(path)[1].decode()
    return title in (json.dumps(json.loads(text), ensure_ascii=False) if path.endswith(".json") else text)


def _who_is_signed_in_stays_so(servers: Servers) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def read(server: Server, path: str, **form: str) -> tuple[str, str]:
        """The path that it led to, and the page."""
        data = urlencode(form).encode() if form else None
        with opener.open(server.url + path, data, timeout=60) as answer:
            return answer.geturl().removeprefix(server.url), answer.read().decode()

    form = read(servers.old, "/desk/sign-in")[1]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
    assert (
        read(servers.old, "/desk/sign-in", csrf_token=token, email=OFFICE, password=PASSWORD)[0] == "/desk/"
    )
    for server in (servers.new, servers.old):
        assert read(server, "/desk/events/1")[0] == "/desk/events/1"


def _stop_the_old_one(servers: Servers, load: Load) -> None:
    process = servers.old._process
    assert process
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    before = load.by_new
    assert wait_until(lambda: load.by_new >= before + 10 or load.failed, 60)
