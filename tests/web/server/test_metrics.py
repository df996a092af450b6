"""What /metrics counts, to whom it answers, and that the dashboard asks for what there is."""

import errno
import json
import os
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from models import clock, measures
from models.devices.heartbeats import HeartbeatReport, save_report
from models.errors import Mistake
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes
from web.server import metrics

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-for-tests-only"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def settings(settings, monkeypatch):
    monkeypatch.setattr(measures, "listener", None)  # set again to None at the end
    return {**settings, "OPENWEEK_METRICS_TOKEN": TOKEN}


def samples(body):
    """By name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def test_scans_requests_and_queues(client):
    client.get("/healthz")
    client.get("/no-such-page")
    event = make_event(load_week())
    device = make_device(event)
    device.tally("students", at=NINE)
    oldest = clock.now() - minutes(30)
    save_report(device.kiosk, HeartbeatReport(7, 0, oldest, "", None, None), clock.now())
    answer = client.get("/metrics", headers=BEARER)
    assert answer.headers["Cache-Control"] == "no-store"
    found = samples(answer.text)
    assert found["openweek_requests_total", "health.healthz", "200"] == 1
    assert [key for key in found if key[0] == "openweek_requests_total" and key[2] == "404"]
    assert found[("openweek_requests_in_progress",)] == 1  # this one
    assert sum(value for key, value in found.items() if key[0] == "openweek_scans_total") == 1
    assert found[("openweek_admission_batch_size_count",)] == 1
    assert found[("openweek_database_wait_seconds_count",)] >= 2
    assert found[("openweek_undelivered_scans",)] == 7
    assert found[("openweek_kiosks_with_undelivered_scans",)] == 1
    assert 1800 <= found[("openweek_oldest_undelivered_scan_age_seconds",)] < 1900
    assert found[("openweek_database_up",)] == 1


def test_the_token_is_needed(client):
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer 周"}).status_code == 401


def test_on_a_full_disk_nothing_is_counted_and_everything_answered(client, tmp_path, monkeypatch, caplog):
    """prometheus_client writes into mapped files: without room for them that ends the process."""
    allocate, folder = os.posix_fallocate, tmp_path / "counts"
    folder.mkdir()

    def is_full(*_asked):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv(metrics.FOLDER, str(folder))
    monkeypatch.setattr(os, "posix_fallocate", is_full)
    assert [client.get("/healthz").status_code for _ in range(2)] == [200, 200]
    assert client.get("/metrics", headers=BEARER).status_code == 200
    assert (measures.listener, list(folder.iterdir())) == (None, [])
    assert len([line for line in caplog.messages if line.startswith("No metrics")]) == 1
    monkeypatch.setattr(os, "posix_fallocate", allocate)
    assert client.get("/healthz").status_code == 200
    assert measures.listener is not None
    sizes = {path.name.rpartition("_")[0]: path.stat().st_blocks * 512 for path in folder.iterdir()}
    assert sizes.keys() == metrics.ROOM.keys()
    assert all(size >= metrics.ROOM[name] for name, size in sizes.items())


def test_a_data_folder_that_cannot_be_written_to_is_one_sentence(tmp_path):
    (tmp_path / "metrics").write_text("no folder")
    with pytest.raises(Mistake, match="OPENWEEK_INSTANCE"):
        metrics.prepare_folder(tmp_path)


def test_counted_over_all_workers(demo_server):
    key = ("openweek_requests_total", "health.healthz", "200")

    def count():
        status, body = demo_server.get("/metrics", **BEARER)
        assert status == 200
        return samples(body.decode()).get(key, 0)

    before = count()
    for _ in range(12):  # each on a connection of its own
        demo_server.get("/healthz")
    assert {count() for _ in range(4)} == {before + 12}


def test_every_query_of_the_dashboard_has_its_metric(client):
    client.get("/healthz")
    measures.listener.scans(["stored"])
    present = {key[0] for key in samples(client.get("/metrics", headers=BEARER).text)}
    dashboard = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = {name for query in queries for name in re.findall(r"openweek_\w+", query)}
    assert (asked - present, len(queries) >= 10) == (set(), True)
    families = {re.sub(r"_(bucket|sum|count|total|created)$", "", name) for name in present}
    shown = {re.sub(r"_(bucket|sum|count|total|created)$", "", name) for name in asked}
    assert {name for name in families if name.startswith("openweek")} == shown
