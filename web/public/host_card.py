"""Who holds an event, and how a visitor reaches them."""

import re

from flask import Flask

from models.events.tables import Event, EventHost

_PHONE = re.compile(r"\+?\d[\d ()（）－—-]{3,24}\d")


def register(app: Flask) -> None:
    app.jinja_env.globals.update(phone_address=phone_address, cohosts=cohosts)


def cohosts(event: Event) -> list[EventHost]:
    """The hosts beside the lead, which may be named with its part: 青云大学（主办）."""
    lead = event.lead.name if event.lead else None
    return [
        host
        for host in event.hosts
        if lead is None or (host.name != lead and not host.name.startswith(f"{lead}（"))
    ]


def phone_address(contact: str) -> str:
    """tel: and the number, where a contact is one number and nothing else; "" for all others."""
    text = contact.strip()
    if not _PHONE.fullmatch(text):
        return ""
    return "tel:" + ("+" if text.startswith("+") else "") + re.sub(r"\D", "", text)
