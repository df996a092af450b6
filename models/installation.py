"""What the installation is called: the address that codes and feeds print, and what it decided once and keeps.

Settings are rows, so that they travel with every backup."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app  # of the application, not of a request
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, db
from models.errors import N_, Mistake


class Setting(Base):
    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]


def uid_domain(asked: str | None, default: str) -> str:
    """The domain in every calendar UID: the kept one, else what will be kept. Raises Mistake when another is asked for."""
    kept = db.session.get(Setting, "uid_domain")
    if kept and asked and asked != kept.value:
        raise Mistake(
            N_(
                "OPENWEEK_UID_DOMAIN is %(asked)s, but subscribed calendars know this week by %(kept)s. "
                "Set it back to %(kept)s."
            ),
            asked=asked,
            kept=kept.value,
        )
    return kept.value if kept else asked or default


def keep_uid_domain(domain: str) -> None:
    """Keep the first domain for ever. Runs inside the caller's transaction."""
    if db.session.get(Setting, "uid_domain") is None:
        db.session.add(Setting(key="uid_domain", value=domain))


@dataclass(frozen=True)
class Site:
    base_url: str  # scheme and host, no slash at the end
    uid_domain: str

    def url(self, path: str) -> str:
        return self.base_url + path

    def code_url(self, letter: str, token: str) -> str:
        """The text of a QR code: upper case as a whole, so that it is drawn in alphanumeric mode."""
        return f"{self.base_url.upper()}/{letter}/{token}"


def site() -> Site:
    """The site of the running application."""
    known = current_app.extensions.get("openweek.site")
    if known is None:
        base_url = current_app.config["BASE_URL"]
        asked = current_app.config.get("UID_DOMAIN_ASKED")
        known = Site(base_url, uid_domain(asked, urlsplit(base_url).hostname))
        current_app.extensions["openweek.site"] = known
    return known
