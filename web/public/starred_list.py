"""Chosen events: the star on every event, the page of a list, and its calendar. Without an account and a cookie.

The secret travels in the address (or in the body of a form), and these pages pass it to no other site: no referrer, no
index, no store, no log. Works without JavaScript; with it, the browser remembers the list (static/js/public/starred.js).
"""

import re

from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import db
from models.drawing.qr import outline
from models.errors import Mistake
from models.ics import alarms, starred_list
from models.ics import version as calendar_version
from models.ics.starred_list import StarredList
from models.installation import site
from models.public import queries
from web import errors, urls
from web.feeds import feeds as feeds
from web.feeds.http_cache import HttpCache, Representation, conditional_response
from web.public import calendar as calendar
from web.public import week_strip
from web.rate_limits import limiter

# A class behind one address makes forty lists; a script that fills the database wants thousands.
CREATIONS, CHANGES = "60 per minute; 600 per hour", "300 per minute"
PRIVATE_FOR = "private, max-age=300"
_SECRET_PATH = re.compile("/+[^/]+/+my(?:/|$)", re.IGNORECASE)

pages = Blueprint("starred_list", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.after_request(_protect_secret_pages)


def _protect_secret_pages(response: Response) -> Response:
    """By the path: a 404 or a redirect of a secret address needs the headers too."""
    if not _SECRET_PATH.match(request.path):
        return response
    is_feed = request.path.endswith(".ics") and response.status_code in (200, 304)
    response.headers["Cache-Control"] = PRIVATE_FOR if is_feed else "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@pages.errorhandler(Mistake)
def handle_mistake(mistake: Mistake) -> ResponseReturnValue:
    """For a calendar program one sentence as text, for a person a page."""
    return feeds.handle_mistake(mistake) if request.path.endswith(".ics") else errors.handle_mistake(mistake)


@pages.post("/<campaign_id>/my/")
@limiter.limit(CREATIONS, exempt_when=lambda: not _starts_new_list())
@limiter.limit(CHANGES)
def star(campaign_id: str) -> ResponseReturnValue:
    """`add` and `remove` (ids of events) change the list of `secret`, or of the address typed as `list`. With neither,
    a script or the button `begin` begins a new list with `add`; everybody else is asked where it goes."""
    campaign, now, secret = find_campaign(campaign_id), clock.now(), request.form.get("secret", "")
    added_ids, removed_ids = _event_ids("add"), _event_ids("remove")
    if _starts_new_list():
        return _list_response(campaign, starred_list.create(campaign, added_ids, now))
    if not secret and "list" not in request.form:
        return _ask_which_list(campaign, added_ids)
    try:
        secret = secret or starred_list.secret_in(request.form["list"])
        starred = starred_list.find(campaign, secret)
    except Mistake as mistake:
        if "list" not in request.form:
            raise
        return _ask_which_list(campaign, added_ids, errors.sentence(mistake)), 422
    if removed_ids:
        starred_list.remove(starred, removed_ids, now)
    if added_ids:
        starred_list.add(starred, added_ids, now)
    return _list_response(campaign, secret)


@pages.get("/<campaign_id>/my/")
def start_page(campaign_id: str) -> ResponseReturnValue:
    """How to start; with JavaScript, a link to the browser's own list."""
    return _page(find_campaign(campaign_id), "starred/begin.html")


@pages.get("/<campaign_id>/my/<secret>/")
def list_page(campaign_id: str, secret: str) -> ResponseReturnValue:
    campaign = find_campaign(campaign_id)
    starred = starred_list.find(campaign, secret)
    events = list(db.session.scalars(starred_list.events(starred).options(*queries.load_options())))
    feed = site().url(f"/{campaign_id}/my/{secret}.ics")
    qr = outline(site().url(_path(campaign, secret)))
    starred_ids = [event.id for event in events]
    return _page(
        campaign,
        "starred/list.html",
        secret=secret,
        events=events,
        starred=starred_ids,
        feed=feed,
        qr=qr,
    )


@pages.get("/<campaign_id>/my/<secret>/events")
def choose_more(campaign_id: str, secret: str) -> ResponseReturnValue:
    """All events, each with a star that belongs to this list: choosing on without JavaScript."""
    campaign = find_campaign(campaign_id)
    starred = starred_list.find(campaign, secret)
    path = _path(campaign, secret) + "events"
    back = request.full_path.removesuffix("?")
    return calendar.list_page(
        campaign, path, secret=secret, starred=starred_list.ids(starred), back_here=back
    )


@pages.get("/<campaign_id>/my/<secret>.ics")
def feed(campaign_id: str, secret: str) -> Response:
    starred = starred_list.find(find_campaign(campaign_id), secret)
    version, changed_at = calendar_version.version(campaign_id) or ("", starred.changed_at)
    url, alarm = site().url(f"/{campaign_id}/my/{secret}.ics"), alarms.parse(request.args.get("alarm"))
    cache: HttpCache[Representation] = current_app.extensions["openweek.feeds"]
    representation = cache.get(
        ("my", starred.id, alarm),
        f"{version} {starred.revision}",
        lambda: Representation.of(
            starred_list.feed(starred, url, alarm), feeds.CALENDAR, max(changed_at, starred.changed_at)
        ),
    )
    return conditional_response(representation, f'inline; filename="{campaign_id}-my.ics"')


@pages.post("/<campaign_id>/my/<secret>/renew")
@limiter.limit(CHANGES)
def renew(campaign_id: str, secret: str) -> ResponseReturnValue:
    """A new address for the list; the one before leads nowhere from now on."""
    campaign = find_campaign(campaign_id)
    return redirect(
        _path(campaign, starred_list.renew(starred_list.find(campaign, secret), clock.now())), 303
    )


@pages.post("/<campaign_id>/my/<secret>/forget")
@limiter.limit(CHANGES)
def forget(campaign_id: str, secret: str) -> ResponseReturnValue:
    campaign = find_campaign(campaign_id)
    starred_list.forget(starred_list.find(campaign, secret))
    return redirect(f"/{campaign.id}/my/", 303)


def _starts_new_list() -> bool:
    form = request.form
    return not form.get("secret") and "list" not in form and ("begin" in form or _wants_json())


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _ask_which_list(campaign: Campaign, added_ids: list[int], error: str = "") -> str:
    """Ask a browser without a list where an event goes, or which list to open."""
    typed = request.form.get("list", "")[:500]
    if not added_ids and "list" in request.form:
        return _page(campaign, "starred/begin.html", error=error, typed=typed)
    return _page(
        campaign,
        "starred/where.html",
        events=starred_list.public_events(campaign, added_ids),
        error=error,
        typed=typed,
    )


def _list_response(campaign: Campaign, secret: str) -> ResponseReturnValue:
    """The page of the list, or where its form was; for a script the list itself."""
    page = _path(campaign, secret)
    if _wants_json():
        starred: StarredList = starred_list.find(campaign, secret)
        return jsonify({"secret": secret, "page": page, "events": starred_list.ids(starred)})
    back = urls.local_path(request.form.get("back", ""))
    return redirect(back if back.startswith(page) else page, 303)


def _event_ids(name: str) -> list[int]:
    return [int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) <= 10]


def _path(campaign: Campaign, secret: str) -> str:
    return f"/{campaign.id}/my/{secret}/"


def _page(campaign: Campaign, template: str, **choose_more: object) -> str:
    return render_template(
        template, campaign=campaign, strip=week_strip.full_week(campaign, clock.now()), **choose_more
    )
