"""Sending a message through the configured mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from models.errors import N_, Mistake

_PATIENCE = 10  # seconds
_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """encrypted: TLS from the first byte. Otherwise STARTTLS where it is offered, and always before a password is sent."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool
    sender: str


def mail_server(text: str | None) -> MailServer | None:
    """OPENWEEK_SMTP_URL, such as smtp://user:password@mail.example.cn:587?from=desk@week.example.cn; None unless set."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[parts.scheme]
        (sender,) = parse_qs(parts.query, strict_parsing=True)["from"]
        if not parts.hostname or "@" not in sender or not sender.isprintable() or set(parts.path) - {"/"}:
            raise ValueError
    except (ValueError, KeyError):
        # The value is not quoted: it may contain a password.
        raise Mistake(
            N_(
                "OPENWEEK_SMTP_URL must name a mail server and a sender, for example "
                "smtp://user:password@mail.example.cn:587?from=desk@week.example.cn."
            )
        ) from None
    return MailServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        encrypted=parts.scheme == "smtps",
        sender=sender,
    )


def send(server: MailServer, to: str, subject: str, text: str) -> None:
    """Hand a message to the server. Raises OSError where that fails, ValueError for an address that cannot be written."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    secure = ssl.create_default_context()
    if server.encrypted:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_PATIENCE, context=secure
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_PATIENCE)
    with connection:
        if not server.encrypted and (server.user or _offers_tls(connection)):
            connection.starttls(context=secure)
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(message)


def _offers_tls(connection: smtplib.SMTP) -> bool:
    connection.ehlo()
    return connection.has_extn("starttls")
