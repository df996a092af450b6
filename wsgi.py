"""Openweek, put together: settings, database, rooms, errors, commands. The only module that knows every room."""

import os
from pathlib import Path

import click
from babel.support import Translations
from dotenv import load_dotenv
from flask import Flask, has_request_context, request
from flask.cli import FlaskGroup, ScriptInfo
from flask_babel import Babel, gettext
from flask_migrate import Migrate
from sqlalchemy.exc import DatabaseError, OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

import kiosk
import models
import web
from models import config
from models.db import db
from models.errors import N_, Mistake

ROOT = Path(__file__).parent
LANGUAGES = ("zh", "en")
KNOWN_SETTINGS = (
    "OPENWEEK_DATABASE_URL",
    "OPENWEEK_INSTANCE",
    "OPENWEEK_SECRET_KEY",
    "OPENWEEK_BASE_URL",
    "OPENWEEK_UID_DOMAIN",
    "OPENWEEK_DEMO_PASSWORD",
    "OPENWEEK_TRUSTED_PROXIES",
)
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def create_app(settings: dict | None = None) -> Flask:
    """The application. settings: names from CONTRACT.md (and Flask's own) that win over the environment.

    Raises click.ClickException with one line for a setting that cannot be used."""
    load_dotenv(ROOT / ".env")
    given = {name: os.environ[name] for name in KNOWN_SETTINGS if os.environ.get(name)} | (settings or {})
    try:
        return _put_together(given)
    except Mistake as mistake:
        raise click.ClickException(_early(mistake)) from None


def _put_together(given: dict) -> Flask:
    instance = config.instance_folder(given.get("OPENWEEK_INSTANCE") or str(ROOT / "instance"))
    app = Flask(__name__, instance_path=str(instance), static_folder=str(ROOT / "static"))
    app.config.update(
        SQLALCHEMY_DATABASE_URI=config.database_url(given.get("OPENWEEK_DATABASE_URL"), instance),
        # What people typed, and hashes of what they hold, have no place in the log of a failed statement.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        SECRET_KEY=given.get("OPENWEEK_SECRET_KEY") or config.secret_key(instance),
        BASE_URL=config.base_url(given.get("OPENWEEK_BASE_URL")),
        UID_DOMAIN_ASKED=config.uid_domain(given.get("OPENWEEK_UID_DOMAIN")),
        DEMO_PASSWORD=config.demo_password(given.get("OPENWEEK_DEMO_PASSWORD")),
        WORKERS=config.workers(os.environ.get("WEB_CONCURRENCY")),
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=str(given.get("OPENWEEK_BASE_URL", "")).startswith("https://"),
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
    )
    app.config.update({name: value for name, value in given.items() if not name.startswith("OPENWEEK_")})
    proxies = config.proxies(str(given.get("OPENWEEK_TRUSTED_PROXIES") or ""))
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=language)
    app.after_request(_safe_headers)
    kiosk.register(app)
    web.register(app)
    return app


def _early(mistake: Mistake) -> str:
    """Its sentence before there is an application to word it."""
    words = Translations.load(str(ROOT / "translations"), [cli_language()]).gettext(mistake.message)
    return words % mistake.values if mistake.values else words


def language() -> str:
    """The reader's language: chosen by the reader, else by the browser, else Chinese; on a terminal the machine's."""
    if not has_request_context():
        return cli_language()
    chosen = request.cookies.get("lang")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "zh"


def cli_language() -> str:
    """The language of the command line: Chinese where the machine speaks it, else English."""
    spoken = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh" if spoken.lower().startswith("zh") else "en"


def _safe_headers(response):
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=(self)")
    return response


class OpenweekGroup(FlaskGroup):
    """The command line: a Mistake is told in one sentence, never as a traceback."""

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except Mistake as mistake:
            self._tell(ctx, mistake.message, mistake.values)
        except DatabaseError as error:
            if not is_database_away(error):
                raise
            self._tell(ctx, NOT_READY, {})

    def _tell(self, ctx: click.Context, message: str, values: dict) -> None:
        with ctx.ensure_object(ScriptInfo).load_app().app_context():
            click.echo(gettext(message, **values), err=True)
        ctx.exit(2)


NOT_READY = N_(
    "The database is not ready. Check OPENWEEK_DATABASE_URL, then create the tables with: "
    ".venv/bin/openweek init"
)


def is_database_away(error: DatabaseError) -> bool:
    """Whether the database cannot be reached or has no tables yet, so that a person has to do something first."""
    if error.connection_invalidated:
        return True
    if hasattr(error.orig, "sqlstate"):
        state = error.orig.sqlstate
        # No state: no server to give one. 08 connection, 28 who asks, 3D no such database, 42P01 no such table, 57P closing.
        away = ("08", "28", "3D", "42P01", "57P")
        return isinstance(error, OperationalError) if state is None else state.startswith(away)
    return any(sign in str(error.orig) for sign in ("no such table", "unable to open"))


cli = OpenweekGroup(
    create_app=create_app,
    add_default_commands=False,
    help="Openweek: the calendar, the check-in desk and the honest count.",
)

__all__ = ["cli", "create_app", "models"]
