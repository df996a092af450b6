"""Forms that another site made a browser send (ASVS 3.5.1): each one needs the token of its session, and where the browser says
that it comes from elsewhere it is refused.

Not with a Referer alone, as Flask-WTF has it over HTTPS: browsers, extensions and firewalls take it away, and then nobody could
sign in. Where nothing is said the token decides: its session's cookie is SameSite and, behind TLS, no other host can set it.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from models.installation import site
from models.security import security_log

_csrf = CSRFProtect()


class ForeignForm(CSRFError):
    """It comes from another site, as the browser says."""


def register(app: Flask) -> None:
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # check() is called for the desk alone: nothing else knows a reader by cookie
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still works
        WTF_CSRF_SSL_STRICT=False,
    )
    _csrf.init_app(app)


def check() -> None:
    """Raises ForeignForm, or CSRFError where the token is not of this session."""
    if request.method in current_app.config["WTF_CSRF_METHODS"] and _is_foreign():
        security_log.form_refused(request.remote_addr or "", request.endpoint)
        raise ForeignForm
    _csrf.protect()


def _is_foreign() -> bool:
    said = request.headers.get("Sec-Fetch-Site")
    if said:
        # none: a browser that opens its tabs again sends a form by itself
        return said not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    if origin == "null":  # also where a page keeps its address to itself
        origin = request.referrer or ""
    return bool(origin) and _origin(origin) not in _own_origins()


def _own_origins() -> set[str]:
    """Also the configured one: a proxy may pass on another host, or the host without its port."""
    scheme = "https" if current_app.config["SESSION_COOKIE_SECURE"] else request.scheme
    return {_origin(f"{scheme}://{request.host}"), _origin(site().base_url)}


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}"
