"""The session of the desk, without work for the requests that have none: devices, feeds, public pages."""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from web.desk.accounts.current import DESK


class DeskSessions(SecureCookieSessionInterface):
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None of it outside the desk: behind TLS the cookie is sent to every page, as its prefix demands."""
        if not request.path.startswith(DESK) or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()  # Flask would derive the keys first
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """A page outside the desk is sent no cookie of it: one that it wrote would end the session of who is signed in."""
        if request.path.startswith(DESK) and (session.accessed or session.modified):
            super().save_session(app, session, response)
