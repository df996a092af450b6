"""Messages about registrations by mail, to those who left an address, where a mail server is set. The tick sends them."""

from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from models.installation import site
from models.registration import contacts, mail_queue
from models.registration.tables import MailKind, Registration
from web.desk.mail import send_in_both


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
    title, link = row.settings.event.title, site().url(f"/R/{secret}")

    def text() -> tuple[str, str]:
        sentence = {
            MailKind.REGISTERED: _("You are registered. Your pass is here:"),
            MailKind.WAITING: _("You are on the waiting list. Here you see when a place is free:"),
            MailKind.MOVED_UP: _("A place became free, and it is yours. Your pass is here:"),
        }[kind]
        subject = _("Registration: %(event)s", event=title)
        return subject, f"{title}\n\n{sentence}\n{link}\n\n" + _(
            "If you cannot come, please cancel on the same page, so that somebody else gets the place."
        )

    return bool(send_in_both(address, text))
