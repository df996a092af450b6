"""Openweek, put together: settings, database, rooms, errors, commands. The only module that knows every room."""

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import click
from dotenv import load_dotenv
from flask import Flask, has_request_context, request
from flask.cli import FlaskGroup, ScriptInfo
from flask_babel import Babel, gettext
from flask_migrate import Migrate
from sqlalchemy.exc import DatabaseError
from werkzeug.middleware.proxy_fix import ProxyFix

import kiosk
import models
import web
from models import db
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
    instance = Path(given.get("OPENWEEK_INSTANCE") or ROOT / "instance").resolve()
    app = Flask(__name__, instance_path=str(instance), static_folder=str(ROOT / "static"))
    instance.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=_database_url(given, instance),
        # What people typed, and hashes of what they hold, have no place in the log of a failed statement.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        SECRET_KEY=given.get("OPENWEEK_SECRET_KEY") or _kept_secret(instance),
        BASE_URL=_base_url(given.get("OPENWEEK_BASE_URL")),
        UID_DOMAIN_ASKED=given.get("OPENWEEK_UID_DOMAIN"),
        DEMO_PASSWORD=given.get("OPENWEEK_DEMO_PASSWORD"),
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=str(given.get("OPENWEEK_BASE_URL", "")).startswith("https://"),
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
    )
    app.config.update({name: value for name, value in given.items() if not name.startswith("OPENWEEK_")})
    proxies = _whole_number(given, "OPENWEEK_TRUSTED_PROXIES")
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=language)
    app.after_request(_safe_headers)
    kiosk.register(app)
    web.register(app)
    return app


def _database_url(given: dict, instance: Path) -> str:
    url = given.get("OPENWEEK_DATABASE_URL") or f"sqlite:///{instance / 'openweek.sqlite'}"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise click.ClickException("OPENWEEK_DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _base_url(given: str | None) -> str:
    url = (given or "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or url != f"{parts.scheme}://{parts.netloc}"
    ):
        raise click.ClickException(
            "OPENWEEK_BASE_URL must be scheme and host only, such as https://week.example.cn."
        )
    return url


def _whole_number(given: dict, name: str) -> int:
    text = str(given.get(name) or "0")
    if not text.isdecimal():
        raise click.ClickException(f"{name} must be a whole number, such as 1.")
    return int(text)


def _kept_secret(instance: Path) -> str:
    """The secret of sessions: made at the first start. Two first starts at once agree on one."""
    path = instance / "secret_key"
    if not path.exists():
        draft = instance / f".secret_key.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


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
    "The database is not ready. Check OPENWEEK_DATABASE_URL, then make its tables with: .venv/bin/openweek init"
)


def is_database_away(error: DatabaseError) -> bool:
    """Whether the database cannot be reached or has no tables yet, so that a person has to do something first."""
    told = str(error.orig)
    return error.connection_invalidated or any(
        sign in told for sign in ("no such table", "does not exist", "unable to open", "connection failed")
    )


cli = OpenweekGroup(
    create_app=create_app,
    add_default_commands=False,
    help="Openweek: the calendar, the check-in desk and the honest count.",
)

__all__ = ["cli", "create_app", "models"]
