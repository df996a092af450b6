"""What an invited person opens, and somebody who sets the password anew: a link with a secret after its #.

Browsers send that part to no server. A script of the page posts it in the body of a form; without scripts the link is copied into
its field. The session keeps it for an hour, until the password is set.
"""

from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from models import clock
from models.accounts import invitations, password_resets
from models.errors import N_, Mistake, NotFound
from models.installation import site
from models.organizations.tables import Account
from web import errors
from web.desk.accounts import sign_in

KEPT = timedelta(hours=1)
LONGEST_LINK = 500
DIFFERENT = N_("The two new passwords differ. Type the same one twice.")
INVITATION, RESET = {"kind": "invitation"}, {"kind": "reset"}

pages = Blueprint("invitation", __name__, url_prefix="/desk")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.after_request
def _keep_secret(response: Response) -> Response:
    """For links of the version before alone: without a referrer no form is taken over HTTPS, as a check of forged ones."""
    if "secret" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def link_of(kind: str, secret: str) -> str:
    """The link that is handed over. kind: "invitation" or "reset"."""
    return site().url(f"/desk/{kind}#{secret}")


def new_password() -> str:
    """The password that was typed twice. Raises Mistake where the two differ."""
    typed = request.form.get("new", "")
    if typed != request.form.get("again", ""):
        raise Mistake(DIFFERENT)
    return typed


@pages.get("/invitation", defaults=INVITATION)
@pages.get("/reset", defaults=RESET)
def ask(kind: str) -> str:
    """The page that a link opens: it asks for what stands after the #."""
    return render_template("desk/accounts/secret_link.html", kind=kind)


@pages.post("/invitation", defaults=INVITATION)
@pages.post("/reset", defaults=RESET)
def take(kind: str) -> ResponseReturnValue:
    """The secret, or the whole link. Raises NotFound where it is over."""
    text = request.form.get("secret", "")[:LONGEST_LINK].strip()
    return _keep(kind, text.rpartition("#")[2].rpartition("/")[2])


@pages.get("/invitation/<secret>", defaults=INVITATION)
@pages.get("/reset/<secret>", defaults=RESET)
def take_earlier(kind: str, secret: str) -> ResponseReturnValue:
    """A link of a version before 30 November 2026, good for 7 days at most: it had the secret in its path."""
    return _keep(kind, secret)


def _keep(kind: str, secret: str) -> ResponseReturnValue:
    now = clock.now()
    _subject(kind, secret, now)
    session[kind] = [secret, now.isoformat()]
    return redirect(url_for(".show", kind=kind), 303)


def _kept(kind: str, now: datetime) -> str | None:
    secret, kept_at = session.get(kind) or ("", "")
    return secret if secret and now - datetime.fromisoformat(kept_at) < KEPT else None


def _subject(kind: str, secret: str, now: datetime) -> dict[str, object]:
    """Whom the page is about. Raises NotFound where the link is over."""
    if kind == "invitation":
        return {"invitation": invitations.open_invitation(secret, now)}
    return {"account": password_resets.account_of_link(secret, now)}


def _page(kind: str, secret: str, problem: str = "") -> str:
    template = "invitation" if kind == "invitation" else "password_reset"
    subject = _subject(kind, secret, clock.now())
    return render_template(f"desk/accounts/{template}.html", problem=problem, **subject)


@pages.get("/invitation/password", defaults=INVITATION)
@pages.get("/reset/password", defaults=RESET)
def show(kind: str) -> ResponseReturnValue:
    secret = _kept(kind, clock.now())
    return redirect(url_for(".ask", kind=kind), 303) if secret is None else _page(kind, secret)


@pages.post("/invitation/password", defaults=INVITATION)
@pages.post("/reset/password", defaults=RESET)
def choose(kind: str) -> ResponseReturnValue:
    now = clock.now()
    secret = _kept(kind, now)
    if secret is None:
        return redirect(url_for(".ask", kind=kind), 303)
    try:
        account = _use(kind, secret, new_password(), now)
    except NotFound:
        session.pop(kind)
        raise
    except Mistake as mistake:
        return _page(kind, secret, errors.sentence(mistake)), 422
    session.pop(kind)
    return sign_in.enter(account, kind)


def _use(kind: str, secret: str, password: str, now: datetime) -> Account:
    use = invitations.accept if kind == "invitation" else password_resets.use_reset_link
    return use(secret, password, now, request.remote_addr or "")
