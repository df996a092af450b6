"""/metrics in the format of Prometheus, counted over all workers of a server. Without OPENWEEK_METRICS_TOKEN nothing is counted
and there is no such page.

prometheus_client decides at its import whether it counts over several processes, so it is imported after the folder is set.
"""

import hmac
import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from models import clock, measures
from models.db import db
from models.devices.kiosks import Heartbeat
from models.errors import N_, Mistake
from web.server import request_timing
from web.server.request_timing import ENDPOINT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from prometheus_client.metrics_core import Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
KEY = "openweek.metrics"
KEPT_PAGE = "kept_public_page"  # answered in front of Flask
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
# Bytes of the files of a process, by the names of prometheus_client. All addresses with three results each have room.
ROOM = {"counter": 512 * 1024, "histogram": 64 * 1024, "gauge_livesum": 64 * 1024}
SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)

log = logging.getLogger("openweek.metrics")
pages = Blueprint("metrics", __name__)


class Metrics:
    """Those of one process; the listener of models.measures."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Gauge, Histogram
        from prometheus_client import Counter as Count

        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self._requests = Count("openweek_requests", "Requests answered.", ("endpoint", "status"), **own)
        self._seconds = Histogram(
            "openweek_request_seconds", "Time until a response begins.", buckets=SECONDS, **own
        )
        self._in_progress = Gauge(
            "openweek_requests_in_progress", "Requests at work.", multiprocess_mode="livesum", **own
        )
        self._scans = Count("openweek_scans", "Scans answered.", ("verdict",), **own)
        self._batches = Histogram(
            "openweek_admission_batch_size", "Scans stored in one transaction.", buckets=SIZES, **own
        )
        self._waits = Histogram(
            "openweek_database_wait_seconds", "Time until a write could begin.", buckets=SECONDS, **own
        )

    def begin(self) -> None:
        self._in_progress.inc()

    def end(self, endpoint: str, status: str, seconds: float) -> None:
        self._in_progress.dec()
        self._requests.labels(endpoint, status).inc()
        self._seconds.observe(seconds)

    def scans(self, verdicts: Iterable[str]) -> None:
        for verdict, count in Counter(verdicts).items():
            self._scans.labels(verdict).inc(count)

    def batch(self, size: int) -> None:
        self._batches.observe(size)

    def database_wait(self, seconds: float) -> None:
        self._waits.observe(seconds)


class KioskCollector:
    """What kiosks have told, read when it is asked for."""

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily

        now = clock.now()
        waits = Heartbeat.waiting > 0
        query = select(
            func.count(), func.coalesce(func.sum(Heartbeat.waiting), 0), func.min(Heartbeat.oldest_at)
        )
        try:
            kiosks, scans, oldest = db.session.execute(query.where(waits)).one()
            answers = 1
        except SQLAlchemyError:
            db.session.rollback()
            answers = 0
        yield GaugeMetricFamily("openweek_database_up", "Whether the database answers.", answers)
        if not answers:
            return
        age = max((now - oldest).total_seconds(), 0) if oldest is not None else 0
        yield GaugeMetricFamily(
            "openweek_kiosks_with_undelivered_scans", "Kiosks with undelivered scans.", kiosks
        )
        yield GaugeMetricFamily("openweek_undelivered_scans", "Scans that kiosks have not delivered.", scans)
        yield GaugeMetricFamily(
            "openweek_oldest_undelivered_scan_age_seconds", "Age of the oldest undelivered scan.", age
        )


class CountRequests:
    """WSGI middleware, outside all others."""

    def __init__(self, app: Flask) -> None:
        self._app, self._next, self._told = app, app.wsgi_app, False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        metrics: Metrics | None = self._app.extensions.get(KEY) or self._begin()
        if metrics is None:
            return self._next(environ, start_response)

        def end(status: int, seconds: float) -> None:
            metrics.end(environ.get(ENDPOINT, KEPT_PAGE), str(status), seconds)

        metrics.begin()
        return request_timing.call(self._next, environ, start_response, end)

    def _begin(self) -> Metrics | None:
        """None while there is no room: then nothing is counted."""
        try:
            reserve_room()
        except OSError as error:
            if not self._told:
                log.warning("No metrics: their files cannot be written (%s)", error.strerror)
            self._told = True
            return None
        metrics: Metrics = self._app.extensions.setdefault(KEY, listen())
        return metrics


def reserve_room() -> None:
    """For the files of this process. prometheus_client maps them into memory: where their disk is full, the first count would end
    the process (SIGBUS). Raises OSError."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    for name, size in ROOM.items():
        path = Path(folder, f"{name}_{os.getpid()}.db")
        with path.open("ab") as file:
            if os.fstat(file.fileno()).st_size:
                continue
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError:
                path.unlink(missing_ok=True)  # an empty one cannot be read
                raise


def listen() -> Metrics:
    """Measure from now on in this process."""
    metrics = Metrics()
    measures.listener = metrics
    return metrics


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    if app.config["METRICS_TOKEN"]:
        request_timing.note_endpoints(app)
        app.wsgi_app = CountRequests(app)  # type: ignore[method-assign]  # as Flask documents it


@pages.get("/metrics")
def metrics() -> Response:
    """For the bearer of OPENWEEK_METRICS_TOKEN."""
    token = current_app.config["METRICS_TOKEN"]
    if not token:
        abort(404)
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        abort(401)
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    else:
        registry = current_app.extensions[KEY].registry
    kiosks = CollectorRegistry()
    kiosks.register(KioskCollector())
    response = Response(generate_latest(registry) + generate_latest(kiosks), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def prepare_folder(instance: Path) -> None:
    """A folder for the counts of this server's workers, empty; those of servers that have ended are deleted.

    Raises Mistake where the data folder cannot be written to."""
    parent = instance / "metrics"
    own = parent / str(os.getpid())
    try:
        parent.mkdir(mode=0o700, exist_ok=True)
        for folder in parent.iterdir():
            if folder.name == own.name or not _is_running(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
        own.mkdir(mode=0o700)
    except OSError as error:
        raise Mistake(
            N_("OPENWEEK_INSTANCE cannot be used as a folder: %(path)s (%(reason)s)."),
            path=str(instance),
            reason=error.strerror,
        ) from None
    os.environ[FOLDER] = str(own)


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # of another user
    return True


def worker_ended(pid: int) -> None:
    """Its requests are at work no longer; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)
