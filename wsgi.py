"""Builds the application: settings, database, pages, errors, commands. The only module that imports all packages."""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from babel.support import Translations
from dotenv import load_dotenv
from flask import Flask, Response, current_app, has_request_context, request
from flask.cli import FlaskGroup, ScriptInfo
from flask_babel import Babel
from flask_migrate import Migrate
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError
from werkzeug.middleware.proxy_fix import ProxyFix

import kiosk
import models
import web
from models import config, service_settings
from models.accounts.breached_passwords import breached_passwords
from models.accounts.mail import mail_server
from models.config import KNOWN_SETTINGS
from models.db import STANDBY, db
from models.errors import N_, Mistake
from models.security import secret_files
from models.security.virus_scanner import scanner_of
from models.transactions.database_errors import is_away, is_full
from web.commands import verify
from web.desk.form_files.limits import FormRequest
from web.server import decoded_types
from web.words.reader_language import reader_language

ROOT = Path(__file__).parent
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SQLITE_STATEMENTS = 32  # kept by a connection: 30 to 50 kB each, and up to 32 connections in a process
HSTS = "max-age=31536000; includeSubDomains"
SAFE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(self)",
}


class Application(Flask):
    request_class = FormRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No page of ours is a coroutine: Flask would look at each hook of each request, 18 for a scan."""
        return func


class SettingError(click.ClickException):
    exit_code = 2  # as for every Mistake


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The application. settings: names from CONTRACT.md (and Flask's own) that win over the environment.

    Raises SettingError with one line for a setting that cannot be used."""
    load_dotenv(ROOT / ".env")
    values = {name: os.environ[name] for name in KNOWN_SETTINGS if os.environ.get(name)}
    try:
        files = secret_files.files_of(os.environ)
        app = _build(values | secret_files.read_secrets(files) | (settings or {}))
    except Mistake as mistake:
        raise SettingError(_translated(mistake)) from None
    app.extensions["openweek.secret_files"] = files
    decoded_types.prepare()
    return app


def _build(settings: dict[str, Any]) -> Flask:
    instance = config.instance_folder(settings.get("OPENWEEK_INSTANCE") or str(ROOT / "instance"))
    app = Application(__name__, instance_path=str(instance), static_folder=str(ROOT / "static"))
    url = config.database_url(settings.get("OPENWEEK_DATABASE_URL"), instance)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(url),
        SECRET_KEY=settings.get("OPENWEEK_SECRET_KEY") or config.secret_key(instance),
        CONTACT_KEY=config.contact_key(settings.get("OPENWEEK_CONTACT_KEY")),
        BASE_URL=config.base_url(settings.get("OPENWEEK_BASE_URL")),
        UID_DOMAIN_ASKED=config.uid_domain(settings.get("OPENWEEK_UID_DOMAIN")),
        DEMO_PASSWORD=config.demo_password(settings.get("OPENWEEK_DEMO_PASSWORD")),
        MAIL_SERVER=mail_server(settings.get("OPENWEEK_SMTP_URL")),
        SECOND_FACTOR=config.second_factor(settings.get("OPENWEEK_SECOND_FACTOR")),
        BREACHED_PASSWORDS=breached_passwords(settings.get("OPENWEEK_BREACHED_PASSWORDS")),
        DIRECTORY=config.directory(
            settings.get("OPENWEEK_OIDC_ISSUER"),
            settings.get("OPENWEEK_OIDC_CLIENT_ID"),
            settings.get("OPENWEEK_OIDC_CLIENT_SECRET"),
        ),
        VIRUS_SCANNER=scanner_of(settings.get("OPENWEEK_VIRUS_SCANNER")),
        METRICS_TOKEN=config.metrics_token(settings.get("OPENWEEK_METRICS_TOKEN")),
        LOG_JSON=config.log_format(settings.get("OPENWEEK_LOG_FORMAT")),
        WORKERS=config.workers(os.environ.get("WEB_CONCURRENCY")),
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=str(settings.get("OPENWEEK_BASE_URL", "")).startswith("https://"),
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
    )
    read_url = config.read_url(settings.get("OPENWEEK_DATABASE_READ_URL"), url)
    if read_url:
        options = _engine_options(read_url, primary=False)
        app.config["SQLALCHEMY_BINDS"] = {STANDBY: {"url": read_url, **options}}
    app.config.update({name: value for name, value in settings.items() if not name.startswith("OPENWEEK_")})
    proxies = config.proxies(str(settings.get("OPENWEEK_TRUSTED_PROXIES") or ""))
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way to wrap it
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=language)
    app.after_request(_safe_headers)
    kiosk.register(app)
    web.register(app)
    return app


def _engine_options(url: str, *, primary: bool = True) -> dict[str, Any]:
    # Parameters hold what people typed and hashes of passes: never in the log of a failed statement.
    # The connection used last is taken first: as few as are needed at once fill caches of their own.
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": 16,
        "max_overflow": 16,
        "pool_use_lifo": True,
        "pool_timeout": 5,  # seconds: while the database is silent a request holds its thread no longer
    }
    if url.startswith("sqlite"):
        options["connect_args"] = {"cached_statements": SQLITE_STATEMENTS}
    if network := config.connection_options(url, primary=primary):
        options["connect_args"] = network
    return options


def _translated(mistake: Mistake) -> str:
    """Its sentence in the language of the command line, without an application."""
    sentence = Translations.load(str(ROOT / "translations"), [cli_language()]).gettext(mistake.message)
    return sentence % mistake.values if mistake.values else sentence


def language() -> str:
    """The reader's language: from the cookie, else from the browser, else Chinese; on a terminal cli_language()."""
    if not has_request_context():
        return cli_language()
    return reader_language(request.cookies.get("lang"), request.headers.get("Accept-Language", ""))


def cli_language() -> str:
    """The language of the command line: Chinese in a Chinese locale, else English."""
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh" if locale.lower().startswith("zh") else "en"


def _safe_headers(response: Response) -> Response:
    for name, value in SAFE_HEADERS.items():
        if name not in response.headers:
            response.headers.add(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = HSTS
    return response


def words_only() -> Flask:
    """An application that knows the words and `verify`: a file from elsewhere is checked where nothing is installed, and nothing
    is created for it."""
    app = Application(__name__, instance_path=str(ROOT / "instance"), static_folder=None)
    app.config.update(BABEL_DEFAULT_LOCALE="zh", BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"))
    Babel(app, locale_selector=language)
    verify.register(app)
    return app


def has_database() -> bool:
    """Whether there is an installation here: a database server that is named, or a file of SQLite."""
    load_dotenv(ROOT / ".env")
    folder = Path(os.environ.get("OPENWEEK_INSTANCE") or ROOT / "instance")
    named = secret_files.resolved(os.environ).get("OPENWEEK_DATABASE_URL")
    url = make_url(config.database_url(named, folder.resolve()))
    return not url.drivername.startswith("sqlite") or Path(url.database or "").is_file()


class OpenweekGroup(FlaskGroup):
    """The command line. A Mistake is printed as one sentence, without a traceback; exit code 2."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        info = ctx.ensure_object(ScriptInfo)
        given = any(arg.startswith("--key") for arg in args)
        if args[:1] == ["verify"] and info.create_app is create_app and (given or not has_database()):
            info.create_app = words_only
        elif info.create_app is create_app and "--help" not in args:
            load_dotenv(ROOT / ".env")
            service_settings.check(ROOT, os.environ, args)
        if args[:1] == ["doctor"] and info.create_app is create_app and not has_database():
            raise _not_ready()  # the application would make a data folder
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        gc.freeze()  # all that is loaded by now stays: a long command need not look through it again and again
        try:
            return super().invoke(ctx)
        except Mistake as mistake:
            self._fail(ctx, mistake)
        except DatabaseError as error:
            if not is_away(error) and not is_full(error):
                raise
            self._fail(ctx, _refused(error) if is_away(error) else Mistake(NOT_SAVED))

    def _fail(self, ctx: click.Context, mistake: Mistake) -> None:
        click.echo(_translated(mistake), err=True)
        ctx.exit(2)


NOT_SAVED = N_(
    "The disk of the database is full, or it is read-only, as a standby is: nothing was saved. `openweek doctor` says more."
)
NOT_READY = N_(
    "The database is not ready. Check OPENWEEK_DATABASE_URL, then create the tables with: %(program)s init"
)


REFUSED = N_(
    "The database is not ready: %(reason)s. Check OPENWEEK_DATABASE_URL, and that it runs; where tables are missing, create them "
    "with: %(program)s init"
)


def _not_ready() -> Mistake:
    return Mistake(NOT_READY, program=service_settings.how_to_call())


def _refused(error: DatabaseError) -> Mistake:
    """In the words of the database's first line: a name that a server or a pooler does not know is no missing table."""
    said = str(error.orig).strip().splitlines()[:1]
    return Mistake(
        REFUSED, reason=said[0].rstrip(".") if said else "-", program=service_settings.how_to_call()
    )


cli = OpenweekGroup(
    create_app=create_app,
    add_default_commands=False,
    help="Openweek: the calendar, the check-in desk and the honest count.",
)

__all__ = ["cli", "create_app", "models"]
