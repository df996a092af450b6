"""Messages about registrations by mail, to those who left an address, where a mail server is set. The tick sends them."""

from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from models.events.cancellation import cancellation_reason
from models.events.merges import standing_event
from models.events.tables import OccurrenceStatus
from models.installation import site
from models.registration import contacts, mail_queue, settings
from models.registration.tables import MailKind, Registration, RegistrationState
from web.desk.mail import send_in_both
from web.words.session_lines import SessionLine, session_lines


def send_due(now: datetime) -> int:
    """How many messages were sent. Where the server fails, the rest waits for the next tick."""
    if current_app.config["MAIL_SERVER"] is None:
        return 0
    rows, sent = mail_queue.due(now), 0
    found = contacts.read_contacts([row.id for row in rows])
    for row in rows:
        content = found.get(row.id)
        if content is not None and row.mail_due is not None:
            if not _send(row, row.mail_due, content.contact, content.secret):
                return sent
            sent += 1
        mail_queue.note_sent(row)
    return sent


def _send(row: Registration, kind: MailKind, address: str, secret: str) -> bool:
    title, link = standing_event(row.settings.event).title, site().url(f"/R/{secret}")
    held = settings.is_held(row.settings)

    def text() -> tuple[str, str]:
        if not held:
            return _("Cancelled: %(event)s", event=title), _cancelled(row, title, link)
        times = "\n".join(_line(line) for line in session_lines(settings.all_sessions(row.settings)))
        subject = (
            _("Changed: %(event)s", event=title)
            if kind == MailKind.CHANGED
            else _("Registration: %(event)s", event=title)
        )
        return subject, "\n".join(filter(None, (title, times, "", _sentence(row, kind), link, "", _please())))

    return bool(send_in_both(address, text))


def _line(line: SessionLine) -> str:
    cancelled = line.first.status == OccurrenceStatus.CANCELLED
    return _("Cancelled: %(event)s", event=line.text) if cancelled else line.text


def _cancelled(row: Registration, title: str, link: str) -> str:
    why = cancellation_reason(standing_event(row.settings.event))
    return "\n".join(
        (title, "", _("This event is cancelled, so please do not come.") + (f" {why}" if why else ""), link)
    )


def _sentence(row: Registration, kind: MailKind) -> str:
    if kind == MailKind.CHANGED and row.state == RegistrationState.WAITING:
        return _(
            "The time or place has changed; the current details are above. You are still on the waiting list:"
        )
    return {
        MailKind.REGISTERED: _("You are registered. Your pass is here:"),
        MailKind.WAITING: _("You are on the waiting list. Here you see when a place is free:"),
        MailKind.MOVED_UP: _("A place became free, and it is yours. Your pass is here:"),
        MailKind.CHANGED: _(
            "The time or place has changed; the current details are above. Your pass is here:"
        ),
    }[kind]


def _please() -> str:
    return _("If you cannot come, please cancel on the same page, so that somebody else gets the place.")
