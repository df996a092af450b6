"""The time lines of an event: equal sessions on days in a row are one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask_babel import gettext as _

from models.events.cancellation import cancellation_reason
from models.events.tables import Occurrence
from web.words import terms


@dataclass
class SessionLine:
    """One line: a session, or a run of equal ones from the first to the last day."""

    first: Occurrence
    last: Occurrence

    @property
    def text(self) -> str:
        """11月26日—12月2日 每天 00:00–24:00 for a run, else when() of the session."""
        if self.first is self.last:
            return terms.when(self.first)
        first, last = terms.short_day(self.first.start_day), terms.short_day(self.last.start_day)
        hours = terms.hours(self.first)
        return _("%(first)s – %(last)s, daily %(hours)s", first=first, last=last, hours=hours).rstrip()


def session_lines(sessions: Iterable[Occurrence]) -> list[SessionLine]:
    """The lines of these sessions, by their first days. Sessions of different places or states are not equal."""
    lines: list[SessionLine] = []
    latest: dict[tuple[object, ...], SessionLine] = {}
    for session in sorted(sessions, key=lambda row: row.start_day):
        key = _told(session)
        line = latest.get(key)
        if line and session.start_day - line.last.start_day == timedelta(days=1):
            line.last = session
            continue
        line = latest[key] = SessionLine(session, session)
        lines.append(line)
    return lines


def _told(session: Occurrence) -> tuple[object, ...]:
    """Everything on the line of a session besides its day."""
    campaign = session.event.campaign
    outside = session.end_day < campaign.starts or session.start_day > campaign.ends
    # One of several days says both its first and its last, so it is a line of its own.
    day = None if terms.is_of_one_day(session) else session.id
    hours = terms.hours(session)
    return day, hours, session.venue_id, session.capacity, session.status, outside


def register(app: Flask) -> None:
    app.jinja_env.globals.update(session_lines=session_lines, cancellation_reason=cancellation_reason)
