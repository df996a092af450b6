"""The message of a scan's answer, in the reader's language: one sentence for verdict, reason and flags."""

from datetime import datetime

from flask_babel import format_time, gettext

from models import clock
from models.campaigns.tables import Campaign
from models.errors import N_
from models.ledger import tables as ledger
from models.ledger.tables import Answer, Direction, Flag, Reason, ScanKind, Verdict

REASONS = {
    Reason.UNKNOWN_CODE: N_("This is not one of our codes. Please show your pass."),
    Reason.BAD_SIGNATURE: N_("This code is not genuine. Please get a new pass."),
    Reason.REVOKED: N_("This pass is no longer valid. Please get a new one."),
    Reason.WRONG_CAMPAIGN: N_("This pass is for another week."),
    Reason.WRONG_EVENT: N_("This pass is for another event."),
    Reason.NOT_OPEN: N_("No session is open for check-in now."),
    Reason.FULL: N_("The room is full. Please wait until someone leaves."),
    Reason.NOT_ALLOWED: N_("This kiosk is not allowed to do that."),
    Reason.BAD_SCAN: N_("This scan could not be read. Please try again."),
}


def message(
    answer: Answer,
    campaign: Campaign,
    *,
    kind: str = ScanKind.PASS,
    direction: str = Direction.IN,
) -> str:
    """The sentence for an answer. Times are in the campaign's zone."""
    if answer.verdict == Verdict.REFUSED:
        return gettext(REASONS[Reason(answer.reason or Reason.BAD_SCAN)])
    if answer.flags & ledger.HELD_BACK:
        return gettext("Saved. The organizer will check it before it counts.")
    if kind == ScanKind.UNDO:
        return gettext("Undone") if answer.verdict == Verdict.STORED else gettext("Already undone")
    if direction == Direction.OUT:
        return gettext("Checked out") if answer.verdict == Verdict.STORED else gettext("Already checked out")
    if Flag.REENTRY in answer.flags:
        return gettext("Welcome back")
    if answer.verdict == Verdict.REPEAT and answer.since is not None:
        return gettext("Already checked in at %(time)s", time=_clock(answer.since, campaign))
    if answer.headcount and answer.headcount > 1:
        return gettext("Checked in: %(count)s people", count=answer.headcount)
    return gettext("Checked in")


def _clock(since: datetime, campaign: Campaign) -> str:
    return format_time(since.astimezone(clock.zone(campaign.zone)), "HH:mm", rebase=False)
