"""The installation: its address on the web, and settings that are decided once.

Settings are rows, so they are part of every backup."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app  # the application, not a request
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, db
from models.errors import N_, Mistake

_SITE = "openweek.site"


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
