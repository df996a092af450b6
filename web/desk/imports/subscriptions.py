"""Calendars that are pulled for an office: their addresses, how the last pull went, and what vanished from them."""

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.db import db
from models.errors import Mistake
from models.imports.feeds import subscriptions
from web import errors
from web.words import imports as import_words
from web.words.terms import language

pages = Blueprint("desk_feeds", __name__, url_prefix="/desk/feeds")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["pull_words"] = pull_words
    app.jinja_env.globals["refused_rows"] = refused_rows


@pages.before_request
@login_required
def _offices_only() -> None:
    """For an organizer there are no such pages."""
    if not current_user.reviews:
        abort(404)


@pages.get("/")
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/")
def add() -> ResponseReturnValue:
    campaign, url = find_campaign(request.form.get("campaign", "")), request.form.get("url", "")
    try:
        subscriptions.add(current_user, campaign, url, clock.now())
    except Mistake as mistake:
        return _page(errors.sentence(mistake), url[:2000], campaign.id), 422
    return redirect(url_for(".index"), 303)


@pages.post("/<int:feed_id>/remove")
def remove(feed_id: int) -> ResponseReturnValue:
    subscriptions.remove(subscriptions.feed_for(current_user, feed_id), clock.now())
    return redirect(url_for(".index"), 303)


@pages.post("/<int:feed_id>/soon")
def soon(feed_id: int) -> ResponseReturnValue:
    subscriptions.soon(subscriptions.feed_for(current_user, feed_id), clock.now())
    return redirect(url_for(".index"), 303)


@pages.post("/<int:feed_id>/events/<int:event_id>/<any(cancel, keep):word>")
def answer(feed_id: int, event_id: int, word: str) -> ResponseReturnValue:
    feed = subscriptions.feed_for(current_user, feed_id)
    subscriptions.answer(current_user, feed, event_id, clock.now(), cancel=word == "cancel")
    return redirect(url_for(".index"), 303)


def pull_words(result: dict | None) -> str:
    """What the last pull that brought something came to: new 3, unchanged 12."""
    parts = [
        f"{_(import_words.VERDICT_NAMES[verdict])} {count}"
        for verdict, count in (result or {}).items()
        if verdict in import_words.VERDICT_NAMES
    ]
    return ("，" if language() == "zh" else ", ").join(parts)


def refused_rows(result: dict | None) -> list[tuple[str, str]]:
    """The titles of the rows that the last pull refused, each with its reason in words."""
    rows = (result or {}).get(subscriptions.REASONS, [])
    return [(title, _(message, **values)) for title, message, values in rows]


def _page(problem: str = "", url: str = "", chosen: str = "") -> str:
    weeks = db.session.scalars(select(Campaign).order_by(Campaign.starts.desc(), Campaign.id)).all()
    current = current_campaign(clock.now())
    return render_template(
        "desk/imports/subscriptions.html", campaign=None, weeks=weeks, watched=subscriptions.watched(current_user),
        problem=problem, url=url, chosen=chosen or (current.id if current else ""), sentence=errors.sentence,
    )  # fmt: skip
