"""Errors as a page for people, or problem JSON (RFC 9457) for programs.

Domain code raises models.errors.Mistake with an English sentence; here it is worded in the reader's language.
"""

import json
import logging
import re
from urllib.parse import unquote, urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    has_request_context,
    redirect,
    render_template,
    request,
)
from flask_babel import get_locale, gettext
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError, SQLAlchemyError, TimeoutError
from werkzeug import Response as BaseResponse
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect

from models.campaigns.tables import Campaign, find_campaign
from models.db import db
from models.errors import N_, MergedEvent, Mistake, TooMany
from models.transactions import database_errors

pages = Blueprint("errors", __name__)

LONGEST_QUOTE = 40
BUSY_SECONDS = 2
# Values of a Mistake that are lists of our own words, so that nothing of them has to be cut.
_NEVER_SHORTENED = {"known", "roles"}
# With all that follows: a foreign code may be an address with slashes of its own.
_SECRET_PATH = re.compile(
    r"/(c|v|r|slip|my|invitation|reset)/.+?(?= \[[A-Z]+\]$|\Z)", re.IGNORECASE | re.DOTALL
)

TITLES = {
    400: N_("This request cannot be processed"),
    401: N_("Please sign in"),
    403: N_("Not allowed"),
    404: N_("Page not found"),
    405: N_("This address does not support this request"),
    409: N_("This has changed in the meantime"),
    412: N_("This has changed in the meantime"),
    413: N_("Too large"),
    415: N_("This content type is not supported"),
    422: N_("The content is not valid"),
    428: N_("If-Match is missing"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong on our side"),
    503: N_("Very busy right now"),
}
SENTENCES = {
    400: N_("The request could not be read. Go back, check what you entered and send it again."),
    401: N_("Please sign in, or send a valid token, and try again."),
    403: N_("You are not allowed to do this here."),
    404: N_("There is no page at this address. Check the address, or start from the week."),
    405: N_("Please open the page first and use its buttons."),
    409: N_("Reload the page to see the current state, then try again."),
    412: N_("Reload the page to see the current state, then try again."),
    413: N_("Please send less at a time."),
    415: N_("Send it as application/json."),
    422: N_("Check the content against the API description and send it again."),
    428: N_("Send the ETag of the event as you read it, as If-Match."),
    429: N_("Please wait a moment, then try again."),
    500: N_("The error has been logged. What you sent before is safe; please try again in a minute."),
    503: N_("Nothing is lost. Please try again in a few seconds."),
}
LARGE_FORM = N_(
    "This page takes up to %(most)s MB at a time. Go back: what you typed is still there. Then choose a smaller file."
)
STALE_FORM = N_(
    "This form is of an earlier session: somebody has signed in or out in this browser since. Nothing was saved. Open the page "
    "again and send it once more; the desk offers what you typed into its longer forms."
)
FOREIGN_FORM = N_(
    "This form came from another site, as your browser says. Nothing was saved. Open the page at the desk itself and send it "
    "there."
)


def register(app: Flask) -> None:
    """Every way in which a request can fail gets one shape."""
    app.register_blueprint(pages)
    app.register_error_handler(Mistake, handle_mistake)
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(ParseException, handle_broken_body)
    app.register_error_handler(CSRFError, handle_csrf_error)
    app.register_error_handler(DatabaseError, handle_database_error)
    app.register_error_handler(TimeoutError, handle_database_error)
    app.before_request(_refuse_nul)
    app.before_request(_redirect_to_spelling)
    app.jinja_env.globals.update(mistake_sentence=sentence)
    app.logger.addFilter(mask_secrets)


def _refuse_nul() -> None:
    """PostgreSQL refuses NUL in parameters, and no row has one."""
    if "\0" in request.path and not _SECRET_PATH.search(request.path):
        abort(404)


def wants_json() -> bool:
    """The API, and every address that ends in .json."""
    return request.path.startswith("/api/") or request.path.endswith(".json")


def sentence(mistake: Mistake) -> str:
    """The mistake in the reader's language. What somebody typed is quoted up to 40 characters."""
    return gettext(
        mistake.message, **{name: _shortened(name, value) for name, value in mistake.values.items()}
    )


def _shortened(name: str, value: object) -> object:
    if name in _NEVER_SHORTENED or not isinstance(value, str) or len(value) <= LONGEST_QUOTE:
        return value
    return value[:LONGEST_QUOTE] + "…"


def handle_mistake(mistake: Mistake) -> BaseResponse:
    redirection = _redirect_if_merged(mistake) if isinstance(mistake, MergedEvent) else None
    if redirection is not None:
        return redirection
    response = error_response(mistake.status, sentence(mistake))
    if mistake.status == 503:
        response.headers["Retry-After"] = str(BUSY_SECONDS)
    if isinstance(mistake, TooMany):
        response.headers["Retry-After"] = str(round(mistake.wait.total_seconds()))
    return response


def _redirect_if_merged(merged: MergedEvent) -> BaseResponse | None:
    """The address of a merged event redirects to the event that stands for it."""
    match = re.fullmatch(rf"(/[^/]+/events/){merged.event_id}([./].*)?", request.path)
    if match is None or request.method not in ("GET", "HEAD"):
        return None
    query = request.query_string.decode("ascii", "replace")
    path = f"{match[1]}{merged.kept_id}{match[2] or ''}"
    return redirect(path + (f"?{query}" if query else ""), 301)


def handle_broken_body(_error: ParseException) -> Response:
    """A body that breaks off or is cut into wrong chunks: gunicorn finds out while the page reads it."""
    return error_response(400, gettext(SENTENCES[400]))


def handle_csrf_error(_error: CSRFError) -> Response:
    return error_response(400, gettext(FOREIGN_FORM), again="/desk/")


def handle_http_error(error: HTTPException) -> BaseResponse:
    """An HTTP error as our page. Redirects and ready-made responses pass through."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    status = error.code if error.code in SENTENCES else 400 if error.code < 500 else 500
    response = error_response(error.code, _words_of(status))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers.add(name, value)
    if isinstance(error, RateLimitExceeded) and error.limit is not None:
        response.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    elif error.code == 429:
        response.headers.setdefault("Retry-After", "60")
    return response


def _words_of(status: int) -> str:
    if status == 413 and request.mimetype == "multipart/form-data" and not wants_json():
        return gettext(LARGE_FORM, most=(request.max_content_length or 0) >> 20)
    return gettext(SENTENCES[status])


def _redirect_to_spelling() -> BaseResponse | None:
    """Redirect to the spelling of an address that the routes know, with its slash at the end, where there is a page.

    Werkzeug would put the Host header into the address, and a cache in front would give it to others."""
    redirection = request.routing_exception
    if not isinstance(redirection, RequestRedirect):
        return None
    path = urlsplit(redirection.new_url).path
    try:
        _endpoint, values = current_app.url_map.bind("").match(unquote(path), request.method)
    except HTTPException:
        abort(404)
    if "campaign_id" in values:
        find_campaign(values["campaign_id"])
    query = request.query_string.decode("ascii", "replace")
    return redirect(path + (f"?{query}" if query else ""), redirection.code)


def handle_database_error(error: DatabaseError | TimeoutError) -> BaseResponse:
    """503 when the database is busy, away or unusable, so that every client keeps what it has and comes again."""
    if database_errors.is_of_whole_database(error):
        database_errors.log(error)
        response = error_response(503, gettext(SENTENCES[503]))
        response.headers["Retry-After"] = str(BUSY_SECONDS)
        return response
    if not isinstance(error, OperationalError | InternalError):
        raise error  # a fault of the program, as any other
    logging.getLogger("openweek").error("The database refused", exc_info=error)
    return handle_http_error(InternalServerError())


def error_response(status: int, detail: str, again: str = "") -> Response:
    """The one shape of every error: problem JSON for programs, a page for people. again: the page to open once more."""
    title = gettext(TITLES.get(status, TITLES[400 if status < 500 else 500]))
    if wants_json():
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        body = json.dumps(problem, ensure_ascii=False)
        response = Response(body, status, content_type="application/problem+json")
        if status == 401 and request.path.startswith("/api/"):
            response.headers["WWW-Authenticate"] = "Bearer"
    else:
        page = _plain_page(status, title, detail) if status >= 500 else _page(status, title, detail, again)
        response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, title: str, detail: str, again: str) -> str:
    return render_template(
        "shared/error.html",
        status=status,
        campaign=_campaign_of_path(),
        error_title=title,
        detail=detail,
        again=again,
        locale=str(get_locale()),
        secret=_SECRET_PATH.search(request.path) is not None,
    )


def _plain_page(status: int, title: str, detail: str) -> str:
    """Without the header of other pages and without render_template(), which asks who is signed in: both may query the database,
    which may be what failed."""
    template = current_app.jinja_env.get_template("shared/error_plain.html")
    return template.render(status=status, error_title=title, detail=detail, locale=str(get_locale()))


def _campaign_of_path() -> Campaign | None:
    """The week under whose address something was looked for: the page bears its name."""
    try:
        return db.session.get(Campaign, request.path.split("/", 2)[1])
    except SQLAlchemyError:  # the request failed within a transaction
        db.session.rollback()
        return None


def mask_secrets(record: logging.LogRecord) -> bool:
    """Take the secret out of a logged path (/C/…, /V/…, /r/…, /my/…, links of invitations): codes never stand in logs."""
    if has_request_context() and isinstance(record.msg, str):
        record.msg = _SECRET_PATH.sub(r"/\1/…", record.msg)
    return True


def mask_secrets_in_args(record: logging.LogRecord) -> bool:
    """The same for the server's own log, which puts the address among the values of a line."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _SECRET_PATH.sub(r"/\1/…", value) if isinstance(value, str) else value for value in record.args
        )
    return True
