"""Simulated kiosks against a served application: their events, devices and passes, and whether what they were told is stored."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from kiosk.simulator.fleet import RehearsalPlan, RehearsalReport
from kiosk.simulator.network import Connection, FaultRates
from models import clock
from models.campaigns.file import default_campaign_file
from models.campaigns.tables import find_campaign
from models.codes import keys, passes
from models.db import db, transaction
from models.devices import kiosks
from models.events.draft import OccurrenceDraft
from models.events.tables import Event
from models.figures.recount.comparison import verify
from models.ledger.tables import Scan
from models.operations import campaign_loader
from tests.support.records.week import make_event
from tests.support.servers.served_application import Server

NETWORK = FaultRates(answer_lost=0.05, duplicates=0.1)


class Rehearsals:
    """At four events of one campaign. acknowledged: scans of all rehearsals that were counted."""

    def __init__(self, server: Server, devices: int) -> None:
        self.acknowledged, self._plans, self._devices = 0, 0, devices
        self._server = server
        with server.app.app_context():
            campaign = campaign_loader.load_campaign(default_campaign_file(), rehearsal=True)
            with transaction():
                keys.ensure_keys(clock.now())
            day = campaign.today(clock.now())
            days = (OccurrenceDraft(day - timedelta(days=1), day + timedelta(days=1)),)
            self._events = [make_event(campaign, f"演练现场{n}", occurrences=days).id for n in range(4)]
            self._campaign_id = campaign.id
            db.session.remove()

    def plan(
        self, scans: int, url: str | None = None, connect: Callable[[], Connection] | None = None
    ) -> RehearsalPlan:
        """With devices and passes of its own. url: of what stands before the server, if anything."""
        self._plans += 1
        with self._server.app.app_context():
            now, campaign = clock.now(), find_campaign(self._campaign_id)
            events = [db.session.get_one(Event, event_id) for event_id in self._events]
            tokens = [
                kiosks.create_kiosk(events[number % len(events)], now)[1] for number in range(self._devices)
            ]
            held = [one.token for one in passes.issue(campaign, "youth", now, count=max(1, scans // 4))]
            held += [one.token for one in passes.issue(campaign, "youth", now, headcount=40, count=4)]
            db.session.remove()
        server = url or self._server.url
        return RehearsalPlan(
            server, self._campaign_id, tokens, scans, self._plans, NETWORK, held, connect=connect
        )

    def check(self, report: RehearsalReport, scans: int) -> None:
        """What was acknowledged so far is there, each scan once, and what is summed up agrees with it."""
        assert report.complete, report
        assert report.sent == scans
        self.acknowledged += report.sent
        with self._server.app.app_context():
            stored = db.session.scalar(select(func.count(Scan.id.distinct())))
            recount = verify(find_campaign(self._campaign_id))
            db.session.remove()
        assert (stored, recount.scans, recount.differences) == (self.acknowledged, self.acknowledged, [])
