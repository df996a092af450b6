"""Pages for phones that cannot check in: each problem with a sentence that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import time as time_now
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_limiter import RequestLimit

from models import clock
from models.campaigns.tables import Campaign
from models.codes.venue_codes import CodeMethod, CodeProblem, CodeReading, VenueCode
from models.errors import TooMany
from models.events.check_in_window import CheckInWindow
from models.events.tables import Event, EventStatus

SENT_AGAIN = ("ticket", "group", "near", "campaign")


@dataclass(frozen=True)
class Problem:
    """A refusal. status: of HTTP. again: the token whose address may be opened anew; ours: whether the
    scanned text was a code of this system (else nothing of it stands on the page). icon: a symbol of icons.svg."""

    status: int
    title: str
    sentence: str
    campaign: Campaign | None = None
    event: Event | None = None
    again: str | None = None
    ours: bool = True
    icon: str = "warning"
    retry_fields: dict[str, str] | None = None  # of the form that the page sends again by itself
    retry_seconds: int = 0


def problem_page(problem: Problem) -> Response:
    """The page of a problem. Foreign text is never echoed."""
    response = make_response(
        render_template("kiosk/phone/problem.html", problem=problem, campaign=problem.campaign)
    )
    response.status_code = problem.status
    if problem.status in (429, 503):
        response.headers["Retry-After"] = str(problem.retry_seconds or 2)
    return response


def not_ours() -> Problem:
    return Problem(
        404,
        _("This is not one of our codes"),
        _("The code you scanned is not one of ours. Please scan the venue code at the event."),
        ours=False,
        icon="qr",
    )


def of_code(opened: CodeReading) -> Problem:
    """Why a scanned code opens nothing."""
    if opened.code is None:
        return not_ours()
    event = opened.code.event
    if opened.problem == CodeProblem.EXPIRED:
        title, sentence = (
            _("This code has changed"),
            _("The code on the screen changes. Please scan the current one."),
        )
        return _at(event, 410, title, sentence, icon="refresh")
    sentence = _("This poster has been replaced. Please scan the newer one, or ask the staff.")
    return _at(event, 410, _("This poster is no longer valid"), sentence)


def revoked_meanwhile(event: Event) -> Problem:
    """The code was revoked between the opening of the page and the tap."""
    sentence = _(
        "The poster was withdrawn while this page was open, so you are not checked in. Please scan the newer "
        "one, or ask the staff."
    )
    return _at(event, 410, _("This poster is no longer valid"), sentence)


def of_event(event: Event, windows: Sequence[CheckInWindow], now: datetime) -> Problem:
    """Why check-in to this event is closed now, and when it opens."""
    if event.status == EventStatus.CANCELLED:
        sentence = _("This event is cancelled, so there is no check-in.")
        return _at(event, 410, _("Cancelled"), sentence, icon="cancelled")
    if event.withdrawn_at is not None or event.status != EventStatus.PUBLISHED:
        sentence = _("This event is not on the public calendar. Please ask the staff at the venue.")
        return Problem(410, _("This event is not open to the public"), sentence)
    taking_place = [occurrence for occurrence in windows if occurrence.takes_place]
    upcoming = [occurrence for occurrence in taking_place if occurrence.opens > now]
    if upcoming:
        opens = _moment(min(occurrence.opens for occurrence in upcoming), event)
        sentence = _("Check-in for this event opens on %(moment)s. Please scan again then.", moment=opens)
        return _at(event, 409, _("Check-in is not open yet"), sentence, icon="clock")
    if not taking_place:
        return _at(
            event, 410, _("Cancelled"), _("All sessions of this event are cancelled."), icon="cancelled"
        )
    closed = _moment(max(occurrence.closes for occurrence in taking_place), event, ends=True)
    sentence = _("Check-in for this event closed on %(moment)s.", moment=closed)
    return _at(event, 409, _("Check-in is over"), sentence, icon="clock")


def wrong_codes(mistake: TooMany, token: str) -> Problem:
    """Of a browser or a network that tried too many forged codes. token: a text with the form of a code, right or wrong."""
    return Problem(
        429,
        _("Please wait a minute"),
        _(
            "Too many wrong codes were tried from this phone or its network. Wait a minute, then open the page again, "
            "or ask the staff to check you in."
        ),
        again=token,
        icon="clock",
        retry_seconds=seconds_of(mistake),
    )


def no_cookie() -> Problem:
    sentence = _("Your browser does not store cookies, so a second visit cannot be recognised. Allow them for "
"this page and scan again, or ask the staff to check you in.")  # fmt: skip
    return Problem(400, _("Why cookies are needed"), sentence, icon="lock")


def foreign_ticket() -> Problem:
    sentence = _(
        "This page was opened in another browser or has been changed. Please scan the code at the venue "
        "again."
    )
    return Problem(400, _("Please scan again"), sentence, icon="scan")


def old_ticket(code: VenueCode, token: str) -> Problem:
    """A printed code can be opened again at once; a screen's code must be scanned again."""
    title = _("This page was open too long")
    if code.method == CodeMethod.PRINTED:
        sentence = _("A check-in page is valid for 15 minutes. Please open it again to check in.")
        return _at(code.event, 410, title, sentence, again=token, icon="clock")
    sentence = _("A check-in page is valid for 15 minutes. Please scan the code now on the screen.")
    return _at(code.event, 410, title, sentence, icon="clock")


def unknown_group(event: Event, token: str) -> Problem:
    sentence = _("There is no such group here. Open the page again and tap one of its buttons.")
    return _at(event, 400, _("Please choose again"), sentence, again=token)


def busy(event: Event) -> Problem:
    return Problem(
        503,
        _("Many people are checking in right now"),
        _("Your choice is kept. This page tries again by itself; you will be counted only once."),
        campaign=event.campaign,
        event=event,
        icon="refresh",
        retry_fields=_sent_fields(),
        retry_seconds=2,
    )


def too_many(limit: RequestLimit) -> Response:
    """For a phone over a rate limit, which is mostly one of a school behind one address: ticket and choice are kept."""
    seconds = max(round(limit.reset_at - time_now()), 1)
    return retry_page(seconds)


def too_early(mistake: TooMany) -> Response:
    return retry_page(seconds_of(mistake))


def seconds_of(mistake: TooMany) -> int:
    """To wait, at least one."""
    return max(round(mistake.wait.total_seconds()), 1)


def retry_page(seconds: int) -> Response:
    """429 with what was sent, for the page to send it again. Of the address nothing is said: it may be no code of ours."""
    problem = Problem(
        429,
        _("Many people are checking in right now"),
        _("Your choice is kept. This page tries again by itself; you will be counted only once."),
        ours=False,
        icon="refresh",
        retry_fields=_sent_fields(),
        retry_seconds=seconds,
    )
    return problem_page(problem)


def _sent_fields() -> dict[str, str]:
    """What the form held: a ticket and a choice, short both."""
    return {name: request.form[name][:500] for name in SENT_AGAIN if name in request.form}


def too_late_to_change(event: Event) -> Problem:
    sentence = _("The group can be changed for 15 minutes after the code was opened. Please ask the staff.")
    return _at(event, 410, _("It is too late to change the group"), sentence, icon="clock")


def not_yours() -> Problem:
    sentence = _(
        "This check-in was made in another browser, or it is too long ago: 30 days after the figures are signed, "
        "the link between a phone and its check-ins is deleted."
    )
    return Problem(404, _("Nothing to show here"), sentence, ours=False, icon="lock")


def no_pass() -> Problem:
    sentence = _(
        "This pass is not genuine or the address is incomplete. Please open the link you received again."
    )
    return Problem(404, _("This is not a pass"), sentence, ours=False, icon="ticket")


def revoked_pass(campaign: Campaign) -> Problem:
    sentence = _("This pass is no longer valid. Please ask the organizer for a new one.")
    return Problem(410, _("No longer valid"), sentence, campaign=campaign, icon="cancelled")


def _at(
    event: Event, status: int, title: str, sentence: str, *, icon: str = "warning", again: str | None = None
) -> Problem:
    return Problem(status, title, sentence, campaign=event.campaign, event=event, icon=icon, again=again)


def _moment(instant: datetime, event: Event, *, ends: bool = False) -> str:
    """Day and clock time; without a clock time only the day, the one that ends there."""
    words: dict[str, Any] = current_app.jinja_env.globals  # the words of web, which kiosk does not import
    zone = event.campaign.zone
    if instant.astimezone(clock.zone(zone)).time() != time.min:
        return words["instant_label"](instant, zone)
    return words["day_label"](clock.day_of(instant - timedelta(seconds=ends), zone), year=True)
