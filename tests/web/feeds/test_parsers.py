"""Feeds as other people's programs read them: four parsers agree, and a real client keeps a folder in step."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.db import db
from models.events.draft import EventDraft, OccurrenceDraft, VenueDraft, draft_of
from models.events.tables import Event
from models.publishing import lifecycle
from tests.support.files.calendars import read_by_all
from tests.support.records.week import NINE, load_week, minutes, session
from tests.support.servers.served_application import Server

FEED = "/ip-2024/events.ics"
TWENTIETH = date(2024, 4, 20)
VDIRSYNCER = Path(sys.executable).with_name("vdirsyncer")


def add(campaign, title, *occurrences, **fields) -> Event:
    draft = EventDraft(title=title, region_code="320723", occurrences=occurrences, **fields)
    return lifecycle.create(campaign, draft, NINE)


@pytest.mark.parametrize("query", ["", "?alarm=30"])
def test_four_parsers_read_the_same(client, app, query):
    campaign = load_week()
    hall = VenueDraft('报告厅 "一", 东；区', "320723", "人民路1号, 3楼", 34.2981, 119.2552)
    late = NINE + timedelta(hours=12)  # 21:00, into the next day
    eleven = NINE + timedelta(hours=2)
    lecture = add(
        campaign,
        "讲座：专利, 商标; 版权\\入门",
        replace(session(), venue=hall),
        description="甲\n乙,丙;丁\\戊",
    )
    long = "🎓 " + "很长的标题" * 30
    party = add(campaign, long, session(late, 5), online_url="https://live.example.cn/房间?a=1,2;b")
    fair = add(campaign, "展览", OccurrenceDraft(TWENTIETH, date(2024, 4, 22)))
    half = add(campaign, "咨询", OccurrenceDraft(TWENTIETH, TWENTIETH, half_day="afternoon"))
    gone = add(campaign, "取消的", session())
    lifecycle.cancel(gone, NINE + minutes(5))
    told = [
        (lecture, "讲座：专利, 商标; 版权\\入门", NINE, eleven, "CONFIRMED"),
        (party, long, late, late + timedelta(hours=5), "CONFIRMED"),
        (fair, "展览", TWENTIETH, date(2024, 4, 23), "CONFIRMED"),
        (half, "咨询（下午）", TWENTIETH, date(2024, 4, 21), "CONFIRMED"),
        (gone, "【已取消】取消的", NINE, eleven, "CANCELLED"),
    ]
    wanted = {f"occ-{event.occurrences[0].id}@openweek.test": tuple(rest) for event, *rest in told}
    found = read_by_all(client.get(FEED + query).data)
    assert found == dict.fromkeys(("vobject", "ics", "ical.js", "node-ical"), wanted)


@pytest.mark.parametrize("storage", ["http", "singlefile"])
def test_a_real_client_sees_an_edit_and_a_cancellation(live_server, tmp_path, storage):
    """Over http that client names what it fetches by its content, so there an edit is another file in the place of the
    old one; from the fetched calendar it goes by UID, and an edit is the same file, changed."""
    folder = tmp_path / "calendar"
    with live_server.app.app_context():
        campaign = load_week()
        ids = [add(campaign, title, session()).id for title in ("讲座", "展览", "咨询")]
    sync = _client(live_server, storage, folder)
    first = sync()
    assert sorted(_line(text, "SUMMARY") for text in first.values()) == ["咨询", "展览", "讲座"]
    assert sync() == first
    with live_server.app.app_context():
        lecture, fair, _ = (db.session.get_one(Event, number) for number in ids)
        moved = replace(draft_of(lecture), title="讲座改名", occurrences=(_moved(lecture),))
        lifecycle.change(lecture, moved, NINE + minutes(5))
        lifecycle.cancel(fair, NINE + minutes(6))
    second = sync()
    assert len(second) == 3
    if storage == "singlefile":
        assert second.keys() == first.keys()
    changed = {_line(text, "SUMMARY"): text for name, text in second.items() if text != first.get(name)}
    assert sorted(changed) == ["【已取消】展览", "讲座改名"]
    assert _line(changed["【已取消】展览"], "STATUS") == "CANCELLED"
    assert _line(changed["讲座改名"], "DTSTART;TZID=Asia/Shanghai") == "20240422T100000"
    assert {_line(text, "SEQUENCE") for text in changed.values()} == {"1"}


def _moved(event: Event) -> OccurrenceDraft:
    given = draft_of(event).occurrences[0]
    hour = timedelta(hours=1)
    return replace(given, start_at=given.start_at + hour, end_at=given.end_at + hour)


def _client(server: Server, storage: str, folder: Path):
    """vdirsyncer, which keeps a folder of one file an event in step with the feed: each call answers {file: text}."""
    config, fetched = folder.with_name("vdirsyncer.conf"), folder.with_name("fetched.ics")
    source = {"http": f'url = "{server.url + FEED}"', "singlefile": f'path = "{fetched}"'}[storage]
    config.write_text(
        f'[general]\nstatus_path = "{folder.with_name("status")}"\n'
        '[pair week]\na = "feed"\nb = "folder"\ncollections = null\n'
        f'[storage feed]\ntype = "{storage}"\n{source}\n'
        f'[storage folder]\ntype = "filesystem"\npath = "{folder}"\nfileext = ".ics"\n'
    )
    folder.mkdir()

    def run(verb: str) -> None:
        if storage == "singlefile":
            fetched.write_bytes(server.get(FEED)[1])
        command = [VDIRSYNCER, "-c", config, verb]
        environment = {**os.environ, "NO_PROXY": "*"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    run("discover")

    def sync() -> dict[str, str]:
        run("sync")
        return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.ics")}

    return sync


def _line(text: str, name: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\n ", "").split("\n")
    entry = lines[lines.index("BEGIN:VEVENT") :]
    return next(line.partition(":")[2] for line in entry if line.partition(":")[0] == name)
