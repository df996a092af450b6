"""Contacts of registrations: encrypted with AES-256-GCM, the key outside the database (OPENWEEK_CONTACT_KEY, else a file in the
instance folder). A backup of the database alone reads none of them."""

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app  # the application, not a request
from sqlalchemy import delete, exists, func, or_, select

from models import config
from models.campaigns.tables import Campaign
from models.db import db, transaction
from models.events.tables import Event, Occurrence
from models.organizations.tables import Account
from models.registration.tables import Registration, RegistrationContact, RegistrationSettings

KEPT = timedelta(days=30)  # after the event
MOST_AT_ONCE = 500  # deleted by one tick and campaign
_NONCE = 12  # bytes
CACHED_KEY = "openweek.contact_key"


@dataclass(frozen=True)
class ContactContent:
    """answers: by question. secret: of the registration's address, where messages are sent by mail."""

    contact: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    secret: str = ""


def may_see(account: Account, event: Event) -> bool:
    """Contacts are for the organizer of the event alone, not for the offices above."""
    return account.writes and account.organization_id == event.lead_id


def write_contact(registration: Registration, content: ContactContent) -> None:
    """Runs inside the caller's transaction; the registration has its id."""
    key = _key()
    plain = json.dumps(
        {"contact": content.contact, "answers": content.answers, "secret": content.secret}, ensure_ascii=False
    )
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, plain.encode(), _bound_to(registration.id))
    db.session.add(RegistrationContact(registration_id=registration.id, key_id=_key_id(key), sealed=sealed))


def read_contacts(registration_ids: Collection[int]) -> dict[int, ContactContent | None]:
    """By registration; None for one that was encrypted with a key that this server does not have."""
    key = _key()
    rows = db.session.scalars(
        select(RegistrationContact).where(RegistrationContact.registration_id.in_(registration_ids))
    )
    return {row.registration_id: _open(row, key) for row in rows}


def _open(row: RegistrationContact, key: bytes) -> ContactContent | None:
    try:
        plain = AESGCM(key).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], _bound_to(row.registration_id))
    except InvalidTag:
        return None
    return ContactContent(**json.loads(plain))


def _bound_to(registration_id: int) -> bytes:
    """What is authenticated beside the content, so that no row's content can be put into another one."""
    return b"openweek-contact\x01%d" % registration_id


def _key() -> bytes:
    """Read once; made at the first contact unless it is set."""
    key: bytes | None = current_app.extensions.get(CACHED_KEY)
    if key is None:
        text = current_app.config["CONTACT_KEY"] or config.contact_key_file(Path(current_app.instance_path))
        key = hashlib.sha256(b"openweek-contact-key\x01" + text.encode()).digest()
        current_app.extensions[CACHED_KEY] = key
    return key


def count_unreadable() -> int:
    """Contacts that were encrypted with another key than the present one. Makes no key where there is none."""
    if not has_key():
        return db.session.scalar(select(func.count()).select_from(RegistrationContact)) or 0
    others = select(func.count()).where(RegistrationContact.key_id != _key_id(_key()))
    return db.session.scalar(others) or 0


def has_key() -> bool:
    folder = Path(current_app.instance_path)
    return bool(current_app.config["CONTACT_KEY"]) or (folder / "contact_key").is_file()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"openweek-contact-key-id\x01" + key).hexdigest()[:8]


def delete_contact(registration: Registration) -> None:
    """Runs inside the caller's transaction."""
    db.session.execute(
        delete(RegistrationContact).where(RegistrationContact.registration_id == registration.id)
    )


def delete_old(now: datetime) -> int:
    """Delete the contacts of events whose last day is 30 days ago; how many there were. An event without a date ends with its
    week. Reads first: a tick that finds nothing must not hold the write lock."""
    due = [id for campaign in db.session.scalars(select(Campaign)) for id in _due(campaign, now)]
    if due:
        with transaction():
            db.session.execute(
                delete(RegistrationContact).where(RegistrationContact.registration_id.in_(due))
            )
    return len(due)


def count_due(now: datetime) -> int:
    """At most MOST_AT_ONCE of each campaign are told."""
    return sum(len(_due(campaign, now)) for campaign in db.session.scalars(select(Campaign)).all())


def _due(campaign: Campaign, now: datetime) -> list[int]:
    """The registrations of a campaign whose contacts are due, at most MOST_AT_ONCE."""
    last_day = campaign.today(now) - KEPT
    of_settings = or_(
        RegistrationSettings.occurrence_id == Occurrence.id,
        RegistrationSettings.occurrence_id.is_(None) & (RegistrationSettings.event_id == Occurrence.event_id),
    )
    sessions = exists().where(of_settings)
    later = exists().where(of_settings, Occurrence.end_day > last_day)
    over = ~later if campaign.ends <= last_day else sessions & ~later
    query = (
        select(RegistrationContact.registration_id)
        .join(Registration, Registration.id == RegistrationContact.registration_id)
        .join(RegistrationSettings, RegistrationSettings.id == Registration.settings_id)
        .join(Event, Event.id == RegistrationSettings.event_id)
        .where(Event.campaign_id == campaign.id, over)
        .order_by(RegistrationContact.registration_id)
        .limit(MOST_AT_ONCE)
    )
    return list(db.session.scalars(query))
