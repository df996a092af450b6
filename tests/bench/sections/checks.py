"""Questions about figures: how many events of an honest week are asked about, and how many kinds of cheating."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from models.campaigns import file as campaign_file
from models.db import db
from models.events.tables import Event
from models.figures.checks.questions import questions
from models.operations import campaign_loader
from models.synthetic.fill import fill
from tests.bench.measurement.ratios import tell
from tests.support.records.inflation import cheat
from tests.support.records.week import NINE, load_week
from tests.support.servers.applications import application, settings_for
from tests.support.servers.databases import Databases

EVENTS, SCANS, SEEDS = 400, 20_000, (1, 2)
MOST_SHARE, FEWEST_KINDS = 1 / 200, 11


def run(kinds: dict[str, Databases], folder: Path) -> None:
    for kind, databases in kinds.items():
        with databases.fresh() as url, application(settings_for(url, folder / f"checks-{kind}")):
            cheats = cheat(load_week())
            rows = questions(list(cheats.values()))
            found = {
                name
                for name, id in cheats.items()
                if any((one.event.id, one.question.kind) == (id, name) for one in rows)
            }
            week = replace(campaign_file.default_campaign_file(), id="again", number=7)
            campaign = campaign_loader.load_campaign(week, rehearsal=True)
            for seed in SEEDS:
                fill(campaign, EVENTS // len(SEEDS), SCANS // len(SEEDS), seed, NINE)
            events = list(db.session.scalars(select(Event.id).where(Event.campaign_id == campaign.id)))
            asked = {one.event.id for one in questions(events)}
            honest, kinds_found = len(asked) / len(events), len(found)
            tell(f"{kind}: kinds of cheating asked about, of {len(cheats)}", kinds_found, FEWEST_KINDS)
            tell(f"{kind}: share of {len(events)} honest events asked about", honest, most=MOST_SHARE)
