"""What an organizer of the rehearsal enters after an event: a counting sheet, a headcount, a total declared afterwards, outcomes
and a highlight."""

from datetime import datetime, time, timedelta

from models import clock
from models.corrections import estimates, headcounts, tally_sheets
from models.events.tables import Event, Occurrence
from models.organizations.tables import Account
from models.outcomes import highlights, outcomes
from models.outcomes.outcomes import OutcomeKind, Precision, StatedOutcome

COUNTER = "值班志愿者（演练）"
OUTCOMES = {
    OutcomeKind.LEAFLETS: StatedOutcome(Precision.EXACT, "500"),
    OutcomeKind.CONSULTATIONS: StatedOutcome(Precision.ABOUT, "60"),
    OutcomeKind.MEDIA_TRADITIONAL: StatedOutcome(Precision.EXACT, "2"),
    OutcomeKind.VIEWS: StatedOutcome(Precision.REPORTED, "800余人次"),
}
HIGHLIGHT = "现场为小微企业主逐户讲解商标注册流程，当天有 12 家企业提交了注册意向。（演练）"


def report(events: list[Event], organizer: Account, now: datetime) -> None:
    """For the first event with a session on an earlier day; the second one lacks its report, and the desk reminds of it."""
    for event in events:
        ended = [row for row in event.occurrences if row.end_day < event.campaign.today(now)]
        if ended:
            _report(event, ended[0], organizer, now)
            return


def _report(event: Event, occurrence: Occurrence, account: Account, now: datetime) -> None:
    [sheet] = tally_sheets.make(event, occurrence.id, occurrence.start_day, 1, account, now)
    hour = sheet.hours[0]
    tally_sheets.enter(sheet, account, COUNTER, {(hour, "public"): 34, (hour, "youth"): 12}, now)
    noon = clock.at_local(occurrence.start_day, time(12), event.campaign.zone)
    headcounts.note(event, occurrence, noon + timedelta(minutes=10), 61, account, now)
    estimates.state(event, occurrence.id, "public", 90, "按发放的签到小礼品数量估算（演练）", account, now)
    outcomes.state(event, OUTCOMES, account, now)
    highlights.write_highlight(event, HIGHLIGHT, account, now)
