"""Two counts of the rehearsal that the desk asks about (models.figures.checks): people counted too fast, and a round total
declared afterwards."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from models.campaigns.tables import Campaign
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.corrections import estimates
from models.devices import kiosks
from models.events.check_in_window import windows_of
from models.events.tables import Event, Occurrence
from models.figures.checks.kinds import MINUTE, MOST_TALLIES
from models.ledger.tables import ScanKind
from models.organizations.tables import Account

DECLARED = 300
BASIS = "按现场摆放的座椅数估计（演练）"
SEED = "doubtful"  # apart from the crowd's: the same ids would be the same scans
AFTER_START = timedelta(minutes=25)


def count_doubtfully(campaign: Campaign, events: list[Event], organizer: Account, now: datetime) -> None:
    """At the last two of these events that have a session on an earlier day: the first two have reports."""
    today = campaign.today(now)
    sessions = {
        event: next((row for row in event.occurrences if row.end_day < today), None) for event in events
    }
    ended = [(event, session) for event, session in sessions.items() if session is not None][2:]
    if len(ended) < 2:
        return
    (burst, first), (estimated, second) = ended[-2:]
    _count_too_fast(burst, first)
    estimates.state(estimated, second.id, "public", DECLARED, BASIS, organizer, now)


def _count_too_fast(event: Event, session: Occurrence) -> None:
    campaign = event.campaign
    window = next(one for one in windows_of([event.id], campaign.zone) if one.occurrence_id == session.id)
    chance = Random(f"{campaign.starts}:{SEED}")
    first = window.start + AFTER_START
    kiosk, _token = kiosks.create_kiosk(event, window.opens)
    step = MINUTE / (MOST_TALLIES + 3)
    scans = [
        Attempt(
            UUID(int=chance.getrandbits(128), version=4),
            ScanKind.TALLY,
            first + step * number + timedelta(seconds=chance.random()),
            group="public",
            headcount=chance.randint(1, 3),
        )
        for number in range(MOST_TALLIES + 1)
    ]
    admit(scans, ScanSource(campaign, lambda at: [event.id], kiosk.id), first + MINUTE)
