"""What the installation is called from outside: the address that codes and feeds print, and the domain of UIDs."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app  # of the application, not of a request

from models import settings


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
        known = Site(base_url, settings.uid_domain(asked, urlsplit(base_url).hostname))
        current_app.extensions["openweek.site"] = known
    return known
