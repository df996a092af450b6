"""The installation: its address on the web, and settings that are decided once.

Settings are rows, so they are part of every backup."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app  # the application, not a request
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, db
from models.errors import N_, Mistake

_SITE = "openweek.site"
_SECRET_KEY = "secret_key_fingerprint"
_MOVED = "moved"


class Setting(Base):
    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]


def uid_domain(configured: str | None, default: str) -> str:
    """The domain in every calendar UID: the stored one, else the configured one, else the default.

    Raises Mistake when another one than the stored is configured."""
    setting = db.session.get(Setting, "uid_domain")
    if setting is None:
        return configured or default
    if configured and configured != setting.value:
        raise Mistake(
            N_(
                "OPENWEEK_UID_DOMAIN is %(asked)s, but subscribed calendars know this week by %(kept)s. "
                "Set it back to %(kept)s."
            ),
            asked=configured,
            kept=setting.value,
        )
    return setting.value


def keep_uid_domain(domain: str) -> None:
    """Store the domain of UIDs unless one is stored. Runs inside the caller's transaction."""
    if db.session.get(Setting, "uid_domain") is None:
        db.session.add(Setting(key="uid_domain", value=domain))


def _fingerprint() -> str:
    """A fingerprint of this node's secret key, from which the key cannot be derived."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hashlib.sha256(b"openweek-secret-key\x01" + secret).hexdigest()[:32]


def secret_key_differs() -> bool:
    """Whether this node has another secret key than the one the database was first served with."""
    setting = db.session.get(Setting, _SECRET_KEY)
    return setting is not None and setting.value != _fingerprint()


def check_secret_key() -> None:
    """Raises Mistake where the key is another one: two nodes would not know each other's sessions and codes."""
    if secret_key_differs():
        raise Mistake(
            N_(
                "The secret key of this node is not the one that this database is served with. Give every node the same "
                "OPENWEEK_SECRET_KEY. If it was changed on purpose, which signs everybody out: openweek secret-key accept"
            )
        )


def keep_secret_key(*, replace: bool = False) -> None:
    """Store the fingerprint of this node's key unless one is stored. Runs inside the caller's transaction."""
    setting = db.session.get(Setting, _SECRET_KEY)
    if setting is None:
        db.session.add(Setting(key=_SECRET_KEY, value=_fingerprint()))
    elif replace:
        setting.value = _fingerprint()


def mark_moved() -> None:
    """The data are served from another database from now on. Runs inside the caller's transaction."""
    db.session.merge(Setting(key=_MOVED, value="yes"))


def check_not_moved() -> None:
    """Raises Mistake where the data were moved to another database."""
    if db.session.get(Setting, _MOVED) is not None:
        raise Mistake(
            N_(
                "The data of this database were moved. Set OPENWEEK_DATABASE_URL to the database they are in now."
            )
        )


@dataclass(frozen=True)
class Site:
    base_url: str  # scheme and host, no slash at the end
    uid_domain: str

    def url(self, path: str) -> str:
        return self.base_url + path

    def code_url(self, letter: str, token: str) -> str:
        """The text of a QR code. Upper case, because QR encodes that more densely (alphanumeric mode), but for the
        scheme: many phone cameras show HTTPS:// as plain text."""
        scheme, host = self.base_url.split("://")
        return f"{scheme}://{host.upper()}/{letter}/{token}"


def site() -> Site:
    """The site of the running application."""
    current = current_app.extensions.get(_SITE)
    if current is None:
        base_url = current_app.config["BASE_URL"]
        configured = current_app.config.get("UID_DOMAIN_ASKED")
        current = Site(base_url, uid_domain(configured, urlsplit(base_url).hostname or ""))
        current_app.extensions[_SITE] = current
    return current
