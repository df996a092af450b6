"""Messages of the desk by mail, where a mail server is configured, in Chinese and English: the reader's choice is not known."""

import logging
from collections.abc import Callable

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from models.accounts.mail import MailServer, send
from models.organizations.tables import Organization


def send_invitation(email: str, organization: Organization, link: str) -> bool | None:
    """Whether it was sent; None where no mail server is configured."""

    def text() -> tuple[str, str]:
        return _("Your account on Openweek"), _(
            "You are invited to the desk of Openweek for %(organization)s.\n\n"
            "Open this link and set a password. It is valid for 7 days:\n%(link)s\n",
            organization=organization.name,
            link=link,
        )

    return send_in_both(email, text)


def send_reset_link(email: str, link: str) -> bool | None:
    def text() -> tuple[str, str]:
        return _("A new password on Openweek"), _(
            "Open this link to set a new password. It is valid for 24 hours, once:\n%(link)s\n\n"
            "If you did not ask for it, tell the office that manages your account.\n",
            link=link,
        )

    return send_in_both(email, text)


def send_in_both(email: str, text: Callable[[], tuple[str, str]]) -> bool | None:
    """text: the subject and the body in the language of the moment. Whether it was sent; None without a mail server."""
    return _send(email, [_in("zh", text), _in("en", text)])


def _in(language: str, text: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    with force_locale(language):
        subject, body = text()
        return subject, body


def _send(email: str, texts: list[tuple[str, str]]) -> bool | None:
    server: MailServer | None = current_app.config["MAIL_SERVER"]
    if server is None:
        return None
    subject = " / ".join(subject for subject, _body in texts)
    try:
        send(server, email, subject, "\n\n".join(body for _subject, body in texts))
    except (OSError, ValueError):  # what smtplib raises is an OSError; ValueError: an address it cannot write
        logging.getLogger("openweek").exception("A message could not be sent")
        return False
    return True
